#include "api/json.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "api/base64.h"
#include "api/utf8.h"

namespace fovea::api {
namespace {

// "2024-05-01T12:30:00", with milliseconds only where there are any.
std::string LocalTime(int64_t unix_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds(unix_ms)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  std::string result = text.data();
  if (const auto rest = clock.subseconds().count(); rest != 0) {
    std::snprintf(text.data(), text.size(), ".%03d", static_cast<int>(rest));
    result += text.data();
  }
  return result;
}

std::string OffsetText(int minutes) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%c%02d:%02d", minutes < 0 ? '-' : '+', std::abs(minutes) / 60, std::abs(minutes) % 60);
  return text.data();
}

// Rounded to `digits` after the point: enough for milliseconds (3) and for places on the earth (7).
double Rounded(double value, int digits) {
  const double scale = std::pow(10, digits);
  return std::round(value * scale) / scale;
}

std::string_view StateName(storage::JobState state) {
  switch (state) {
    case storage::JobState::kQueued: return "queued";
    case storage::JobState::kRunning: return "running";
    case storage::JobState::kDone: return "done";
    case storage::JobState::kFailed: return "failed";
    case storage::JobState::kCancelled: return "cancelled";
  }
  return "failed";
}

std::string PhotoAddress(storage::PhotoId id, std::string_view what) {
  return "/v1/photos/" + std::to_string(id.value) + std::string(what);
}

// The fields that search answers and lists have in common.
void SetSummary(Json& object, const indexer::Photo& photo) {
  const storage::PhotoRecord& record = photo.record;
  if (photo.paths.empty()) {
    object["path"] = nullptr;
  } else {
    SetPath(object, photo.paths.front().path);
  }
  object["width"] = record.width;
  object["height"] = record.height;
  object["taken_at"] = TakenAt(record);
  object["thumbnail"] = PhotoAddress(record.id, "/thumbnail");
  object["offline"] = photo.offline();
}

Json OptionalText(std::string_view text) { return text.empty() ? Json() : Json(ToUtf8(text)); }

}  // namespace

std::string_view StateName(storage::RootState state) {
  switch (state) {
    case storage::RootState::kOnline: return "online";
    case storage::RootState::kOffline: return "offline";
    case storage::RootState::kRemoving: return "removing";
  }
  return "";
}

std::string Dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Response JsonResponse(const Json& json, int status) {
  Response response{.status = status, .body = Dump(json)};
  response.Set("Content-Type", "application/json");
  response.Set("Cache-Control", "no-store");
  return response;
}

double ShortDouble(float value) {
  std::array<char, 32> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
  double result = 0;
  std::from_chars(text.data(), written.ptr, result);
  return result;
}

void SetPath(Json& object, std::string_view path) {
  object["path"] = ToUtf8(path);
  if (!IsUtf8(path)) object["path_bytes"] = EncodeBase64(path);
}

Json TakenAt(const storage::PhotoRecord& record) {
  if (!record.taken_at_ms) return nullptr;
  if (!record.taken_at_offset_min) return LocalTime(*record.taken_at_ms);
  const int offset = *record.taken_at_offset_min;
  return LocalTime(*record.taken_at_ms + int64_t{offset} * 60'000) + OffsetText(offset);
}

Json HitJson(const indexer::SearchHit& hit) {
  Json object = {{"id", hit.photo.record.id.value}, {"score", ShortDouble(hit.score)}};
  SetSummary(object, hit.photo);
  return object;
}

namespace {

Json CutJson(const indexer::SearchCut& cut) {
  Json json = {{"shown", cut.shown}, {"found", cut.found}, {"score", ShortDouble(cut.score)}};
  if (cut.background) json["background"] = {{"mean", Rounded(cut.background->mean, 6)}, {"deviation", Rounded(cut.background->deviation, 6)}};
  return json;
}

}  // namespace

Json SearchJson(const indexer::SearchAnswer& answer) {
  Json results = Json::array();
  for (const indexer::SearchHit& hit : answer.hits) results.push_back(HitJson(hit));
  return {{"results", std::move(results)},
          {"cut", answer.cut ? CutJson(*answer.cut) : Json()},
          {"next", nullptr},
          {"model", answer.model},
          {"exact", answer.exact},
          {"took_ms", Rounded(answer.took_ms, 3)},
          {"timings", {{"encode_ms", Rounded(answer.encode_ms, 3)}, {"index_ms", Rounded(answer.index_ms, 3)}}}};
}

Json PhotoSummaryJson(const indexer::Photo& photo) {
  Json object = {{"id", photo.record.id.value}};
  SetSummary(object, photo);
  return object;
}

Json PhotoJson(const indexer::Photo& photo) {
  const storage::PhotoRecord& record = photo.record;
  Json object = PhotoSummaryJson(photo);
  object["file"] = PhotoAddress(record.id, "/file");
  object["format"] = record.format;
  object["bytes"] = record.bytes;
  object["sha256"] = ToHex(record.content);
  object["orientation"] = record.orientation;
  object["camera"] = OptionalText(record.camera);
  object["lens"] = OptionalText(record.lens);
  object["gps"] = nullptr;
  if (record.latitude && record.longitude) {
    object["gps"] = {{"latitude", Rounded(*record.latitude, 7)}, {"longitude", Rounded(*record.longitude, 7)}};
  }
  object["indexed_at"] = FormatUnixMs(record.indexed_at_ms);
  Json paths = Json::array();
  for (const indexer::PhotoPath& path : photo.paths) {
    Json entry = {{"root", path.root.value}};
    SetPath(entry, path.path);
    entry["offline"] = path.offline;
    paths.push_back(std::move(entry));
  }
  object["paths"] = std::move(paths);
  object["tags"] = photo.tags;
  return object;
}

Json BackupJson(const storage::BackupFacts& facts) {
  return {{"number", facts.number}, {"made_at", FormatUnixMs(facts.made_at_ms)}, {"photos", facts.photos}, {"bytes", facts.bytes}, {"model_id", OptionalText(facts.model_id)}};
}

Json RootJson(const indexer::RootStatus& status) {
  Json object = {{"id", status.root.id.value}};
  SetPath(object, status.root.path);
  object["state"] = StateName(status.root.state);
  object["watching"] = status.watching;
  object["photos"] = status.photos;
  return object;
}

Json JobJson(const indexer::JobStatus& status) {
  const storage::JobRecord& job = status.job;
  return {{"id", job.id},
          {"kind", job.kind},
          {"subject", ToUtf8(job.subject)},
          {"state", StateName(job.state)},
          {"done", job.done},
          {"failed", job.failed},
          {"total", job.total},
          {"rate", Rounded(status.rate, 3)},
          {"eta_s", status.eta_s ? Json(Rounded(*status.eta_s, 3)) : Json()},
          {"created_at", FormatUnixMs(job.created_at_ms)},
          {"finished_at", job.finished_at_ms == 0 ? Json() : Json(FormatUnixMs(job.finished_at_ms))},
          {"note", OptionalText(status.note)},
          {"error", OptionalText(job.error)}};
}

Json ModelJson(const indexer::ModelStatus& status) {
  constexpr std::array<const char*, 3> kStates = {"answering", "filling", "kept"};
  const storage::ModelRecord& model = status.model;
  const bool kept = model.state == storage::ModelState::kKept;
  return {{"id", ToUtf8(model.id)},
          {"source", OptionalText(model.source)},
          {"state", kStates.at(static_cast<size_t>(model.state))},
          {"dim", model.dim},
          {"paused", model.paused},
          {"kept_until", kept ? Json(FormatUnixMs(model.kept_until_ms)) : Json()},
          {"job", status.job ? JobJson(*status.job) : Json()}};
}

Json FailureJson(const storage::FailureRecord& failure, std::string_view root_path) {
  std::string path(root_path);
  if (!path.empty() && !path.ends_with('/')) path += '/';
  path += failure.location.path;
  Json object = Json::object();
  SetPath(object, path);
  object["root"] = failure.location.root.value;
  object["reason"] = ToUtf8(failure.reason);
  object["code"] = CodeName(failure.code);
  object["at"] = FormatUnixMs(failure.at_ms);
  object["tries"] = failure.tries;
  return object;
}

Json ModelJson(const encoder::ModelInfo& model) {
  return {{"id", model.id},
          {"name", model.name},
          {"description", model.description},
          {"architecture", model.architecture},
          {"layout", model.layout},
          {"embed_dim", model.embed_dim},
          {"image_size", model.image_size},
          {"context_length", model.context_length},
          {"vocab_size", model.vocab_size},
          {"parameters", model.parameters}};
}

Json FeaturesJson(const encoder::Features& features) {
  Json rows = Json::array();
  for (int64_t i = 0; i < features.rows; ++i) {
    Json row = Json::array();
    for (const float value : features.Row(i)) row.push_back(ShortDouble(value));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace fovea::api
