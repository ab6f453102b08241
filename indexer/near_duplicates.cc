#include "indexer/near_duplicates.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <utility>

#include "base/log.h"
#include "indexer/duplicates_record.h"

namespace fovea::indexer {

using storage::JobState;
using storage::PhotoId;

namespace {

// Shares of the time, when each step is done.
constexpr double kReadShare = 0.3, kPairsShare = 0.9;
constexpr size_t kTellEvery = 4096;  // photos
constexpr size_t kPhotosPerPage = 1000;
constexpr size_t kPhotosForMean = 20'000;

Status StoppedStatus() { return Cancelled("search for duplicates: stopped"); }

// The photos that lie at more than one path, as groups of one.
Result<std::vector<DuplicateGroup>> FindIdentical(const storage::Catalog& catalog, const QuietTeam& team) {
  std::vector<bool> seen, again;
  std::vector<DuplicateGroup> groups;
  const auto visit = [&](const storage::PathRecord& path) {
    if (path.state != storage::PathState::kIndexed) return !team.stopped();
    const auto id = static_cast<size_t>(path.photo.value);
    if (id >= seen.size()) {
      seen.resize(id + id / 2 + 1);
      again.resize(seen.size());
    }
    if (seen[id] && !again[id]) {
      groups.push_back({.kind = DuplicateKind::kIdentical, .members = {{path.photo, 1}}, .keep = path.photo});
      again[id] = true;
    }
    seen[id] = true;
    return !team.stopped();
  };
  for (const storage::Root& root : catalog.ListRoots()) RETURN_IF_ERROR(catalog.ForEachPath(root.id, "", visit));
  if (team.stopped()) return Failed(StoppedStatus());
  std::ranges::sort(groups, {}, &DuplicateGroup::keep);
  return groups;
}

// The time on the camera's own clock: a copy may have lost its offset.
std::optional<int64_t> LocalTime(const storage::PhotoRecord& photo) {
  if (!photo.taken_at_ms) return std::nullopt;
  return *photo.taken_at_ms + int64_t{photo.taken_at_offset_min.value_or(0)} * 60'000;
}

}  // namespace

// One search, step by step.
class NearDuplicates::Search {
 public:
  Search(storage::Catalog& catalog, JobBoard& jobs, JobBoard::Ticket job, const DuplicateRequest& request, const std::stop_token& stop)
      : catalog_(catalog), jobs_(jobs), job_(job), request_(request), team_(stop), model_(catalog.model().value_or(storage::Catalog::Model{.id = "", .dim = 1})),
        vectors_(static_cast<size_t>(model_.dim)), photos_(catalog.photo_count()) {}

  Result<DuplicateReport> Run() {
    QuietTeam::LowerPriority();
    RETURN_IF_ERROR(ReadVectors());
    RETURN_IF_ERROR(ReadMoments());
    const PairLevels usual = LevelsFor(MeanCosine());
    const PairLevels levels{.copies = request_.copies.value_or(usual.copies), .bursts = request_.bursts.value_or(usual.bursts)};
    const NearPairsRequest wanted{.levels = {levels.copies, levels.bursts},
                                  .lists = {},
                                  .wanted = [&](uint32_t a, uint32_t b, float score) { return MayBePair(moments_[a], moments_[b], score, levels); },
                                  .vector = [this](PhotoId id) { return catalog_.GetVector(id, model_.number); },
                                  .done = [this](double share) { Tell(kReadShare + (kPairsShare - kReadShare) * share); }};
    ASSIGN_OR_RETURN(const std::vector<NearPair> pairs, FindNearPairs(vectors_, wanted, team_));
    RETURN_IF_ERROR(ReadShots(pairs));
    DuplicateReport report;
    report.model = model_.id;
    report.levels = levels;
    report.photos = vectors_.size();
    report.last = last_;
    ASSIGN_OR_RETURN(report.groups, FindIdentical(catalog_, team_));
    const auto shots = [this](uint32_t row) -> const ShotFacts& { return shots_[place_of_[row]]; };
    std::ranges::move(GroupDuplicates(pairs, shots, levels), std::back_inserter(report.groups));
    Tell(1);
    return report;
  }

 private:
  // From any thread; it never goes back by more than what two of them tell at once.
  void Tell(double share) {
    told_ = std::max(told_.load(), static_cast<uint64_t>(share * static_cast<double>(photos_)));
    jobs_.Advance(job_, told_, photos_);
  }

  Status ReadVectors() {
    vectors_.Reserve(photos_);
    RETURN_IF_ERROR(catalog_.ForEachVector([this](PhotoId id, std::span<const float> vector) {
      vectors_.Add(id, vector);
      last_ = std::max(last_, id);
      if (vectors_.size() % kTellEvery == 0) Tell(kReadShare * static_cast<double>(vectors_.size()) / static_cast<double>(std::max(photos_, vectors_.size())));
      return !team_.stopped();
    }, model_.number));
    return team_.stopped() ? StoppedStatus() : Status();
  }

  // By row; both walks rise by id. A photo that is gone meanwhile has no time.
  Status ReadMoments() {
    moments_.resize(vectors_.size());
    size_t row = 0;
    for (PhotoId after{0}; row < vectors_.size();) {
      if (team_.stopped()) return StoppedStatus();
      ASSIGN_OR_RETURN(const std::vector<storage::PhotoRecord> photos, catalog_.ListPhotos(after, kPhotosPerPage));
      if (photos.empty()) break;
      after = photos.back().id;
      for (const storage::PhotoRecord& photo : photos) {
        while (row < vectors_.size() && vectors_.id(row) < photo.id) ++row;
        if (row == vectors_.size() || vectors_.id(row) != photo.id) continue;
        moments_[row] = {.taken_local_ms = LocalTime(photo).value_or(Moment::kNoTime), .camera = static_cast<uint32_t>(std::hash<std::string>()(photo.camera))};
      }
    }
    return Status();
  }

  // Of two different photos, on average.
  double MeanCosine() const {
    const size_t step = vectors_.size() / kPhotosForMean + 1, count = (vectors_.size() + step - 1) / step;
    if (count < 2) return 0;
    std::vector<float> sum(vectors_.dim());
    for (size_t row = 0; row < vectors_.size(); row += step) vectors_.AddTo(row, sum);
    double squares = 0;
    for (const float value : sum) squares += double{value} * value;
    return (squares - static_cast<double>(count)) / (static_cast<double>(count) * static_cast<double>(count - 1));
  }

  // Of every photo in a pair; one that is gone keeps the id 0.
  Status ReadShots(const std::vector<NearPair>& pairs) {
    place_of_.assign(vectors_.size(), 0);
    std::vector<uint32_t> rows;
    for (const NearPair& pair : pairs) {
      for (const uint32_t row : {pair.a, pair.b}) {
        if (place_of_[row] == 0) rows.push_back(row), place_of_[row] = static_cast<uint32_t>(rows.size());
      }
    }
    shots_.resize(rows.size() + 1);
    Mutex mutex;
    Status failure;
    const bool all = team_.Run(rows.size(), [&](size_t i, size_t) {
      if (const Status status = ReadShot(vectors_.id(rows[i]), shots_[i + 1]); !status.ok() && status.code() != StatusCode::kNotFound) {
        MutexLock lock(mutex);
        failure = status;
      }
    });
    return all ? failure : StoppedStatus();
  }

  Status ReadShot(PhotoId id, ShotFacts& shot) const {
    ASSIGN_OR_RETURN(const storage::PhotoRecord photo, catalog_.GetPhoto(id));
    ASSIGN_OR_RETURN(const std::vector<storage::Location> places, catalog_.LocationsOf(id));
    shot = {.id = id, .width = photo.width, .height = photo.height, .bytes = photo.bytes, .taken_local_ms = LocalTime(photo), .camera = photo.camera,
            .path = StrCat(places.front().root.value, "/", places.front().path)};
    return Status();
  }

  storage::Catalog& catalog_;
  JobBoard& jobs_;
  const JobBoard::Ticket job_;
  const DuplicateRequest request_;
  const QuietTeam team_;
  const storage::Catalog::Model model_;  // that answers when the search begins
  CodedVectors vectors_;
  const size_t photos_;
  std::atomic<uint64_t> told_ = 0;
  PhotoId last_;
  std::vector<Moment> moments_;     // by row
  std::vector<uint32_t> place_of_;  // by row, in shots_; 0: in no pair
  std::vector<ShotFacts> shots_;
};

NearDuplicates::NearDuplicates(storage::Catalog& catalog, const Clock& clock, JobBoard& jobs) : catalog_(catalog), clock_(clock), jobs_(jobs) {
  const auto stored = catalog_.GetIndexValue(kDuplicatesName);
  if (!stored) return;
  auto report = DecodeDuplicates(*stored);
  if (!report) {
    LogWarning("the last search for duplicates is forgotten: ", report.error().message());
    return;
  }
  MutexLock lock(mutex_);
  last_ = *std::move(report);
}

NearDuplicates::~NearDuplicates() { Stop(); }

Result<JobStatus> NearDuplicates::Begin(const DuplicateRequest& request) {
  MutexLock joining(joining_);
  {
    MutexLock lock(mutex_);
    if (stopped_) return Failed(Busy("the library is stopping"));
    if (job_ != 0) return Failed(Busy("a search for duplicates runs already"));
  }
  thread_.Join();  // the last one has ended, or is about to
  const JobBoard::Ticket job = jobs_.Create("duplicates", "whole library", JobState::kRunning);
  jobs_.Start(job);
  const JobStatus begun = jobs_.Find(job).value_or(JobStatus{});
  MutexLock lock(mutex_);
  job_ = job;
  stop_ = std::stop_source();
  if (stopped_) stop_.request_stop();
  thread_ = Thread("duplicates", [this, request, job, stop = stop_.get_token()](const std::stop_token&) { Run(request, job, stop); });
  return begun;
}

void NearDuplicates::Run(const DuplicateRequest& request, JobBoard::Ticket job, const std::stop_token& stop) {
  const auto start = std::chrono::steady_clock::now();
  auto report = Search(catalog_, jobs_, job, request, stop).Run();
  const Status status = report ? Keep(*std::move(report), stop) : report.error();
  LogInfo("search for duplicates: ", status.ok() ? "done" : status.ToString(), " after ", MillisecondsSince(start), " ms");
  const JobState state = status.ok() ? JobState::kDone : status.code() == StatusCode::kCancelled ? JobState::kCancelled : JobState::kFailed;
  jobs_.Finish(job, state, state == JobState::kFailed ? status.message() : "");
  MutexLock lock(mutex_);
  job_ = 0;
}

Status NearDuplicates::Keep(DuplicateReport report, const std::stop_token& stop) {
  report.made_at_ms = clock_.NowUnixMs();
  if (stop.stop_requested()) return StoppedStatus();
  report.run = Last().report.run + 1;
  RETURN_IF_ERROR(catalog_.PutIndexValue(kDuplicatesName, EncodeDuplicates(report)));
  MutexLock lock(mutex_);
  last_ = std::move(report);
  return Status();
}

std::optional<JobStatus> NearDuplicates::Running() const {
  JobBoard::Ticket job = 0;
  {
    MutexLock lock(mutex_);
    job = job_;
  }
  return jobs_.Find(job);
}

bool NearDuplicates::Cancel(uint64_t job) {
  const auto running = Running();
  if (!running || running->job.id != job) return false;
  MutexLock lock(mutex_);
  stop_.request_stop();
  return true;
}

NearDuplicates::Summary NearDuplicates::Last() const {
  MutexLock lock(mutex_);
  Summary summary{.report = {.run = last_.run, .made_at_ms = last_.made_at_ms, .model = last_.model, .levels = last_.levels,
                             .photos = last_.photos, .last = last_.last, .groups = {}}};
  for (const DuplicateGroup& group : last_.groups) ++summary.groups[static_cast<size_t>(group.kind)];
  return summary;
}

std::vector<DuplicateGroup> NearDuplicates::Groups(uint64_t run, size_t begin, size_t count) const {
  MutexLock lock(mutex_);
  if (run != last_.run || begin >= last_.groups.size()) return {};
  const auto first = last_.groups.begin() + static_cast<ptrdiff_t>(begin);
  return {first, first + static_cast<ptrdiff_t>(std::min(count, last_.groups.size() - begin))};
}

void NearDuplicates::RequestStop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  stop_.request_stop();
}

void NearDuplicates::Stop() {
  RequestStop();
  MutexLock joining(joining_);
  thread_.Join();
}

}  // namespace fovea::indexer
