#pragma once
// ClusteredIndex::Impl: its parts. Its functions stand in clustered_index.cc (changes, searches), clustered_index_files.cc (disk),
// clustered_index_memory.cc and clustered_index_lists.cc (the thread "lists").
//
// Owns:    all of it.
// Threads: `order` is held while rows move from list to list, and by who writes a file; taken before `mutex`.
// Errors:  see clustered_index.h.
// Shapes:  see clustered_index.h.
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "base/shared_mutex.h"
#include "base/worker.h"
#include "indexer/among_cache.h"
#include "indexer/centroids.h"
#include "indexer/clustered_index.h"
#include "indexer/exact_scan.h"
#include "indexer/listed_rows.h"
#include "indexer/search_rounds.h"

namespace fovea::indexer {

struct OpenedSnapshot;

struct ClusteredIndex::Impl {
  Impl(int64_t values, const Options& chosen)
      : dim(static_cast<size_t>(values)), options(chosen), scan({.threads = chosen.threads, .kernel = {}}), rows(dim) {}

  Status CheckQuery(std::span<const float> query) const;
  bool UsesLists() const REQUIRES_SHARED(mutex);
  // Through the lists. Requires: UsesLists().
  IndexAnswer SearchSome(const IndexQuery& query) const REQUIRES_SHARED(mutex);
  // Exactly.
  std::vector<ScanAnswer> SearchAll(std::span<const IndexQuery* const> queries) const REQUIRES_SHARED(mutex);
  // The list that LoadLists names for the photo; the fresh one when it names none.
  uint32_t KnownList(storage::PhotoId id) const REQUIRES_SHARED(mutex);
  Status ReadFrom(const OpenedSnapshot& snapshot) REQUIRES(mutex);
  // The lists stay, empty.
  void ForgetRows() REQUIRES(mutex);
  // Before there are so many vectors: moves to files what will not fit into memory.
  void FitInMemory(size_t vectors) REQUIRES(mutex);

  // The thread "lists".
  enum class Work { kNone, kTrain, kSort };
  Work NextWork(bool sorting) const REQUIRES_SHARED(mutex);
  void Wake() EXCLUDES(wake_mutex);
  void Run(const std::stop_token& stop);
  void Train(const std::stop_token& stop);
  void SortSome();

  const size_t dim;
  const Options options;
  mutable ExactScan scan;
  mutable SearchRounds rounds;
  mutable AmongCache kept;
  mutable Mutex order;
  mutable SharedMutex mutex;
  ListedRows rows GUARDED_BY(mutex);
  std::unique_ptr<const Centroids> centroids GUARDED_BY(mutex);  // replaced by Train, LoadLists and Clear
  std::vector<uint32_t> known GUARDED_BY(mutex);                 // lists by id
  uint64_t sorted GUARDED_BY(mutex) = 0;
  size_t fits GUARDED_BY(mutex) = 0;  // so many vectors; to be looked at again before there are more
  std::string memory_reason GUARDED_BY(mutex);

  mutable Mutex wake_mutex;
  mutable CondVar wake, rested;
  bool wanted GUARDED_BY(wake_mutex) = false;
  bool working GUARDED_BY(wake_mutex) = false;
  bool stopping GUARDED_BY(wake_mutex) = false;
  std::function<std::vector<float>()> usual_query;  // set before the thread starts
  Thread thread;
};

}  // namespace fovea::indexer
