#pragma once
// PhotoInput makes a model's input of a photo that is known already: from one of its files, or from its thumbnail when none of
// them is there, so that a disk that is off does not keep a library from changing its model.
//
// Owns:    nothing; borrows the catalog.
// Threads: any number read at once; each holds one file and its pixels in memory (bounded by DecodeLimits).
// Errors:  kNotFound when no file with the photo's content can be read and there is no thumbnail; the message says what was found.
// Units:   pixels, bytes.
#include <string>

#include "base/status.h"
#include "encoder/decoder.h"
#include "encoder/encoder.h"
#include "encoder/preprocess_profile.h"
#include "storage/catalog.h"

namespace fovea::indexer {

class PhotoInput {
 public:
  struct Options {
    encoder::DecodeLimits limits;
    int thumbnail_px = 320;  // as the pipeline's: decoding to the same size gives the same vector
  };
  PhotoInput(const storage::Catalog& catalog, Options options) : catalog_(catalog), options_(options) {}
  PhotoInput(const PhotoInput&) = delete;
  PhotoInput& operator=(const PhotoInput&) = delete;

  struct Made {
    encoder::ModelInput input;
    bool from_thumbnail = false;
  };
  Result<Made> Make(const storage::PhotoRecord& photo, const encoder::PreprocessProfile& profile) const;

 private:
  Result<encoder::ModelInput> FromFile(const storage::PhotoRecord& photo, const storage::Location& location, const encoder::PreprocessProfile& profile) const;
  Result<encoder::ModelInput> FromThumbnail(storage::PhotoId photo, const encoder::PreprocessProfile& profile) const;
  Result<encoder::ModelInput> Decode(const std::string& bytes, const encoder::PreprocessProfile& profile) const;

  const storage::Catalog& catalog_;
  const Options options_;
};

}  // namespace fovea::indexer
