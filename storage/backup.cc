#include "storage/backup.h"

#include <rocksdb/utilities/backup_engine.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <sstream>

#include "base/cores.h"
#include "base/log.h"
#include "base/unique_fd.h"
#include "storage/catalog.h"
#include "storage/catalog_impl.h"

namespace fovea::storage {
namespace {

namespace fs = std::filesystem;

// The note that goes with each backup: these words, then "name value" lines. A larger version is a newer fovea's.
constexpr std::string_view kNote = "fovea-backup";
constexpr uint32_t kNoteVersion = 1;

struct Note {
  uint32_t version = 0;
  uint32_t store_format = 0;
  uint64_t photos = 0;
  std::string model_id;
};

std::string Written(const Note& note) {
  return StrCat(kNote, " ", note.version, "\nstore_format ", note.store_format, "\nphotos ", note.photos, "\nmodel ", note.model_id, "\n");
}

// Nothing when the note is not ours.
std::optional<Note> ReadNote(const std::string& text) {
  Note note;
  std::istringstream lines(text);
  std::string word;
  if (!(lines >> word >> note.version) || word != kNote) return std::nullopt;
  while (lines >> word) {
    if (word == "store_format") lines >> note.store_format;
    if (word == "photos") lines >> note.photos;
    if (word == "model") std::getline(lines >> std::ws, note.model_id);
  }
  return note;
}

rocksdb::BackupEngineOptions EngineOptions(const std::string& folder) {
  rocksdb::BackupEngineOptions options(folder);
  options.share_table_files = true;
  options.share_files_with_checksum = true;
  options.sync = true;
  options.max_background_operations = static_cast<int>(std::min<size_t>(UsableCores(), 4));
  return options;
}

BackupFacts FactsOf(const rocksdb::BackupInfo& info, const Note& note) {
  return {.number = info.backup_id, .made_at_ms = info.timestamp * 1000, .bytes = info.size, .photos = note.photos, .model_id = note.model_id};
}

Result<std::unique_ptr<rocksdb::BackupEngineReadOnly>> OpenBackups(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return Failed(NotFound(StrCat("no backup in \"", folder, "\": no such folder")));
  if (!fs::is_directory(folder + "/meta", error)) return Failed(Unsupported(StrCat("\"", folder, "\" is no backup of fovea's")));
  rocksdb::BackupEngineReadOnly* engine = nullptr;
  const auto opened = rocksdb::BackupEngineReadOnly::Open(EngineOptions(folder), rocksdb::Env::Default(), &engine);
  RETURN_IF_ERROR(FromRocks(opened, StrCat("open backup \"", folder, "\"")));
  return std::unique_ptr<rocksdb::BackupEngineReadOnly>(engine);
}

// The backup asked for, when it is ours, of no newer fovea, and its list of files is whole.
Result<std::pair<rocksdb::BackupInfo, Note>> Choose(rocksdb::BackupEngineReadOnly& engine, const std::string& folder, uint32_t number) {
  std::vector<rocksdb::BackupInfo> infos;
  engine.GetBackupInfo(&infos);
  std::vector<rocksdb::BackupID> damaged;
  engine.GetCorruptedBackups(&damaged);
  const uint32_t newest = infos.empty() ? 0 : infos.back().backup_id;
  if (number == 0) number = std::max(newest, damaged.empty() ? 0 : *std::max_element(damaged.begin(), damaged.end()));
  if (std::find(damaged.begin(), damaged.end(), number) != damaged.end()) {
    return Failed(Corrupt(StrCat("backup ", number, " in \"", folder, "\": files are missing or of another size")));
  }
  const auto info = std::find_if(infos.begin(), infos.end(), [&](const auto& one) { return one.backup_id == number; });
  if (info == infos.end()) return Failed(NotFound(StrCat("no backup ", number, " in \"", folder, "\"")));
  const std::optional<Note> note = ReadNote(info->app_metadata);
  if (!note) return Failed(Unsupported(StrCat("\"", folder, "\" is no backup of fovea's")));
  if (note->version > kNoteVersion || note->store_format > kStoreFormat) {
    return Failed(Unsupported(StrCat("backup ", number, " in \"", folder, "\" was made by a newer fovea (format ", note->store_format,
                                     "; this one reads up to ", kStoreFormat, "); update fovea")));
  }
  return std::pair(*info, *note);
}

Status CheckNoLibrary(const std::string& catalog) {
  std::error_code error;
  if (!fs::exists(catalog, error)) return Status();
  if (fs::is_directory(catalog, error) && fs::is_empty(catalog, error)) return Status();
  return AlreadyExists(StrCat("there is a library in \"", catalog, "\" already; restore into another --data folder, or move that one away"));
}

Status RenameSynced(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::remove(to, error);  // an empty folder
  fs::rename(from, to, error);
  if (error) return IoError(StrCat("rename \"", from, "\": ", error.message()));
  return SyncFolder(fs::path(to).parent_path());
}

// A folder that is not left behind: once it is whole it is renamed, and gone from here.
class Scaffold {
 public:
  explicit Scaffold(std::string path) : path_(std::move(path)) { Remove(); }
  ~Scaffold() { Remove(); }
  Scaffold(const Scaffold&) = delete;
  Scaffold& operator=(const Scaffold&) = delete;
  const std::string& path() const { return path_; }

 private:
  void Remove() {
    std::error_code error;
    fs::remove_all(path_, error);
    if (error) LogWarning("remove \"", path_, "\": ", error.message());
  }
  const std::string path_;
};

}  // namespace

Result<BackupFacts> Catalog::BackUp(const std::string& folder, const BackupProgress& progress) const {
  ENTER_OR_RETURN(*impl_);
  const std::string what = StrCat("back up into \"", folder, "\"");
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Failed(IoError(StrCat(what, ": ", error.message())));
  if (!fs::is_empty(folder, error) && !fs::is_directory(folder + "/meta", error)) {
    return Failed(AlreadyExists(StrCat(what, ": other files are there; give an empty folder or one with backups")));
  }
  rocksdb::BackupEngine* opened = nullptr;
  RETURN_IF_ERROR(FromRocks(rocksdb::BackupEngine::Open(EngineOptions(folder), rocksdb::Env::Default(), &opened), what));
  const std::unique_ptr<rocksdb::BackupEngine> engine(opened);
  const std::optional<Model> bound = model();
  const Note note{.version = kNoteVersion, .store_format = kStoreFormat, .photos = photo_count(), .model_id = bound ? bound->id : ""};
  rocksdb::CreateBackupOptions options;
  bool cancelled = false;
  options.progress_callback = [&] {
    if (progress() || cancelled) return;
    cancelled = true;
    engine->StopBackup();
  };
  rocksdb::BackupID number = 0;
  const auto made = engine->CreateNewBackupWithMetadata(options, impl_->database->raw(), Written(note), &number);
  if (cancelled) return Failed(Cancelled(what + ": ended early"));
  RETURN_IF_ERROR(FromRocks(made, what));
  rocksdb::BackupInfo info;
  RETURN_IF_ERROR(FromRocks(engine->GetBackupInfo(number, &info), what));
  return FactsOf(info, note);
}

Result<std::vector<BackupFacts>> ListBackups(const std::string& folder) {
  ASSIGN_OR_RETURN(const auto engine, OpenBackups(folder));
  std::vector<rocksdb::BackupInfo> infos;
  engine->GetBackupInfo(&infos);
  std::vector<BackupFacts> list;
  for (const rocksdb::BackupInfo& info : infos) {
    if (const std::optional<Note> note = ReadNote(info.app_metadata)) list.push_back(FactsOf(info, *note));
  }
  return list;
}

Result<BackupFacts> RestoreBackup(const std::string& folder, uint32_t number, const std::string& data_folder) {
  ASSIGN_OR_RETURN(const auto engine, OpenBackups(folder));
  ASSIGN_OR_RETURN(const auto chosen, Choose(*engine, folder, number));
  const auto& [info, note] = chosen;
  const std::string catalog = data_folder + "/catalog";
  RETURN_IF_ERROR(CheckNoLibrary(catalog));
  const Status sound = FromRocks(engine->VerifyBackup(info.backup_id, /*verify_with_checksum=*/true), StrCat("backup \"", folder, "\""));
  if (!sound.ok()) return Failed(Corrupt(StrCat(sound.message(), "; nothing was restored")));
  std::error_code error;
  fs::create_directories(data_folder, error);
  if (error) return Failed(IoError(StrCat("make folder \"", data_folder, "\": ", error.message())));
  const Scaffold half_made(catalog + ".restoring");
  const auto restored = engine->RestoreDBFromBackup(info.backup_id, half_made.path(), half_made.path());
  RETURN_IF_ERROR(FromRocks(restored, StrCat("restore into \"", data_folder, "\"")));
  RETURN_IF_ERROR(RenameSynced(half_made.path(), catalog));
  return FactsOf(info, note);
}

}  // namespace fovea::storage
