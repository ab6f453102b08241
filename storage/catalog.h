#pragma once
// Catalog is the truth: which roots, files, photos, vectors, failures and jobs there are. What it can be asked stands in catalog_view.h.
//
// Owns:    the database directory and its lock; no other object writes there.
// Threads: any thread may call any method; writes are serialised inside, reads never wait for a flush.
// Errors:  kNotFound for what is missing, kCorrupt if a stored value fails its check, kIo if the disk refuses, kBusy if
//          another process holds the directory (named), kUnsupported for a newer format or another model. Never throws.
// Units:   vectors are `dim` floats of unit length; times UTC ms; sizes bytes. Format: docs/on-disk-format.md.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "storage/backup.h"
#include "storage/catalog_view.h"
#include "storage/file_changes.h"
#include "storage/records.h"
#include "storage/verify.h"

namespace fovea::storage {

class Catalog : public CatalogView {
 public:
  struct Options {
    std::string folder;          // made if missing
    size_t cache_bytes = size_t{64} << 20;
    bool read_only = false;      // for looking while nobody writes; takes no lock
  };
  static Result<std::unique_ptr<Catalog>> Open(const Options& options);
  ~Catalog();

  // Must be called once before any vector is written or read. The first call on a new store remembers the model; later a
  // model with another id or dimension is refused with kUnsupported and what to do. A store without photos takes any.
  Status BindModel(const std::string& model_id, int64_t dim);
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

  // Forgets which vectors changed until `epoch`: a snapshot holds them.
  Status ForgetVectorChanges(uint64_t epoch);
  // image/webp
  Status PutThumbnail(PhotoId id, std::string_view webp);

  // Tags. Gives the photos that are not known, for which nothing was done; all others are changed in one synced write.
  Result<std::vector<PhotoId>> ChangeTags(const TagChange& change);

  // Forgets failures (all, or one) so that the next scan takes the files again; says how many.
  Result<uint64_t> ForgetFailures(const std::optional<Location>& only);

  // With id 0 it gives the job an id; the last 1,000 are kept. Jobs that had not ended when the store was last closed or
  // killed are cancelled by Open.
  Result<uint64_t> PutJob(const JobRecord& job);

  // Reads every file and looks at every record. Writes wait for it: meant for a catalog that was opened to be verified.
  Result<VerifyReport> Verify(const VerifyProgress& progress) const;

  // Adds a backup to `folder` (made if missing) while reads and writes go on: the state of this moment.
  Result<BackupFacts> BackUp(const std::string& folder, const BackupProgress& progress) const;

  // Small named values of the index (what its snapshot file holds), column family `index`.
  Status PutIndexValue(std::string_view name, std::string_view value);

  // Flushes, syncs and closes. May be called twice; later calls of other methods give kCancelled.
  void Close();

 private:
  friend class OtherModels;
  explicit Catalog(std::unique_ptr<Impl> impl);
};

}  // namespace fovea::storage
