#pragma once
// CatalogView is all that a catalog can be asked; catalog.h is the one that changes and owns it.
//
// Owns:    the state behind the catalog; made and closed by Catalog alone.
// Threads: any thread may call any method; none waits for a write that is being flushed.
// Errors:  kNotFound for what is missing, kCorrupt if a stored value fails its check, kIo if the disk refuses, kCancelled once the
//          catalog is closed. Never throws.
// Units:   as Catalog.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "storage/model_table.h"
#include "storage/records.h"

namespace fovea::storage {

class CatalogView {
 public:
  CatalogView(const CatalogView&) = delete;
  CatalogView& operator=(const CatalogView&) = delete;

  // The model that answers; nothing on a store that was never bound.
  struct Model {
    std::string id;
    int64_t dim = 0;
    uint32_t number = 0;
  };
  std::optional<Model> model() const;
  // All models that the library has vectors of; what is done with further ones: other_models.h.
  ModelTable Models() const;

  // Roots and files.
  std::vector<Root> ListRoots() const;
  Result<Root> GetRoot(RootId id) const;
  uint64_t indexed_path_count(RootId id) const;  // 0 for an unknown root
  Result<PathRecord> GetPath(const Location& location) const;
  // Paths of one root in byte order, from `prefix` on while they start with it; `visit` returns false to end.
  Status ForEachPath(RootId root, std::string_view prefix, const std::function<bool(const PathRecord&)>& visit) const;
  // Paths of one root in byte order with path > after (from the first when empty), at most `limit`: a walk that neither
  // holds a view open nor a lock between its steps.
  Result<std::vector<PathRecord>> ListPaths(RootId root, std::string_view after, size_t limit) const;

  // Photos.
  Result<PhotoId> FindContent(const Sha256Digest& content) const;  // kNotFound if unknown or without a vector
  Result<PhotoRecord> GetPhoto(PhotoId id) const;
  Result<std::vector<Location>> LocationsOf(PhotoId id) const;     // at least one for a photo that exists
  // Of the model that answers, or of the one with this number.
  Result<std::vector<float>> GetVector(PhotoId id, std::optional<uint32_t> model = {}) const;
  // Photos with id > after in rising order, at most `limit`.
  Result<std::vector<PhotoRecord>> ListPhotos(PhotoId after, size_t limit) const;
  // Photos taken at `from_ms` or later and before `before_ms`, in order of date and then id, at most `limit`; those behind
  // `after` when a page is continued. Photos without a date are in no such list.
  struct Dated {
    int64_t taken_at_ms = 0;
    PhotoId photo;
  };
  Result<std::vector<PhotoRecord>> ListPhotosByDate(int64_t from_ms, int64_t before_ms, const std::optional<Dated>& after, size_t limit) const;
  using VisitVector = std::function<bool(PhotoId, std::span<const float>)>;  // returns false to end
  // One sequential sweep over a consistent view.
  Status ForEachVector(const VisitVector& visit, std::optional<uint32_t> model = {}) const;
  // The same for the ids from `first` on, before `end`: several threads may sweep side by side, each over its part.
  Status ForEachVectorBetween(PhotoId first, PhotoId end, const VisitVector& visit, std::optional<uint32_t> model = {}) const;
  // Larger than every id that was given.
  PhotoId next_photo() const;
  uint64_t photo_count() const;
  // Rises with every write that adds or removes a vector; tells an index snapshot whether it is up to date.
  uint64_t vector_epoch() const;
  // The photos whose vectors came, changed or went after `epoch`, each once; GetVector tells which of them are there.
  // kNotFound when that was forgotten.
  Result<std::vector<PhotoId>> VectorChangesSince(uint64_t epoch) const;
  // image/webp
  Result<std::string> GetThumbnail(PhotoId id) const;
  Result<std::vector<std::string>> TagsOf(PhotoId id) const;  // in byte order; none for an unknown photo
  // All tags, photo by photo; `visit` returns false to end.
  Status ForEachTag(const std::function<bool(PhotoId, const std::string&)>& visit) const;

  // Failures, in byte order of root and path.
  Result<std::vector<FailureRecord>> ListFailures(const std::optional<Location>& after, size_t limit) const;
  Result<FailureRecord> GetFailure(const Location& location) const;
  uint64_t failure_count() const;
  // Jobs, newest first.
  std::vector<JobRecord> ListJobs(size_t limit) const;

  // A small named value of the index (what its snapshot file holds).
  Result<std::string> GetIndexValue(std::string_view name) const;
  // The folder for files that belong to the store but are not RocksDB's, such as index snapshots. Exists after Open.
  const std::string& folder() const;
  // The first failure of the disk while writing, also in the background; ok if there was none. From then on every write
  // gives it, reads go on, and only opening the store again (with room on the disk) helps.
  Status Health() const;

 protected:
  struct Impl;
  explicit CatalogView(std::unique_ptr<Impl> impl);
  ~CatalogView();

  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::storage
