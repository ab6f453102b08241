#pragma once
// OtherModels is the catalog's side of a switch of the model: models that do not answer, and their vectors, until one of them does.
//
// Owns:    nothing; a view of the catalog.
// Threads: as Catalog.
// Errors:  as Catalog; kNotFound for a model that is not being filled.
// Units:   as Catalog. The vectors of other models are a cache: they go with their photo.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "storage/catalog.h"

namespace fovea::storage {

class OtherModels {
 public:
  explicit OtherModels(Catalog& catalog) : catalog_(catalog) {}

  // From now on vectors of this model may be stored; one that was kept goes on with those it has. kAlreadyExists for the one
  // that answers, kBusy while another is being filled.
  Result<ModelRecord> Begin(const std::string& model_id, int64_t dim, const std::string& source);
  Status Pause(uint32_t number, bool paused);
  // Filling ends without a switch; what was stored stays until then.
  Status Keep(uint32_t number, int64_t until_ms);
  struct PhotoVector {
    PhotoId photo;
    std::span<const float> vector;
  };
  // Of a model that is being filled; photos that are gone are left out. Not synced: SwitchTo syncs all.
  Status Store(uint32_t number, std::span<const PhotoVector> vectors);
  Result<bool> HasVector(PhotoId id, uint32_t number) const;
  // One write makes the model that was being filled the one that answers; the other is kept until then. kBusy, and nothing is
  // changed, when a photo has no vector of it. Requires: the photos up to `complete_to` have one; those behind it are looked at.
  Status SwitchTo(uint32_t number, PhotoId complete_to, int64_t keep_until_ms);
  // Forgets the kept models whose time is over, with their vectors; says which.
  Result<std::vector<ModelRecord>> Forget(int64_t now_ms);

 private:
  Catalog& catalog_;
};

}  // namespace fovea::storage
