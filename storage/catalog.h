#pragma once
// Catalog is the truth: which roots, files, photos, vectors, failures and jobs there are.
//
// Owns:    the database directory and its lock; no other object writes there.
// Threads: any thread may call any method; writes are serialised inside, reads never wait for a flush.
// Errors:  kNotFound for what is missing, kCorrupt if a stored value fails its check, kIo if the disk refuses, kBusy if
//          another process holds the directory (named), kUnsupported for a newer format or another model. Never throws.
// Units:   vectors are `dim` floats of unit length; times UTC ms; sizes bytes. Format: docs/on-disk-format.md.
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "storage/backup.h"
#include "storage/file_changes.h"
#include "storage/model_table.h"
#include "storage/records.h"
#include "storage/verify.h"

namespace fovea::storage {

class Catalog {
 public:
  struct Options {
    std::string folder;          // made if missing
    size_t cache_bytes = size_t{64} << 20;
    bool read_only = false;      // for looking while nobody writes; takes no lock
  };
  static Result<std::unique_ptr<Catalog>> Open(const Options& options);
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  // Must be called once before any vector is written or read. The first call on a new store remembers the model; later a
  // model with another id or dimension is refused with kUnsupported and what to do. A store without photos takes any.
  Status BindModel(const std::string& model_id, int64_t dim);
  // The model that answers; nothing on a store that was never bound.
  struct Model {
    std::string id;
    int64_t dim = 0;
    uint32_t number = 0;
  };
  std::optional<Model> model() const;

  // All models that the library has vectors of; what is done with further ones: other_models.h.
  ModelTable Models() const;
  // Where the answering model was loaded from, and what the start asked for.
  Status RememberSource(const std::string& source, const std::string& asked);

  // Roots. A known path is kAlreadyExists; a root that is being removed stays, with the paths it still has.
  Result<Root> AddRoot(const std::string& absolute_path);
  // A root that is being removed keeps that state.
  Status SetRootState(RootId id, RootState state);
  // From now on nothing is stored for the root, and the state kRemoving is remembered. RemovePaths and then ForgetRoot do the rest.
  Status BeginRemoval(RootId id);
  // The end of a removal. kBusy while the root has paths.
  Status ForgetRoot(RootId id);
  // Remembers on which device (st_dev) the root's files were found; tells a mount point whose file system is missing.
  Status SetRootDevice(RootId id, uint64_t device);
  std::vector<Root> ListRoots() const;
  Result<Root> GetRoot(RootId id) const;
  uint64_t indexed_path_count(RootId id) const;  // 0 for an unknown root

  // Files. One WriteBatch per call, synced before it returns: after a kill either all of a file is there or nothing. A
  // file is left out (its StoredFile has photo id 0) when its root is no longer known, or when it comes without a vector
  // and its content is no longer known either; the others are stored.
  Result<std::vector<StoredFile>> StoreFiles(std::span<const IndexedFile> files);
  // Remembers that this file cannot be indexed (with `tries` 0 the catalog counts them); a path that was indexed before loses its photo (returned if orphaned).
  Result<std::optional<PhotoId>> StoreFailure(const FailureRecord& failure);
  // The photo that lost its last path, if any. A missing path is kNotFound.
  Result<std::optional<PhotoId>> RemovePath(const Location& location);
  // A rename: the record moves with its photo or failure; what lay at `to` is replaced (its orphan returned).
  Result<std::optional<PhotoId>> MovePath(const Location& from, const Location& to);
  // Removes the next batch of a sweep, 1,000 paths at most, in one write. Others may write between two batches: the last one is
  // followed by a look at what was added behind it. kCancelled for all of a root that is not being removed (any more).
  Result<SweptPaths> RemovePaths(PathSweep& sweep);
  // The same for a rename: what lies below the sweep's folder comes to lie below folder `to`; `gone` are orphans of what was replaced.
  Result<SweptPaths> MovePaths(PathSweep& sweep, const Location& to);
  // Takes in a new stamp for a file whose content turned out to be the same.
  Status TouchPath(const Location& location, const FileStamp& stamp);
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
  // Forgets which vectors changed until `epoch`: a snapshot holds them.
  Status ForgetVectorChanges(uint64_t epoch);

  // Thumbnails (image/webp).
  Result<std::string> GetThumbnail(PhotoId id) const;
  Status PutThumbnail(PhotoId id, std::string_view webp);

  // Tags. Gives the photos that are not known, for which nothing was done; all others are changed in one synced write.
  Result<std::vector<PhotoId>> ChangeTags(const TagChange& change);
  Result<std::vector<std::string>> TagsOf(PhotoId id) const;  // in byte order; none for an unknown photo
  // All of them, photo by photo; `visit` returns false to end.
  Status ForEachTag(const std::function<bool(PhotoId, const std::string&)>& visit) const;

  // Failures, in byte order of root and path.
  Result<std::vector<FailureRecord>> ListFailures(const std::optional<Location>& after, size_t limit) const;
  Result<FailureRecord> GetFailure(const Location& location) const;
  uint64_t failure_count() const;
  // Forgets failures (all, or one) so that the next scan takes the files again; says how many.
  Result<uint64_t> ForgetFailures(const std::optional<Location>& only);

  // Jobs, newest first; the last 1,000 are kept. PutJob with id 0 gives the job an id. Jobs that had not ended when the
  // store was last closed or killed are cancelled by Open.
  Result<uint64_t> PutJob(const JobRecord& job);
  std::vector<JobRecord> ListJobs(size_t limit) const;

  // Reads every file and looks at every record. Writes wait for it: meant for a catalog that was opened to be verified.
  Result<VerifyReport> Verify(const VerifyProgress& progress) const;

  // Adds a backup to `folder` (made if missing) while reads and writes go on: the state of this moment.
  Result<BackupFacts> BackUp(const std::string& folder, const BackupProgress& progress) const;

  // Small named values of the index (what its snapshot file holds), column family `index`.
  Status PutIndexValue(std::string_view name, std::string_view value);
  Result<std::string> GetIndexValue(std::string_view name) const;

  // The folder for files that belong to the store but are not RocksDB's, such as index snapshots. Exists after Open.
  const std::string& folder() const;
  // The first failure of the disk while writing, also in the background; ok if there was none. From then on every write
  // gives it, reads go on, and only opening the store again (with room on the disk) helps.
  Status Health() const;
  // Flushes, syncs and closes. May be called twice; later calls of other methods give kCancelled.
  void Close();

 private:
  friend class OtherModels;
  struct Impl;
  explicit Catalog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::storage
