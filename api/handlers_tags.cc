#include "api/handlers.h"

#include <algorithm>

#include "api/json.h"
#include "api/json_fields.h"
#include "api/parameters.h"
#include "api/utf8.h"
#include "base/log.h"

namespace fovea::api {
namespace {

using storage::PhotoId;

constexpr size_t kMaxPhotos = 5000;  // of one request
constexpr size_t kMaxTags = 64;      // to add, and to remove

// Why this is no tag; empty when it is one.
std::string WhyNoTag(std::string_view tag) {
  if (tag.empty() || tag.size() > storage::kMaxTagBytes) return StrCat("a tag has 1 to ", storage::kMaxTagBytes, " bytes, not ", tag.size());
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return std::ranges::any_of(tag, is_control) ? "a tag holds no control characters" : "";
}

enum class Wanted { kThere, kGone };

Answer<Response> ChangeOne(const Request& request, const Context& context, Wanted wanted) {
  TRY(OnlyParameters(request, {}));
  TRY_ASSIGN(const uint64_t id, IdOf(request, UINT64_MAX, "photo"));
  if (const std::string why = WhyNoTag(request.tag); !why.empty()) return RefuseParameter(Fault::kInvalidArgument, "tag", why);
  storage::TagChange change{.photos = {PhotoId{id}}, .add = {}, .remove = {}};
  (wanted == Wanted::kThere ? change.add : change.remove).push_back(request.tag);
  TRY_ASSIGN(const std::vector<PhotoId> unknown, context.library.ChangeTags(change));
  if (!unknown.empty()) return RefuseParameter(Fault::kNotFound, "id", StrCat("there is no photo ", id));
  TRY_ASSIGN(const indexer::Photo photo, context.library.GetPhoto(PhotoId{id}));
  return JsonResponse({{"id", id}, {"tags", photo.tags}});
}

Answer<std::vector<PhotoId>> PhotosOf(const JsonFields& fields) {
  const std::string pointer = "/ids";
  if (!fields.Has("ids")) return RefuseField(Fault::kMissingField, pointer, "ids is missing");
  const Json& ids = fields.Raw("ids");
  if (!ids.is_array()) return RefuseField(Fault::kWrongType, pointer, "ids must be a list of photos' ids");
  if (ids.empty() || ids.size() > kMaxPhotos) return RefuseField(Fault::kOutOfRange, pointer, StrCat("ids must name 1 to ", kMaxPhotos, " photos"));
  std::vector<PhotoId> photos;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (!ids[i].is_number_unsigned()) return RefuseField(Fault::kWrongType, StrCat(pointer, "/", i), "an id is a positive integer");
    photos.push_back({ids[i].get<uint64_t>()});
  }
  return photos;
}

Answer<std::vector<std::string>> TagsOf(const JsonFields& fields, const std::string& name) {
  TRY_ASSIGN(std::vector<std::string> tags, fields.Texts(name, {.max_items = kMaxTags, .max_bytes = storage::kMaxTagBytes}));
  for (size_t i = 0; i < tags.size(); ++i) {
    if (const std::string why = WhyNoTag(tags[i]); !why.empty()) return RefuseField(Fault::kInvalidArgument, StrCat("/", name, "/", i), why);
  }
  return tags;
}

}  // namespace

Answer<Response> AddTag(const Request& request, const Context& context) { return ChangeOne(request, context, Wanted::kThere); }

Answer<Response> RemoveTag(const Request& request, const Context& context) { return ChangeOne(request, context, Wanted::kGone); }

Answer<Response> ChangeTags(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {}));
  TRY_ASSIGN(const JsonFields fields, JsonFields::Parse(request));
  TRY(fields.Only({"ids", "add", "remove"}));
  storage::TagChange change;
  TRY_ASSIGN(change.photos, PhotosOf(fields));
  TRY_ASSIGN(change.add, TagsOf(fields, "add"));
  TRY_ASSIGN(change.remove, TagsOf(fields, "remove"));
  if (change.add.empty() && change.remove.empty()) return RefuseField(Fault::kMissingField, "/add", "give tags to add or to remove");
  for (size_t i = 0; i < change.remove.size(); ++i) {
    if (std::ranges::find(change.add, change.remove[i]) == change.add.end()) continue;
    return RefuseField(Fault::kInvalidArgument, StrCat("/remove/", i), "the same tag is to be added");
  }
  TRY_ASSIGN(const std::vector<PhotoId> unknown, context.library.ChangeTags(change));
  Json not_found = Json::array();
  for (const PhotoId photo : unknown) not_found.push_back(photo.value);
  return JsonResponse({{"changed", change.photos.size() - unknown.size()}, {"not_found", std::move(not_found)}});
}

}  // namespace fovea::api
