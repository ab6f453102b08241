#include "daemon/export_command.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "api/json.h"
#include "base/log.h"
#include "base/npy_file.h"
#include "storage/catalog.h"

namespace fovea::daemon {
namespace {

constexpr uint64_t kBetweenReports = 10'000;
constexpr const char* kVectors = "vectors.npy";
constexpr const char* kPhotos = "photos.jsonl";

// A file that gets its name when it is whole.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_(std::move(path)), stream_(part(), std::ios::binary | std::ios::trunc) {}
  ~NewFile() {
    std::error_code error;
    if (!done_) std::filesystem::remove(part(), error);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  std::ostream& stream() { return stream_; }
  Status Check() const { return stream_ ? Status() : IoError(StrCat("write \"", path_, "\": the disk refuses (is it full?)")); }
  Status Finish() {
    stream_.close();
    RETURN_IF_ERROR(Check());
    std::error_code error;
    std::filesystem::rename(part(), path_, error);
    if (error) return IoError(StrCat("rename to \"", path_, "\": ", error.message()));
    done_ = true;
    return Status();
  }

 private:
  std::string part() const { return path_ + ".part"; }
  const std::string path_;
  std::ofstream stream_;
  bool done_ = false;
};

class Exporter {
 public:
  Exporter(const storage::Catalog& catalog, const std::string& folder)
      : catalog_(catalog), vectors_(folder + "/" + kVectors), photos_(folder + "/" + kPhotos), terminal_(::isatty(STDERR_FILENO) == 1) {
    for (const storage::Root& root : catalog.ListRoots()) roots_[root.id] = root.path;
  }

  Result<uint64_t> Run() {
    const uint64_t rows = catalog_.photo_count();
    vectors_.stream() << NpyHeader(rows, static_cast<uint64_t>(catalog_.model()->dim));
    Status status;
    const Status swept = catalog_.ForEachVector([&](storage::PhotoId id, std::span<const float> vector) {
      status = Add(id, vector);
      return status.ok();
    });
    RETURN_IF_ERROR(swept);
    RETURN_IF_ERROR(status);
    if (written_ != rows) return Failed(Corrupt(StrCat("the library counts ", rows, " photos and has ", written_, " vectors; `fovea verify` tells more")));
    RETURN_IF_ERROR(vectors_.Finish());
    RETURN_IF_ERROR(photos_.Finish());
    if (terminal_) std::cerr << "\r\033[K" << std::flush;
    return rows;
  }

 private:
  Status Add(storage::PhotoId id, std::span<const float> vector) {
    ASSIGN_OR_RETURN(indexer::Photo photo, PhotoOf(id));
    vectors_.stream().write(reinterpret_cast<const char*>(vector.data()), static_cast<std::streamsize>(vector.size_bytes()));
    api::Json line = api::PhotoJson(photo);
    for (const char* address : {"thumbnail", "file", "path", "path_bytes", "offline"}) line.erase(address);
    photos_.stream() << api::Dump(line) << '\n';
    if (++written_ % kBetweenReports == 0 && terminal_) std::cerr << "\r\033[K" << written_ << " photos" << std::flush;
    RETURN_IF_ERROR(vectors_.Check());
    return photos_.Check();
  }

  Result<indexer::Photo> PhotoOf(storage::PhotoId id) const {
    indexer::Photo photo;
    ASSIGN_OR_RETURN(photo.record, catalog_.GetPhoto(id));
    ASSIGN_OR_RETURN(photo.tags, catalog_.TagsOf(id));
    ASSIGN_OR_RETURN(const std::vector<storage::Location> locations, catalog_.LocationsOf(id));
    for (const storage::Location& location : locations) {
      const auto root = roots_.find(location.root);
      photo.paths.push_back({.root = location.root, .path = (root == roots_.end() ? "" : root->second) + "/" + location.path});
    }
    return photo;
  }

  const storage::Catalog& catalog_;
  NewFile vectors_, photos_;
  const bool terminal_;
  std::map<storage::RootId, std::string> roots_;
  uint64_t written_ = 0;
};

}  // namespace

Result<ExitCode> RunExport(const CommandLine& line, const LoadedSettings& loaded) {
  const std::string& data = loaded.settings.data;
  if (!std::filesystem::is_directory(data + "/catalog")) return Failed(NotFound(StrCat("no library in \"", data, "\"")));
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::Catalog> catalog, storage::Catalog::Open({.folder = data, .read_only = true}));
  if (!catalog->model()) return Failed(NotFound(StrCat("the library in \"", data, "\" holds no vectors yet")));
  std::error_code error;
  std::filesystem::create_directories(line.folder, error);
  if (error) return Failed(IoError(StrCat("make folder \"", line.folder, "\": ", error.message())));
  ASSIGN_OR_RETURN(const uint64_t rows, Exporter(*catalog, line.folder).Run());
  std::cout << rows << " photos, " << catalog->model()->dim << " values each, model " << catalog->model()->id << ": \"" << line.folder << "/" << kVectors
            << "\" and \"" << kPhotos << "\"" << std::endl;
  return ExitCode::kOk;
}

}  // namespace fovea::daemon
