#include "indexer/photo_input.h"

#include <algorithm>
#include <exception>

#include "base/log.h"
#include "base/sha256.h"
#include "encoder/preprocess.h"
#include "indexer/safe_open.h"

namespace fovea::indexer {

using encoder::ModelInput;

namespace {

// What a decoder throws, against its word, or a file too large for memory is this picture's failure and not the end of the program.
template <typename Step>
Result<ModelInput> Guarded(const Step& step) {
  try {
    return step();
  } catch (const std::exception& error) {
    return Failed(Internal(StrCat("read a picture: ", error.what())));
  }
}

}  // namespace

Result<PhotoInput::Made> PhotoInput::Make(const storage::PhotoRecord& photo, const encoder::PreprocessProfile& profile) const {
  ASSIGN_OR_RETURN(const std::vector<storage::Location> locations, catalog_.LocationsOf(photo.id));
  std::string tried;
  for (const storage::Location& location : locations) {
    auto input = Guarded([&] { return FromFile(photo, location, profile); });
    if (input) return Made{.input = *std::move(input)};
    if (tried.empty()) tried = input.error().message();
  }
  auto small = Guarded([&] { return FromThumbnail(photo.id, profile); });
  if (small) return Made{.input = *std::move(small), .from_thumbnail = true};
  return Failed(NotFound(StrCat("photo ", photo.id.value, ": ", tried, "; ", small.error().message())));
}

Result<ModelInput> PhotoInput::FromFile(const storage::PhotoRecord& photo, const storage::Location& location, const encoder::PreprocessProfile& profile) const {
  ASSIGN_OR_RETURN(const storage::Root root, catalog_.GetRoot(location.root));
  const std::string context = StrCat("\"", root.path, "/", location.path, "\"");
  const auto fd = OpenBeneath(root.path, location.path);
  if (!fd) return Failed(fd.error().WithContext(context));
  const auto bytes = ReadAll(fd->get(), options_.limits.max_file_bytes);
  if (!bytes) return Failed(bytes.error().WithContext(context));
  if (Sha256(*bytes) != photo.content) return Failed(NotFound(StrCat(context, ": the file has another content by now")));
  auto input = Decode(*bytes, profile);
  return input ? std::move(input) : Failed(input.error().WithContext(context));
}

Result<ModelInput> PhotoInput::FromThumbnail(storage::PhotoId photo, const encoder::PreprocessProfile& profile) const {
  ASSIGN_OR_RETURN(const std::string webp, catalog_.GetThumbnail(photo));
  return Decode(webp, profile);
}

Result<ModelInput> PhotoInput::Decode(const std::string& bytes, const encoder::PreprocessProfile& profile) const {
  const encoder::DecodeOptions options{.limits = options_.limits,
                                       .mode = encoder::DecodeMode::kFast,
                                       .min_short_side_px = std::max(profile.resize_to, options_.thumbnail_px)};
  ASSIGN_OR_RETURN(const encoder::Decoded decoded, encoder::DecodeBytes(bytes, options));
  return encoder::Preprocess(decoded.pixels, profile);
}

}  // namespace fovea::indexer
