// Catalog: looks at every record, and whether all that belongs together is there.
#include <algorithm>

#include "base/log.h"
#include "storage/catalog.h"
#include "storage/catalog_impl.h"
#include "storage/keys.h"
#include "storage/unit_length.h"
#include "storage/verify.h"

namespace fovea::storage {
namespace {

constexpr uint64_t kBetweenReports = 10'000;

// One pass over a store. Sweeps the columns one after the other; what belongs to a record in another column is looked up.
class Verifier {
 public:
  Verifier(const Database& database, const ModelTable& models, const VerifyProgress& progress)
      : database_(database), models_(models), progress_(progress) {}

  Status Photos() {
    return Look(Column::kPhotos, "photos", report_.photos, [this](std::string_view key, std::string_view value) -> Status {
      ASSIGN_OR_RETURN(const PhotoId id, ParsePhotoKey(key));
      ASSIGN_OR_RETURN(const PhotoRecord photo, DecodePhoto(id, value));
      ids_.push_back(id);
      ASSIGN_OR_RETURN(const std::optional<std::string> content, database_.Get(Column::kContents, ContentKey(photo.content)));
      if (!content) return Corrupt(StrCat("photo ", id.value, ": its content is not listed"));
      ASSIGN_OR_RETURN(const PhotoId back, DecodePhotoId(*content));
      if (back != id) return Corrupt(StrCat("photo ", id.value, ": its content leads to photo ", back.value));
      if (!photo.taken_at_ms) return Status();
      ++dated_;
      ASSIGN_OR_RETURN(const std::optional<std::string> date, database_.Get(Column::kDates, DateKey(*photo.taken_at_ms, id)));
      return date ? Status() : Corrupt(StrCat("photo ", id.value, ": it is not listed by its date"));
    });
  }

  Status Vectors() {
    if (models_.Answering() == nullptr) return Status();
    std::vector<float> vector;
    for (const ModelRecord& model : models_.models) has_vector_[model.number].assign(ids_.size(), false);
    return Look(Column::kVectors, "vectors", report_.vectors, [&](std::string_view key, std::string_view value) -> Status {
      const auto model = std::ranges::find_if(models_.models, [&](const ModelRecord& known) { return key.starts_with(VectorPrefix(known.number)); });
      if (model == models_.models.end()) return Corrupt("a vector of a model that the store does not know");
      ASSIGN_OR_RETURN(const PhotoId id, ParseVectorKey(key));
      const auto place = PlaceOf(id);
      if (!place) return Corrupt(StrCat("vector ", id.value, ": no such photo"));
      has_vector_[model->number][*place] = true;
      vector.resize(static_cast<size_t>(model->dim));
      RETURN_IF_ERROR(DecodeVector(id, value, vector));
      const double length = LengthOf(vector);
      if (IsUnitLength(length)) return Status();
      return Corrupt(StrCat("vector ", id.value, ": its length is ", length, ", not 1"));
    });
  }

  Status Locations() {
    has_location_.assign(ids_.size(), false);
    return Look(Column::kLocations, "locations", report_.locations, [this](std::string_view key, std::string_view value) -> Status {
      RETURN_IF_ERROR(DecodeMark(value));
      ASSIGN_OR_RETURN(const PhotoId id, ParsePhotoKey(key.substr(0, PhotoKey({}).size())));
      ASSIGN_OR_RETURN(const Location location, ParseLocationKey(key));
      const auto place = PlaceOf(id);
      if (!place) return Corrupt(StrCat("\"", location.path, "\": listed for photo ", id.value, ", which is not there"));
      has_location_[*place] = true;
      ASSIGN_OR_RETURN(const std::optional<std::string> path, database_.Get(Column::kPaths, PathKey(location)));
      if (!path) return Corrupt(StrCat("\"", location.path, "\": photo ", id.value, " lists it, it is no known path"));
      ASSIGN_OR_RETURN(const PathRecord record, DecodePath(location, *path));
      if (record.state == PathState::kIndexed && record.photo == id) return Status();
      return Corrupt(StrCat("\"", location.path, "\": photo ", id.value, " lists it, it leads to photo ", record.photo.value));
    });
  }

  Status Paths() {
    return Look(Column::kPaths, "paths", report_.paths, [this](std::string_view key, std::string_view value) -> Status {
      ASSIGN_OR_RETURN(const Location location, ParsePathKey(key));
      ASSIGN_OR_RETURN(const PathRecord path, DecodePath(location, value));
      const bool failed = path.state == PathState::kFailed;
      const Column column = failed ? Column::kFailures : Column::kLocations;
      if (!failed) ++indexed_[location.root];
      ASSIGN_OR_RETURN(const auto partner, database_.Get(column, failed ? PathKey(location) : LocationKey(path.photo, location)));
      if (partner) return Status();
      return Corrupt(StrCat("\"", location.path, "\": ", failed ? "failed, but no failure is listed" : "its photo does not list it"));
    });
  }

  Status Failures() {
    return Look(Column::kFailures, "failures", report_.failures, [this](std::string_view key, std::string_view value) -> Status {
      ASSIGN_OR_RETURN(const Location location, ParsePathKey(key));
      RETURN_IF_ERROR(DecodeFailure(location, value));
      ASSIGN_OR_RETURN(const std::optional<std::string> path, database_.Get(Column::kPaths, PathKey(location)));
      if (!path) return Corrupt(StrCat("failure of \"", location.path, "\": no known path"));
      ASSIGN_OR_RETURN(const PathRecord record, DecodePath(location, *path));
      return record.state == PathState::kFailed ? Status() : Corrupt(StrCat("failure of \"", location.path, "\": the path is indexed"));
    });
  }

  Status Contents() {
    return Look(Column::kContents, "contents", report_.contents, [this](std::string_view, std::string_view value) -> Status {
      ASSIGN_OR_RETURN(const PhotoId id, DecodePhotoId(value));
      return PlaceOf(id) ? Status() : Corrupt(StrCat("a content leads to photo ", id.value, ", which is not there"));
    });
  }

  // Each dated photo was looked up among them; so equal numbers mean that no date leads elsewhere.
  Status Dates() {
    uint64_t dates = 0;
    const LookAt look = [](std::string_view key, std::string_view value) -> Status {
      RETURN_IF_ERROR(DecodeMark(value));
      return AsStatus(ParseDateKey(key));
    };
    RETURN_IF_ERROR(Look(Column::kDates, "dates", dates, look));
    if (dates != dated_) Find(StrCat(dates, " dates are listed, ", dated_, " photos have one"));
    return Status();
  }

  Status Thumbnails() {
    return Look(Column::kThumbnails, "thumbnails", report_.thumbnails, [this](std::string_view key, std::string_view value) -> Status {
      ASSIGN_OR_RETURN(const PhotoId id, ParsePhotoKey(key));
      RETURN_IF_ERROR(DecodeBytes(value, StrCat("thumbnail of photo ", id.value)));
      return PlaceOf(id) ? Status() : Corrupt(StrCat("thumbnail of photo ", id.value, ", which is not there"));
    });
  }

  Status Tags() {
    return Look(Column::kTags, "tags", report_.tags, [this](std::string_view key, std::string_view value) -> Status {
      RETURN_IF_ERROR(DecodeMark(value));
      ASSIGN_OR_RETURN(const auto tag, ParseTagKey(key));
      return PlaceOf(tag.first) ? Status() : Corrupt(StrCat("\"", tag.second, "\" of photo ", tag.first.value, ", which is not there"));
    });
  }

  void Completeness() {
    for (size_t i = 0; i < ids_.size(); ++i) {
      for (const ModelRecord& model : models_.models) {
        if (has_vector_[model.number][i]) continue;
        if (model.state == ModelState::kAnswering) Find(StrCat("photo ", ids_[i].value, ": no vector"));
        else if (ids_[i] <= model.complete_to) Find(StrCat("photo ", ids_[i].value, ": no vector of model \"", model.id, "\""));
      }
      if (!has_location_[i]) Find(StrCat("photo ", ids_[i].value, ": no path"));
    }
  }

  void Counts(const Counters& counters, const std::map<RootId, RootEntry>& roots) {
    if (counters.photos != report_.photos) Find(StrCat("counted ", counters.photos, " photos, found ", report_.photos));
    if (counters.failures != report_.failures) Find(StrCat("counted ", counters.failures, " failures, found ", report_.failures));
    for (const auto& [id, entry] : roots) {
      if (entry.indexed_paths == indexed_[id]) continue;
      Find(StrCat("root \"", entry.root.path, "\": counted ", entry.indexed_paths, " paths, found ", indexed_[id]));
    }
    if (!ids_.empty() && counters.next_photo <= ids_.back().value) Find("the next photo's number is given already");
  }

  void Find(std::string finding) {
    if (++report_.faults <= kMostFindings) report_.findings.push_back(std::move(finding));
  }
  VerifyReport Take() { return std::move(report_); }

 private:
  using LookAt = std::function<Status(std::string_view key, std::string_view value)>;

  // What is wrong with one record is found and the sweep goes on; a file that cannot be read ends it.
  Status Look(Column column, const char* what, uint64_t& count, const LookAt& look) {
    bool go_on = true;
    const Status swept = database_.Sweep(column, "", [&](std::string_view key, std::string_view value) -> Result<bool> {
      const Status status = look(key, value);
      if (!status.ok()) Find(StrCat(what, ": ", status.message()));
      if (++count % kBetweenReports == 0) go_on = progress_(what, count);
      return go_on;
    });
    if (!go_on) return Cancelled("verify the library: ended early");
    if (!swept.ok()) Find(swept.message());
    return Status();
  }

  std::optional<size_t> PlaceOf(PhotoId id) const {
    const auto found = std::lower_bound(ids_.begin(), ids_.end(), id);
    if (found == ids_.end() || *found != id) return std::nullopt;
    return static_cast<size_t>(found - ids_.begin());
  }

  const Database& database_;
  const ModelTable& models_;
  const VerifyProgress& progress_;
  VerifyReport report_;
  std::vector<PhotoId> ids_;  // rising
  uint64_t dated_ = 0;
  std::map<uint32_t, std::vector<bool>> has_vector_;  // by model
  std::vector<bool> has_location_;
  std::map<RootId, uint64_t> indexed_;
};

}  // namespace

Result<VerifyReport> Catalog::Verify(const VerifyProgress& progress) const {
  ENTER_OR_RETURN(*impl_);
  MutexLock lock(impl_->write_mutex);  // the counters stand still
  Verifier verifier(*impl_->database, impl_->models, progress);
  if (!progress("checksums", 0)) return Failed(Cancelled("verify the library: ended early"));
  if (const Status sound = impl_->database->VerifyChecksums(); !sound.ok()) verifier.Find(sound.message());
  RETURN_IF_ERROR(verifier.Photos());
  RETURN_IF_ERROR(verifier.Vectors());
  RETURN_IF_ERROR(verifier.Locations());
  RETURN_IF_ERROR(verifier.Paths());
  RETURN_IF_ERROR(verifier.Failures());
  RETURN_IF_ERROR(verifier.Contents());
  RETURN_IF_ERROR(verifier.Dates());
  RETURN_IF_ERROR(verifier.Thumbnails());
  RETURN_IF_ERROR(verifier.Tags());
  verifier.Completeness();
  MutexLock state(impl_->state_mutex);
  verifier.Counts(impl_->counters, impl_->roots);
  return verifier.Take();
}

}  // namespace fovea::storage
