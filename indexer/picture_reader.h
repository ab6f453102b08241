#pragma once
// PictureReader turns one candidate into an item for the encoder: opens the file safely, reads it once, recognises known
// content, decodes, brings to the model's input, makes the thumbnail.
//
// Owns:    nothing; borrows the catalog and the clock.
// Threads: any number read at once; each holds one file and its pixels in memory (bounded by DecodeLimits).
// Errors:  none come out: a picture that cannot be read, or makes a decoder throw, becomes an item with `failure` set, anything
//          else a verdict.
// Units:   pixels, bytes.
#include <functional>

#include "base/clock.h"
#include "base/sha256.h"
#include "encoder/decoder.h"
#include "encoder/preprocess_profile.h"
#include "indexer/pipeline_item.h"
#include "storage/catalog.h"

namespace fovea::indexer {

enum class ReadVerdict {
  kEncode,     // the item has an input for the encoder
  kStore,      // known content or a failure: nothing to encode
  kUnchanged,  // the catalog has this path with this stamp
  kGone,       // no such file, or its root is not there: the watcher or the next scan says what that means
  kMoving,     // changed while it was read, or the disk refused: try again later
  kParked,     // `claim` refused: somebody else is busy with the same content
};

struct ReadResult {
  ReadVerdict verdict = ReadVerdict::kGone;
  ItemPtr item;  // for kEncode and kStore
};

class PictureReader {
 public:
  struct Options {
    encoder::DecodeLimits limits;
    int thumbnail_px = 320;
    int max_tries = 6;  // reads of a file that changes meanwhile; then it is a failure until it changes again
  };
  PictureReader(const storage::Catalog& catalog, const Clock& clock, Options options)
      : catalog_(catalog), clock_(clock), options_(options) {}
  PictureReader(const PictureReader&) = delete;
  PictureReader& operator=(const PictureReader&) = delete;

  // `claim` is asked once the content is known and before it is decoded; false ends the reading with kParked.
  using ClaimContent = std::function<bool(const Sha256Digest&)>;
  // `profile` says what the model wants; without one no input is made.
  ReadResult Read(const Candidate& candidate, const ClaimContent& claim, const encoder::PreprocessProfile* profile = nullptr) const;

 private:
  struct Wishes {
    const encoder::PreprocessProfile* profile;
    const ClaimContent& claim;
  };
  ReadVerdict ReadGuarded(PipelineItem& item, int fd, const Wishes& wishes) const;
  ReadVerdict ReadOpened(PipelineItem& item, int fd, const Wishes& wishes) const;
  Status DecodeInto(PipelineItem& item, const std::string& bytes, const encoder::PreprocessProfile* profile) const;
  bool RootIsThere(storage::RootId root) const;

  const storage::Catalog& catalog_;
  const Clock& clock_;
  const Options options_;
};

}  // namespace fovea::indexer
