#pragma once
// ClusteredIndex is the library's VectorIndex: exact at any size, and approximate in a fraction of the time once it is large.
//
// Its rows lie in lists of near ones (listed_rows.h). An exact query goes through all of them (exact_scan.h), an approximate one
// through the lists that can hold its best (list_search.h): the same rows, codes, kernels and bounds serve both. New rows wait in a
// fresh list, which every query goes through, until the thread "lists" puts them where they belong; it also trains the lists, once
// there are enough rows and again whenever they are four times as many. A removed row is gone at once.
//
// Where memory is short, the vectors, or codes too, lie in files (memory_kind.h): decided when room is made and as it grows.
//
// Owns:    what ListedRows, Centroids and AmongCache own; the threads of its scan and "lists". Training takes up to 0.8 GB for a moment.
// Threads: any number search at once; a change waits for the searches in hand and stops new ones for microseconds. Save
//          reads beside searches; changes wait for it. Large exact searches use all cores; those that arrive meanwhile share the
//          next sweep. Approximate ones run on the caller's thread.
// Errors:  as VectorIndex; a vector that is not of unit length, and an id of 2^32 or more, are kInvalidArgument.
// Shapes:  as VectorIndex.
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "indexer/memory_kind.h"
#include "indexer/vector_index.h"

namespace fovea::indexer {

class ClusteredIndex final : public VectorIndex {
 public:
  static constexpr size_t kNever = SIZE_MAX;
  struct Options {
    size_t threads = 0;                // of an exact search; 0: every core this process may use
    size_t approximate_from = 50'000;  // vectors; kNever: every answer is exact
    std::string overflow_folder = {};  // for what does not fit into memory; empty: everything stays in memory
    uint64_t memory_bytes = 0;         // that it may take; 0: three quarters of what is available
  };
  explicit ClusteredIndex(int64_t dim) : ClusteredIndex(dim, Options()) {}
  ClusteredIndex(int64_t dim, Options options);
  ~ClusteredIndex() override;
  ClusteredIndex(const ClusteredIndex&) = delete;
  ClusteredIndex& operator=(const ClusteredIndex&) = delete;

  int64_t dim() const override;
  size_t size() const override;
  Status Add(storage::PhotoId id, std::span<const float> vector) override;
  void Remove(storage::PhotoId id) override;
  // The exact answer.
  Result<std::vector<Neighbour>> Search(std::span<const float> query, size_t k) const override;
  // One answer per query. Exact ones go through the vectors together, which for sixteen costs little more than for three.
  Result<std::vector<IndexAnswer>> SearchMany(std::span<const IndexQuery> queries) const;
  Status Save(const std::string& path, const std::string& model_id, uint64_t epoch) const override;
  Status Load(const std::string& path, const std::string& model_id, uint64_t epoch) override;

  // The lists without the vectors. Photos that come after LoadLists, by Add or by Load, go to the list that they were in.
  // LoadLists refuses a file that is damaged, of another version, model or dimension, and changes nothing then.
  Status SaveLists(const std::string& path, const std::string& model_id) const;
  Status LoadLists(const std::string& path, const std::string& model_id);

  // Starts the thread "lists". `usual_query` gives it, before it trains, the mean of what is usually asked; empty: queries come from
  // all sides. Nothing to do where every answer is exact.
  void StartSorting(std::function<std::vector<float>()> usual_query);
  // Ends it within a second. May be called twice.
  void StopSorting();

  struct State {
    size_t vectors = 0;
    size_t lists = 0;         // 0: not trained
    size_t fresh = 0;         // vectors that are in none yet
    bool approximate = false;  // queries that need not be exact go through lists
    MemoryKind memory = MemoryKind::kAll;
    std::string memory_reason = {};  // why not all of it is there, or could not leave; empty: it is
    uint64_t sorted = 0;      // vectors put into lists since it was made; only rises
  };
  State state() const;
  // Whether the lists are trained, if there is enough to train them with, and next to nothing is fresh; waits for it.
  bool WaitUntilSorted(std::chrono::steady_clock::time_point deadline) const;

  // Takes ids, and ids.size() x dim values, from any thread.
  using Take = std::function<Status(std::span<const storage::PhotoId> ids, std::span<const float> vectors)>;
  // Replaces the content by what `read` gives to its argument, from as many threads as it likes, about `vectors` in all. Left empty
  // when it fails. `read` must not call back in otherwise.
  Status FillFrom(const std::function<Status(const Take&)>& read, size_t vectors);
  // Makes room for this many vectors in all.
  void Reserve(size_t vectors);
  void Clear();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::indexer
