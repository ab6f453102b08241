#pragma once
// RowFiller puts vectors that many threads bring at once into rows that nobody searches yet.
//
// Owns:    nothing; borrows the rows and the lists by id.
// Threads: any thread may call Take. Places are given one thread at a time, vectors are copied and coded side by side.
// Errors:  kCorrupt for a photo that comes twice, kInvalidArgument for a vector that the index would refuse. What came before stays.
// Shapes:  ids.size() x dim, row-major, unit length.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/mutex.h"
#include "base/shared_mutex.h"
#include "base/status.h"
#include "indexer/listed_rows.h"

namespace fovea::indexer {

class RowFiller {
 public:
  // `known`: the list of each photo, by id; those beyond are fresh. `vectors`: how many are expected; more may come.
  RowFiller(ListedRows& rows, std::span<const uint32_t> known, size_t vectors);

  Status Take(std::span<const storage::PhotoId> ids, std::span<const float> vectors) EXCLUDES(moving_, mutex_);

  // Why the index refuses a vector of a photo with this id; ok if it does not.
  static Status Check(storage::PhotoId id, std::span<const float> vector, size_t dim);

 private:
  // False when there is no room.
  Result<bool> TryTake(std::span<const storage::PhotoId> ids, std::span<const uint32_t> lists, std::span<const float> vectors) EXCLUDES(moving_, mutex_);
  void MakeRoom(size_t vectors) EXCLUDES(moving_);

  ListedRows& rows_;
  const std::span<const uint32_t> known_;
  SharedMutex moving_;  // held alone while rows move to where there is more room
  size_t room_ GUARDED_BY(moving_) = 0;
  Mutex mutex_;  // of places
};

}  // namespace fovea::indexer
