#pragma once
// VectorFiller gives every photo of the catalog a vector of one more model, photo by photo in order of id, so that it can end
// anywhere and go on.
//
// Owns:    where it stands. Borrows the catalog and the generation of the model, whose devices it uses for bulk work.
// Threads: one thread calls; pictures are decoded on threads of its own, "reread1".., for the time of a batch.
// Errors:  the catalog's, and the devices' when none of them works. A photo of which no input can be made is no error: it is
//          counted, and tried again by the next Fill.
// Units:   photos. Memory: a batch of pictures.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "indexer/generation.h"
#include "indexer/photo_input.h"
#include "storage/catalog.h"
#include "storage/other_models.h"

namespace fovea::indexer {

class VectorFiller {
 public:
  struct Options {
    int decode_threads = 2;
    size_t batch_size = 32;
    PhotoInput::Options pictures;
  };
  struct Progress {
    uint64_t looked = 0;      // photos that have a vector, as far as it has looked
    uint64_t thumbnails = 0;  // of them, made from their thumbnail because no file was there; since this object was made
    uint64_t stuck = 0;       // photos that neither their files nor a thumbnail gave a vector; of this Fill
    std::string why;          // of the first of them
  };
  // Requires: the photos up to `complete_to` have a vector.
  VectorFiller(storage::Catalog& catalog, Generation& target, storage::PhotoId complete_to, const Options& options);
  VectorFiller(const VectorFiller&) = delete;
  VectorFiller& operator=(const VectorFiller&) = delete;

  // Asked after each batch; false ends it with kCancelled.
  using GoOn = std::function<bool(const Progress&)>;
  // Up to the newest photo. kBusy when more than `most` photos lack a vector; the first of them have one then.
  Status Fill(size_t most, const GoOn& go_on);
  storage::PhotoId complete_to() const { return complete_to_; }
  const Progress& progress() const { return progress_; }

 private:
  using Photos = std::vector<storage::PhotoRecord>;
  struct Row {
    storage::PhotoId photo;
    std::vector<float> vector;
  };
  Status CountComplete();
  Status EncodeBatch(const Photos& photos);
  std::vector<Result<PhotoInput::Made>> MakeInputs(const Photos& photos) const;
  Status EncodeAlone(const Photos& photos, std::vector<encoder::ModelInput>& inputs, std::vector<Row>& rows);
  void TakeRow(const storage::PhotoRecord& photo, std::span<const float> features, std::vector<Row>& rows);
  Status Store(const std::vector<Row>& rows);
  void Stuck(const storage::PhotoRecord& photo, const Status& why);

  storage::Catalog& catalog_;
  storage::OtherModels others_;
  Generation& target_;
  const Options options_;
  const PhotoInput pictures_;
  storage::PhotoId complete_to_;
  bool counted_ = false;
  uint64_t complete_ = 0;  // how many photos lie up to complete_to_
  Progress progress_;
};

}  // namespace fovea::indexer
