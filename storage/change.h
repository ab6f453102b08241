#pragma once
// Change gathers everything that one write of the catalog alters, reads through its own alterations, and is written whole
// or not at all. Internal to storage/.
//
// Owns:    its batch, and a copy of what it may read again. Borrows the database; made and used under the catalog's write lock.
// Threads: one thread, while it holds the catalog's write lock.
// Errors:  kNotFound, kCorrupt and kIo from what it reads. A Change that is not committed leaves no trace.
// Units:   counters as in record_codec.h.
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "storage/catalog.h"
#include "storage/database.h"
#include "storage/record_codec.h"

namespace fovea::storage {

class Change {
 public:
  Change(const Database& database, const Counters& counters, const std::optional<ModelBinding>& model, std::span<const uint32_t> other_models)
      : database_(database), counters_(counters), model_(model), other_models_(other_models), altered_(kColumnNames.size()) {}

  Result<std::optional<PathRecord>> GetPath(const Location& location);
  // Writes photo, vector, thumbnail, content and path of a file; `removed_photo` of the answer is what the path held before.
  Result<StoredFile> StoreFile(const IndexedFile& file);
  Status StoreFailure(const FailureRecord& failure);
  // Requires: `path` is what this change would read there.
  void RemovePath(const PathRecord& path);
  Status MovePath(const PathRecord& path, const Location& to);
  void PutPath(const PathRecord& path);
  // Removes every photo touched so far that has no path any more. The last step before Commit.
  Result<std::vector<PhotoId>> DropOrphans();

  void Put(Column column, std::string_view key, std::string_view value);
  void Delete(Column column, std::string_view key);
  // From `begin` on, before `end`; what this change itself put there stays to be seen by it.
  void DeleteRange(Column column, std::string_view begin, std::string_view end);
  // For new ids: changes it, and it is written with the rest.
  Counters& counters() { return counters_; }
  // How many indexed paths each root gained or lost.
  const std::map<RootId, int64_t>& root_deltas() const { return root_deltas_; }
  // The finished batch, counters included.
  rocksdb::WriteBatch& Finish();

 private:
  Result<bool> HasRoot(RootId root);
  Result<std::optional<PhotoId>> FindContent(const Sha256Digest& content);
  Result<std::optional<PhotoId>> PhotoFor(const IndexedFile& file, bool& is_new);
  Status CheckVector(const IndexedFile& file) const;
  // As Database::Get, as if the change was written already.
  Result<std::optional<std::string>> Get(Column column, std::string_view key) const;
  // For what this change never reads again: written with the rest, but not found by it.
  void PutUnread(Column column, std::string_view key, std::string_view value);
  void DeleteUnread(Column column, std::string_view key);
  void PutVector(PhotoId id, std::span<const float> vector);
  Status CompleteVector(PhotoId id, std::span<const float> vector);
  Status ClearPath(const Location& location, PhotoId keep, std::optional<PhotoId>* had);
  void ClearKnown(const PathRecord& before, PhotoId keep, std::optional<PhotoId>* had);
  Result<bool> HasLocation(PhotoId id);
  Result<PhotoRecord> FindPhoto(PhotoId id) const;
  void NoteVectorChange(PhotoId id);
  Status DropPhoto(PhotoId id);

  const Database& database_;
  Counters counters_;
  const std::optional<ModelBinding>& model_;
  const std::span<const uint32_t> other_models_;  // a photo that goes takes its vectors of these along
  rocksdb::WriteBatch batch_;
  using Altered = std::map<std::string, std::optional<std::string>, std::less<>>;  // values by key; none: deleted
  std::vector<Altered> altered_;                                                  // by column
  std::set<PhotoId> touched_;
  std::set<RootId> known_roots_;
  std::map<PhotoId, PhotoRecord> made_;  // photos that are new with this change
  std::set<PhotoId> given_vectors_;
  std::map<RootId, int64_t> root_deltas_;
};

}  // namespace fovea::storage
