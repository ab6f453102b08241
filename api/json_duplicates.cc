#include "api/json_duplicates.h"

#include "api/cursor.h"
#include "base/clock.h"

namespace fovea::api {
namespace {

Json ShotJson(const indexer::ShownDuplicates::Shot& shot) {
  Json json = PhotoSummaryJson(shot.photo);
  const indexer::PhotoPath& path = shot.photo.paths[shot.path];
  json.erase("path_bytes");
  SetPath(json, path.path);
  json["offline"] = path.offline;
  json["bytes"] = shot.photo.record.bytes;
  json["score"] = ShortDouble(shot.score);
  json["keep"] = shot.keep;
  return json;
}

Json GroupJson(const indexer::ShownDuplicates& group) {
  Json photos = Json::array();
  for (const auto& shot : group.shots) photos.push_back(ShotJson(shot));
  return {{"kind", DuplicateKindName(group.kind)}, {"size", group.size}, {"photos", std::move(photos)}};
}

// Null while no search was made.
Json ReportJson(const indexer::DuplicatePage& page) {
  if (page.report.run == 0) return nullptr;
  Json found = Json::object();
  for (size_t i = 0; i < indexer::kDuplicateKinds; ++i) found[std::string(DuplicateKindName(static_cast<indexer::DuplicateKind>(i)))] = page.found[i];
  return {{"made_at", FormatUnixMs(page.report.made_at_ms)},
          {"photos", page.report.photos},
          {"photos_since", page.photos_since ? Json(*page.photos_since) : Json()},
          {"threshold", ShortDouble(page.report.levels.copies)},
          {"burst_threshold", ShortDouble(page.report.levels.bursts)},
          {"model_id", page.report.model},
          {"groups", std::move(found)}};
}

}  // namespace

std::string_view DuplicateKindName(indexer::DuplicateKind kind) {
  switch (kind) {
    case indexer::DuplicateKind::kIdentical: return "identical";
    case indexer::DuplicateKind::kCopies: return "copies";
    case indexer::DuplicateKind::kBurst: return "bursts";
  }
  return "copies";
}

Json DuplicatesJson(const indexer::DuplicatePage& page) {
  Json groups = Json::array();
  for (const auto& group : page.groups) groups.push_back(GroupJson(group));
  return {{"search", ReportJson(page)},
          {"running", page.running ? JobJson(*page.running) : Json()},
          {"groups", std::move(groups)},
          {"next", page.next ? Json(DuplicateCursor(*page.next)) : Json()}};
}

}  // namespace fovea::api
