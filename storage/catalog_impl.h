#pragma once
// CatalogView::Impl: the state behind the catalog, shared by the catalog_*.cc files. Internal to storage/.
//
// Owns:    the database and what is kept in memory of it: counters, roots, the model.
// Threads: writes hold `write_mutex` from the first read to the commit; `state_mutex` guards what readers see and is never
//          held during disk work. Order: write_mutex, then state_mutex.
// Errors:  kCancelled after Close.
// Units:   as Catalog.
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "storage/catalog.h"
#include "storage/change.h"
#include "storage/database.h"
#include "storage/gate.h"
#include "storage/model_table.h"
#include "storage/record_codec.h"

namespace fovea::storage {

inline constexpr size_t kPathsPerBatch = 1000;  // of operations that may touch very many paths
inline constexpr std::string_view kForgottenKey = "changes";  // in meta: the epoch until which changes are forgotten
inline constexpr std::string_view kModelsKey = "models";      // in meta: the table of models

struct RootEntry {
  Root root;
  uint64_t indexed_paths = 0;
};

struct CatalogView::Impl {
  Impl(std::string where, std::unique_ptr<Database> opened) : folder(std::move(where)), database(std::move(opened)) {}

  // Reads format, counters, model and roots; makes them on a new store.
  Status Load() EXCLUDES(write_mutex, state_mutex);
  Change Begin() const REQUIRES(write_mutex) { return Change(*database, counters, model, other_models); }
  // Writes the change and takes its counters over.
  Status Commit(Change& change, Database::Durability durability) REQUIRES(write_mutex) EXCLUDES(state_mutex);
  Result<Root> FindRoot(RootId id) const EXCLUDES(state_mutex);
  // The model with this number, or the one that answers.
  Result<ModelBinding> FindModel(std::optional<uint32_t> number) const EXCLUDES(state_mutex);
  static Status CheckModel(const std::string& id, int64_t dim);
  static Status NoModel(uint32_t number);
  // Alters the table of models and whatever belongs to that, in one write.
  Status UpdateModels(const std::function<Status(ModelTable&, Change&)>& alter) EXCLUDES(write_mutex, state_mutex);
  Status CommitModels(Change& change, ModelTable table) REQUIRES(write_mutex) EXCLUDES(state_mutex);
  Result<std::optional<PhotoId>> FirstWithout(uint32_t number, PhotoId after) const;
  Status UpdateRoot(RootId id, Database::Durability durability, const std::function<void(Root&)>& alter) EXCLUDES(write_mutex, state_mutex);
  Status PutRoot(const Root& root, Database::Durability durability) REQUIRES(write_mutex) EXCLUDES(state_mutex);
  // Up to `limit` paths that start with `prefix`, from `begin` on (which may be the prefix).
  Result<std::vector<PathRecord>> ReadPaths(RootId root, std::string_view prefix, std::string_view begin, size_t limit) const;
  // The next batch of paths to be removed or moved away; others may add some meanwhile.
  Result<std::vector<PathRecord>> NextPaths(PathSweep& sweep) const;
  // Alters each path of the next batch and commits it, synced. The sweep goes on when that has worked.
  Result<SweptPaths> Sweep(PathSweep& sweep, const std::function<Status(Change&, const PathRecord&)>& alter) REQUIRES(write_mutex);

  const std::string folder;
  Gate gate;
  std::unique_ptr<Database> database;  // reset by Close, when nobody is inside the gate
  std::atomic<uint64_t> photo_count = 0;
  std::atomic<uint64_t> failure_count = 0;
  std::atomic<uint64_t> vector_epoch = 0;
  std::atomic<uint64_t> next_photo = 1;

  Mutex write_mutex;
  Counters counters GUARDED_BY(write_mutex);
  ModelTable models GUARDED_BY(write_mutex);  // what changes work with, and the two below; readers use known_models
  std::optional<ModelBinding> model GUARDED_BY(write_mutex);  // the one that answers
  std::vector<uint32_t> other_models GUARDED_BY(write_mutex);

  mutable Mutex state_mutex;
  std::map<RootId, RootEntry> roots GUARDED_BY(state_mutex);
  ModelTable known_models GUARDED_BY(state_mutex);

 private:
  // Gives the format found, 0 for a new store.
  Result<uint32_t> LoadFormat() REQUIRES(write_mutex);
  Status MigrateFromFormat1() REQUIRES(write_mutex);
  Status MigrateFromFormat2() REQUIRES(write_mutex);
  Status LoadModels() REQUIRES(write_mutex) EXCLUDES(state_mutex);
  void TakeModels(ModelTable table) REQUIRES(write_mutex) EXCLUDES(state_mutex);
  Status LoadRoots() REQUIRES(write_mutex);
  Status CancelOldJobs() REQUIRES(write_mutex);
  void PublishCounters() REQUIRES(write_mutex);
};

inline Status ClosedStatus() { return Cancelled("use the library: it is closed"); }

}  // namespace fovea::storage

// Holds the catalog open until the end of the enclosing function, or returns kCancelled from it.
#define ENTER_OR_RETURN(impl)                \
  const Gate::Pass pass = (impl).gate.Enter(); \
  if (!pass) return ::fovea::internal::EarlyReturn { ClosedStatus() }
