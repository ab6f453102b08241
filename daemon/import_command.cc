#include "daemon/import_command.h"

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "base/log.h"
#include "base/npy_file.h"
#include "daemon/import_rows.h"
#include "daemon/progress.h"
#include "daemon/signals.h"
#include "daemon/wiring.h"
#include "indexer/vector_import.h"

namespace fovea::daemon {
namespace {

constexpr size_t kRowsAtOnce = 64;
constexpr size_t kRefusalsToPrint = 10;

struct OpenedPart {
  NpyReader vectors;
  std::string records;
};

// Every record is read, unless the file itself says that it has another number of them than `rows`.
Result<uint64_t> CountRecords(const std::string& path, uint64_t rows) {
  ASSIGN_OR_RETURN(ImportRows records, ImportRows::Open(path));
  if (records.stated().value_or(rows) != rows) return *records.stated();
  for (uint64_t count = 0;; ++count) {
    ASSIGN_OR_RETURN(const std::optional<ImportRecord> record, records.Next());
    if (!record) return count;
  }
}

// All parts, each looked at as a whole: nothing is stored when one of them cannot be right.
Result<std::vector<OpenedPart>> OpenParts(const std::string& folder) {
  ASSIGN_OR_RETURN(const std::vector<ImportPart> found, FindImportParts(folder));
  std::vector<OpenedPart> parts;
  for (const ImportPart& part : found) {
    ASSIGN_OR_RETURN(NpyReader vectors, NpyReader::Open(part.vectors));
    const NpyShape& shape = vectors.shape();
    ASSIGN_OR_RETURN(const uint64_t records, CountRecords(part.records, shape.rows));
    if (records != shape.rows) {
      return Failed(InvalidArgument(StrCat("\"", part.vectors, "\" has ", shape.rows, " rows, \"", part.records, "\" ", records, " records")));
    }
    if (!parts.empty() && parts.front().vectors.shape().dim != shape.dim) {
      return Failed(InvalidArgument(StrCat("\"", part.vectors, "\" has vectors of ", shape.dim, " values, the first file ", parts.front().vectors.shape().dim)));
    }
    parts.push_back({std::move(vectors), part.records});
  }
  return parts;
}

// The vectors must be of the library's model; a library without photos takes the one that is named.
Status CheckModel(storage::Catalog& catalog, const CommandLine& line, uint64_t dim) {
  const auto bound = catalog.model();
  const std::string said = StrCat("the library in \"", catalog.folder(), "\" ");
  if (!bound && line.same_model) return InvalidArgument(said + "has no model yet: give --model-id (`fovea model inspect MODEL` prints it)");
  const std::string id = line.same_model ? bound->id : line.model;
  const bool empty = !bound || catalog.photo_count() == 0;
  if (!empty && bound->id != id) return Unsupported(StrCat(said, "is of model ", bound->id, ", not ", id));
  if (!empty && bound->dim != static_cast<int64_t>(dim)) {
    return Unsupported(StrCat(said, "is of model ", bound->id, " with ", bound->dim, " values, the vectors have ", dim));
  }
  return catalog.BindModel(id, static_cast<int64_t>(dim));
}

// clip-retrieval writes a path as it was given one: relative to where it ran.
std::string FromHere(const std::string& path) {
  std::error_code error;
  const std::string absolute = std::filesystem::absolute(path, error).string();
  return error ? path : absolute;
}

class Importer {
 public:
  Importer(storage::Catalog& catalog, const Settings& settings, Progress::Style style, uint64_t rows)
      : import_(catalog, clock_, OptionsOf(settings)), progress_(style), begun_(std::chrono::steady_clock::now()) {
    figures_.total = rows;
    figures_.running = true;
  }

  // False when a stop was asked for.
  Result<bool> Take(const OpenedPart& part, const StopRequest& stop) {
    const NpyShape& shape = part.vectors.shape();
    ASSIGN_OR_RETURN(ImportRows records, ImportRows::Open(part.records));
    std::vector<float> vectors;
    for (uint64_t first = 0; first < shape.rows; first += kRowsAtOnce) {
      if (stop.asked()) return false;
      const uint64_t count = std::min<uint64_t>(kRowsAtOnce, shape.rows - first);
      vectors.resize(count * shape.dim);
      RETURN_IF_ERROR(part.vectors.Read(first, vectors));
      RETURN_IF_ERROR(TakeSome(vectors, shape.dim, records));
      figures_.done += count;
      ShowProgress();
    }
    return true;
  }

  ExitCode Report() {
    progress_.End();
    std::cout << "imported: " << stored_ << " photos, " << known_ << " known before, " << refused_ << " refused" << std::endl;
    for (const std::string& reason : first_refused_) std::cerr << "fovea: refused: " << reason << '\n';
    if (refused_ > first_refused_.size()) std::cerr << "fovea: and " << refused_ - first_refused_.size() << " more\n";
    return refused_ > 0 ? ExitCode::kSomeFilesFailed : ExitCode::kOk;
  }

 private:
  static indexer::VectorImport::Options OptionsOf(const Settings& settings) {
    const indexer::LibraryOptions options = MakeLibraryOptions(settings);
    return {.limits = options.limits, .thumbnail_px = options.thumbnail_px, .threads = static_cast<size_t>(options.decode_threads)};
  }

  // Requires: `vectors` holds as many rows as records are taken.
  Status TakeSome(std::span<const float> vectors, uint64_t dim, ImportRows& records) {
    std::vector<indexer::VectorImport::Row> rows;
    for (size_t at = 0; at < vectors.size(); at += dim) {
      ASSIGN_OR_RETURN(const std::optional<ImportRecord> record, records.Next());
      if (!record) return Corrupt("import: the records became fewer while they were read");
      if (record->paths.empty()) Refuse(records.Where() + "no path");
      for (const std::string& path : record->paths) rows.push_back({FromHere(path), vectors.subspan(at, dim), record->content});
    }
    ASSIGN_OR_RETURN(const indexer::VectorImport::Taken taken, import_.Store(rows));
    stored_ += taken.stored;
    known_ += taken.known;
    for (const Status& why : taken.refused) Refuse(why.message());
    return Status();
  }

  void Refuse(const std::string& reason) {
    ++refused_;
    if (first_refused_.size() < kRefusalsToPrint) first_refused_.push_back(reason);
  }

  void ShowProgress() {
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - begun_).count();
    figures_.failed = refused_;
    figures_.rate = seconds > 0 ? static_cast<double>(figures_.done) / seconds : 0;
    if (figures_.rate > 0) figures_.eta_s = static_cast<double>(figures_.total - figures_.done) / figures_.rate;
    progress_.Show(figures_, now);
  }

  const SystemClock clock_;
  indexer::VectorImport import_;
  Progress progress_;
  ProgressFigures figures_;
  const std::chrono::steady_clock::time_point begun_;
  uint64_t stored_ = 0, known_ = 0, refused_ = 0;
  std::vector<std::string> first_refused_;
};

Status AddMissingRoots(storage::Catalog& catalog, const Settings& settings, const std::vector<std::string>& given) {
  ASSIGN_OR_RETURN(const std::vector<std::string> roots, ResolveRoots(given));
  const SystemClock clock;
  Metrics metrics;
  indexer::Library library(catalog, clock, metrics, MakeLibraryOptions(settings));  // is not started: it only knows what a root may be
  return AddRoots(library, roots);
}

}  // namespace

Result<ExitCode> RunImport(const CommandLine& line, const LoadedSettings& loaded) {
  const Settings& settings = loaded.settings;
  ASSIGN_OR_RETURN(const std::vector<OpenedPart> parts, OpenParts(line.folder));
  RETURN_IF_ERROR(InitProcess(settings));
  StopRequest stop;
  ASSIGN_OR_RETURN(const std::unique_ptr<Signals> signals, Signals::Listen(stop));
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::Catalog> catalog, OpenCatalog(settings));
  RETURN_IF_ERROR(CheckModel(*catalog, line, parts.front().vectors.shape().dim));
  RETURN_IF_ERROR(AddMissingRoots(*catalog, settings, line.roots));
  if (catalog->ListRoots().empty()) return Failed(InvalidArgument("the library has no roots: name the folder of the pictures with --root"));
  uint64_t rows = 0;
  for (const OpenedPart& part : parts) rows += part.vectors.shape().rows;
  Importer importer(*catalog, settings, line.progress ? Progress::Style::kBar : Progress::StyleOfOutput(), rows);
  for (const OpenedPart& part : parts) {
    ASSIGN_OR_RETURN(const bool whole, importer.Take(part, stop));
    if (whole) continue;
    importer.Report();
    std::cerr << "fovea: interrupted; what was imported stays, and is passed over the next time\n";
    return ExitCode::kInterrupted;
  }
  return importer.Report();
}

}  // namespace fovea::daemon
