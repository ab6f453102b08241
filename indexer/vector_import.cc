#include "indexer/vector_import.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <latch>
#include <memory>
#include <utility>

#include "base/log.h"
#include "indexer/path_rules.h"
#include "indexer/unit_vector.h"

namespace fovea::indexer {

using storage::Location;

namespace {

PictureReader::Options ReaderOptions(const VectorImport::Options& options) {
  return {.limits = options.limits, .thumbnail_px = options.thumbnail_px, .max_tries = 0};
}

}  // namespace

// A row on its way: refused, known, or an item to be stored.
struct VectorImport::Prepared {
  Status refusal = {};
  ItemPtr item = {};
};

VectorImport::VectorImport(storage::Catalog& catalog, const Clock& clock, const Options& options)
    : catalog_(catalog),
      roots_(catalog.ListRoots()),
      reader_(catalog, clock, ReaderOptions(options)),
      worker_({.name = "import", .threads = std::max<size_t>(1, options.threads), .capacity = 1024}) {}

// Folders are followed through links, as those of roots were when they were added; the file itself is not.
Result<Location> VectorImport::Locate(const std::string& path) const {
  const size_t slash = path.rfind('/');
  if (path.empty() || path.front() != '/') return Failed(InvalidArgument(StrCat("\"", path, "\": not an absolute path")));
  std::error_code error;
  const std::string folder = std::filesystem::canonical(path.substr(0, slash + 1), error).string();
  if (error) return Failed(NotFound(StrCat("\"", path, "\": ", error.message())));
  const std::string real = (folder == "/" ? "" : folder) + path.substr(slash);
  for (const storage::Root& root : roots_) {
    const std::string below = root.path == "/" ? "/" : root.path + "/";
    if (!real.starts_with(below) || root.state == storage::RootState::kRemoving) continue;
    const std::string relative = real.substr(below.size());
    if (!IsPicturePath(relative)) return Failed(InvalidArgument(StrCat("\"", path, "\": no picture's name, or in a folder that is passed over")));
    return Location{root.id, relative};
  }
  return Failed(InvalidArgument(StrCat("\"", path, "\": it lies in no root of the library")));
}

VectorImport::Prepared VectorImport::Prepare(const Row& row) const {
  const auto refused = [&](const Status& why) { return Prepared{.refusal = why.WithContext(StrCat("\"", row.path, "\""))}; };
  auto location = Locate(row.path);
  if (!location) return {.refusal = location.error()};
  auto vector = UnitVector(row.vector);
  if (!vector) return refused(vector.error());
  ReadResult read = reader_.Read({.location = *std::move(location)}, [](const Sha256Digest&) { return true; });
  switch (read.verdict) {
    case ReadVerdict::kUnchanged: return {};
    case ReadVerdict::kGone:
    case ReadVerdict::kParked: return refused(NotFound("no such file"));
    case ReadVerdict::kMoving: return refused(Busy("it changed while it was read"));
    case ReadVerdict::kStore:
    case ReadVerdict::kEncode: break;
  }
  if (!read.item->failure.ok()) return refused(read.item->failure);
  if (row.content && *row.content != read.item->photo.content) return refused(Corrupt("the file has changed since its vector was made"));
  read.item->vector = *std::move(vector);
  return {.item = std::move(read.item)};
}

Result<VectorImport::Taken> VectorImport::Store(std::span<const Row> rows) {
  std::vector<Prepared> prepared(rows.size());
  std::latch ready(static_cast<std::ptrdiff_t>(rows.size()));
  for (size_t i = 0; i < rows.size(); ++i) {
    worker_.Post([&, i] {
      prepared[i] = Prepare(rows[i]);
      ready.count_down();
    });
  }
  ready.wait();
  Taken taken;
  std::vector<storage::IndexedFile> files;
  for (const Prepared& one : prepared) {
    if (!one.refusal.ok()) taken.refused.push_back(one.refusal);
    else if (!one.item) ++taken.known;
    else files.push_back({one.item->candidate.location, one.item->stamp, one.item->photo, one.item->vector, one.item->thumbnail});
  }
  ASSIGN_OR_RETURN(const std::vector<storage::StoredFile> stored, catalog_.StoreFiles(files));
  taken.stored = stored.size();
  return taken;
}

}  // namespace fovea::indexer
