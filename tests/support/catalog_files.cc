#include "tests/support/catalog_files.h"

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

#include "base/log.h"
#include "base/mutex.h"

namespace fovea::test {

using storage::Catalog;
using storage::FailureRecord;
using storage::IndexedFile;
using storage::Location;
using storage::PathRecord;
using storage::PathState;
using storage::PhotoId;
using storage::PhotoRecord;
using storage::RootId;

std::unique_ptr<Catalog> OpenBound(const std::string& folder) {
  auto catalog = Catalog::Open({.folder = folder});
  const Status status = catalog ? (*catalog)->BindModel(kTestModel, kTestDim) : catalog.error();
  if (status.ok()) return *std::move(catalog);
  std::cerr << status.ToString() << "\n";
  std::abort();
}

std::vector<float> CountedVector(size_t dim) {
  std::vector<float> vector(dim);
  double sum = 0;
  for (size_t i = 0; i < dim; ++i) {
    vector[i] = static_cast<float>(i + 1);
    sum += double{vector[i]} * vector[i];
  }
  for (float& value : vector) value = static_cast<float>(value / std::sqrt(sum));
  return vector;
}

std::span<const float> VectorOf(std::string_view content) {
  static Mutex mutex;
  static std::map<std::string, std::vector<float>, std::less<>> vectors;
  MutexLock lock(mutex);
  const auto known = vectors.find(content);
  if (known != vectors.end()) return known->second;
  const Sha256Digest digest = Sha256(content);
  const double angle = (digest[0] * 256 + digest[1]) / 65536.0 * 6.28;
  const double other = (digest[2] * 256 + digest[3]) / 65536.0 * 6.28;
  const double half = std::sqrt(0.5);
  std::vector<float> vector = {static_cast<float>(half * std::cos(angle)), static_cast<float>(half * std::sin(angle)),
                               static_cast<float>(half * std::cos(other)), static_cast<float>(half * std::sin(other))};
  return vectors.emplace(content, std::move(vector)).first->second;
}

IndexedFile FileOf(const Location& location, std::string_view content) {
  IndexedFile file;
  file.location = location;
  file.stamp = {static_cast<int64_t>(content.size()), 1'000'000'007, 42};
  file.photo.content = Sha256(content);
  file.photo.bytes = static_cast<int64_t>(content.size());
  file.photo.indexed_at_ms = 1'600'000'000'000;
  // Half of the photos have a date, half of those one before 1970.
  if (file.photo.content[0] % 2 == 0) file.photo.taken_at_ms = (file.photo.content[1] - 128) * int64_t{1'000'000'000};
  file.photo.format = "jpeg";
  file.photo.width = 640;
  file.photo.height = 480;
  file.vector = VectorOf(content);
  return file;
}

namespace {

std::string CheckPhotos(const Catalog& catalog, std::set<PhotoId>& photos) {
  const auto records = catalog.ListPhotos(PhotoId{0}, SIZE_MAX);
  if (!records) return records.error().ToString();
  for (const PhotoRecord& photo : *records) {
    photos.insert(photo.id);
    const auto found = catalog.FindContent(photo.content);
    if (!found || *found != photo.id) return StrCat("photo ", photo.id.value, " is not found by its content");
    const auto locations = catalog.LocationsOf(photo.id);
    if (!locations) return StrCat("photo ", photo.id.value, " has no location");
    for (const Location& location : *locations) {
      const auto path = catalog.GetPath(location);
      if (!path || path->photo != photo.id) return StrCat("\"", location.path, "\" does not lead to photo ", photo.id.value);
    }
  }
  size_t dated = 0;
  for (const PhotoRecord& photo : *records) {
    if (!photo.taken_at_ms) continue;
    ++dated;
    const auto listed = catalog.ListPhotosByDate(*photo.taken_at_ms, *photo.taken_at_ms + 1, storage::Catalog::Dated{*photo.taken_at_ms, PhotoId{photo.id.value - 1}}, 1);
    if (!listed || listed->size() != 1 || listed->front().id != photo.id) return StrCat("photo ", photo.id.value, " is not listed by its date");
  }
  const auto dates = catalog.ListPhotosByDate(INT64_MIN, INT64_MAX, std::nullopt, SIZE_MAX);
  if (!dates || dates->size() != dated) return StrCat("not ", dated, " photos are listed by date");
  std::set<PhotoId> vectors;
  const Status swept = catalog.ForEachVector([&](PhotoId id, std::span<const float>) { return vectors.insert(id), true; });
  if (!swept.ok()) return swept.ToString();
  if (vectors != photos) return StrCat(vectors.size(), " vectors, ", photos.size(), " photos");
  return photos.size() == catalog.photo_count() ? "" : StrCat(photos.size(), " photos, counted ", catalog.photo_count());
}

std::string CheckPath(const Catalog& catalog, const PathRecord& path, const std::set<PhotoId>& photos) {
  if (path.state == PathState::kFailed) {
    return catalog.GetFailure(path.location) ? "" : StrCat("\"", path.location.path, "\" failed without a failure");
  }
  if (!photos.contains(path.photo)) return StrCat("\"", path.location.path, "\" leads to no photo");
  const auto locations = catalog.LocationsOf(path.photo);
  for (const Location& location : *locations) {
    if (location == path.location) return "";
  }
  return StrCat("photo ", path.photo.value, " does not know \"", path.location.path, "\"");
}

}  // namespace

Result<std::vector<PhotoId>> MoveFolder(Catalog& catalog, const Location& from, const Location& to) {
  std::vector<PhotoId> gone;
  for (storage::PathSweep sweep{.root = from.root, .folder = from.path}; !sweep.done;) {
    ASSIGN_OR_RETURN(const storage::SweptPaths swept, catalog.MovePaths(sweep, to));
    gone.insert(gone.end(), swept.gone.begin(), swept.gone.end());
  }
  return gone;
}

Result<std::vector<PhotoId>> RemoveFolder(Catalog& catalog, const Location& folder) {
  std::vector<PhotoId> gone;
  for (storage::PathSweep sweep{.root = folder.root, .folder = folder.path}; !sweep.done;) {
    ASSIGN_OR_RETURN(const storage::SweptPaths swept, catalog.RemovePaths(sweep));
    gone.insert(gone.end(), swept.gone.begin(), swept.gone.end());
  }
  return gone;
}

Result<std::vector<PhotoId>> RemoveRoot(Catalog& catalog, RootId root) {
  RETURN_IF_ERROR(catalog.BeginRemoval(root));
  ASSIGN_OR_RETURN(std::vector<PhotoId> gone, RemoveFolder(catalog, {root, ""}));
  RETURN_IF_ERROR(catalog.ForgetRoot(root));
  return gone;
}

std::string WhatIsInconsistent(const Catalog& catalog) {
  std::set<PhotoId> photos;
  if (std::string fault = CheckPhotos(catalog, photos); !fault.empty()) return fault;
  size_t failed = 0;
  for (const storage::Root& root : catalog.ListRoots()) {
    std::string fault;
    uint64_t indexed = 0;
    const Status read = catalog.ForEachPath(root.id, "", [&](const PathRecord& path) {
      ++(path.state == PathState::kFailed ? failed : indexed);
      fault = CheckPath(catalog, path, photos);
      return fault.empty();
    });
    if (!read.ok()) return read.ToString();
    if (!fault.empty()) return fault;
    if (indexed != catalog.indexed_path_count(root.id)) return StrCat(indexed, " paths, counted ", catalog.indexed_path_count(root.id));
  }
  const auto failures = catalog.ListFailures(std::nullopt, SIZE_MAX);
  if (!failures) return failures.error().ToString();
  if (failures->size() != failed) return StrCat(failures->size(), " failures, ", failed, " failed paths");
  return failed == catalog.failure_count() ? "" : StrCat(failed, " failures, counted ", catalog.failure_count());
}

}  // namespace fovea::test
