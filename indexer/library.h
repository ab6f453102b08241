#pragma once
// Library is everything that can be asked of a photo collection: search, browse, roots, jobs, failures, embeddings.
//
// Owns:    the vector index, the pipeline, scanners and watchers. Borrows the Catalog, Clock and Metrics, which must
//          outlive it; takes the Encoders over in Start.
// Threads: any thread may call any method. Encoding and searching block the caller; never call from an I/O thread.
// Errors:  kBusy until Start has finished ("the model is loading"), kNotFound for unknown ids, kInvalidArgument for bad
//          requests, kCorrupt/kUnsupported for a query picture that cannot be decoded. Never throws.
// Units:   scores are cosines in [-1, 1]; times UTC ms; durations in ms; sizes in bytes and pixels.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/status.h"
#include "base/unique_fd.h"
#include "encoder/decoder.h"
#include "encoder/device_queue.h"
#include "encoder/encoder.h"
#include "indexer/duplicates.h"
#include "indexer/filter.h"
#include "indexer/hit_cutoff.h"
#include "storage/catalog.h"
#include "storage/records.h"

namespace fovea::indexer {

using storage::PhotoId;
using storage::RootId;

struct TextQuery {
  std::string text;
};
struct ImageQuery {
  std::string bytes;  // an encoded picture (JPEG, …)
};
struct PhotoQuery {
  PhotoId id;  // its own stored vector; the photo itself is left out of the answer
};
struct VectorQuery {
  std::vector<float> vector;  // of the model's dimension, not zero; any length: the library normalises it
};
struct AutoCutoff {};                     // what stands out from the background: indexer/hit_cutoff.h
struct ScoreCutoff { float least = 0; };  // what scores at least this
using Cutoff = std::variant<AutoCutoff, ScoreCutoff>;
struct SearchRequest {
  std::variant<TextQuery, ImageQuery, PhotoQuery, VectorQuery> query;
  size_t k = 50;  // 1..kMaxK
  std::optional<Filter> filter = {};  // only photos that fit
  bool exact = false;                 // true: never an approximate answer, however large the library is
  std::optional<Cutoff> cutoff = {};  // says which of the k are hits; the others are in the answer all the same
};
inline constexpr size_t kMaxK = 1000;
inline constexpr size_t kMaxTextBytes = 4096;

struct PhotoPath {
  RootId root;
  std::string path;       // absolute, as the file system has it (may not be UTF-8)
  bool offline = false;   // its root is not there at the moment
};
struct Photo {
  storage::PhotoRecord record;
  std::vector<PhotoPath> paths;  // at least one, those online first
  std::vector<std::string> tags = {};  // of a photo that was asked for alone
  bool offline() const { return paths.empty() || paths.front().offline; }
};
struct SearchHit {
  float score = 0;
  Photo photo;
};
// Where the hits end.
struct SearchCut {
  size_t shown = 0;  // of the photos in the answer, the first
  size_t found = 0;  // of the best kMaxK; kMaxK: perhaps more
  float score = 0;   // they score at least this
  std::optional<ScoreBackground> background = {};  // what AutoCutoff judged by
};
struct SearchAnswer {
  std::vector<SearchHit> hits;  // best first
  std::optional<SearchCut> cut;  // with a cutoff in the request
  std::string model;
  bool exact = true;
  double encode_ms = 0;  // making the query's vector
  double index_ms = 0;   // finding the neighbours
  double took_ms = 0;    // all of it
};

struct JobStatus {
  storage::JobRecord job;
  double rate = 0;                // files per second lately
  std::optional<double> eta_s;    // unknown while total or rate is
  std::string note;               // what it waits for, or what is to be known of it; while it runs
};
struct IndexStatus {
  bool approximate = false;  // answers that need not be exact go through lists
  size_t lists = 0;          // 0: none trained yet
  size_t waiting = 0;        // vectors that are in no list yet; every search goes through them
  std::string rebuilding;    // which file was damaged or gone, until it is written again; empty: none
};

// Near-duplicates as they are shown: what was found last, less what is gone since.
struct DuplicatePlace {
  uint64_t run = 0;
  size_t group = 0;
};
struct DuplicateQuery {
  std::optional<DuplicateKind> kind = {};     // none: all, identical ones first, then copies, then bursts
  std::optional<DuplicatePlace> from = {};    // a page's `next`; kInvalidArgument when another search was made since, or of another kind
  size_t limit = 50;                          // groups, 1..kMaxDuplicateGroups
};
inline constexpr size_t kMaxDuplicateGroups = 200;
inline constexpr size_t kMostShownOfGroup = 200;  // photos
struct ShownDuplicates {
  struct Shot {
    Photo photo;
    size_t path = 0;   // which of its paths: of an identical group all are shown, else the first
    float score = 1;   // with the group's first, when it was found
    bool keep = false; // the best of the group: most pixels, then the largest file, then the oldest
  };
  DuplicateKind kind = DuplicateKind::kIdentical;
  size_t size = 0;          // photos, or paths, that are still there
  std::vector<Shot> shots;  // the first kMostShownOfGroup of them
};
struct DuplicatePage {
  DuplicateReport report;  // without its groups; run 0: no search was made yet
  std::array<size_t, kDuplicateKinds> found = {};  // groups by kind, at that time
  std::optional<uint64_t> photos_since;            // that came after the search; not known while the library loads
  std::optional<JobStatus> running;                // a search that runs now
  std::vector<ShownDuplicates> groups;
  std::optional<DuplicatePlace> next;
};

struct RootStatus {
  storage::Root root;
  bool watching = false;
  uint64_t photos = 0;  // paths indexed
};
struct LibraryStatus {
  bool ready = false;
  std::string state;  // "loading", "ready", or what failed in the background
  uint64_t photos = 0;
  uint64_t failures = 0;
  size_t vectors = 0;       // in the index
  IndexStatus index;
  uint64_t pending = 0;     // files seen but not yet stored or failed
  encoder::DeviceQueue::State encoding;     // devices, limits, what waits; empty until loaded
  std::optional<encoder::ModelInfo> model;  // once loaded
  std::vector<RootStatus> roots;
};

struct OpenedFile {
  UniqueFd fd;
  std::string path;
  std::string format;
  int64_t bytes = 0;
};

enum class IndexKind {
  kAuto,         // exact while that takes no longer than a moment, approximate in large libraries
  kExact,        // every answer
  kApproximate,  // from 1,000 photos on
};

// Loads a model from what names it (`source`, as the caller of SwitchModel gave it): one Encoder per device.
using ModelLoader = std::function<Result<std::vector<std::unique_ptr<encoder::Encoder>>>(const std::string& source)>;
// Where the model that is given to Start comes from.
struct ModelOrigin {
  std::string source = {};  // what the ModelLoader would load it from; empty: not known, and the model cannot be switched at the start
  std::string asked = {};   // what the user asked for; empty: nothing
};
struct ModelStatus {
  storage::ModelRecord model;
  std::optional<JobStatus> job = {};  // that brings the library to it
};

struct LibraryOptions {
  int decode_threads = 2;
  int batch_size = 32;
  int batch_wait_ms = 50;             // how long a batch that is not full waits for more pictures
  int max_batch_ms = 250;             // a slow device gets smaller batches, so that a question does not wait longer for it
  int question_wait_ms = 2;           // how long a question waits for others that are being prepared, to go together; 0 = not
  int max_waiting_questions = 1024;   // texts and query pictures that may wait for a device; more are kBusy
  int settle_ms = 500;                // a file is taken when it has not changed for this long
  int reconcile_s = 3600;             // how often every root is compared with the disk; 0 = never
  int thumbnail_px = 320;             // longer side of the stored thumbnails
  int snapshot_every_s = 300;         // how often a changed index is written to disk
  IndexKind index = IndexKind::kAuto;
  bool watch = true;                  // false: one scan per root and no watching (fovea index)
  bool scan = true;                   // false: no root is looked at, the library is as it was left (fovea search)
  int64_t keep_old_vectors_s = int64_t{7} * 24 * 3600;  // how long the vectors of a model that no longer answers stay
  ModelLoader load_model = {};        // empty: the model cannot be switched
  encoder::DecodeLimits limits;
};

class Library {
 public:
  Library(storage::Catalog& catalog, const Clock& clock, Metrics& metrics, LibraryOptions options);
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  // Which model to load for a user who asks for this one: the one that answers, when the same was asked for at the last start (and
  // the model was switched since), else the one asked for.
  std::string SourceToLoad(const std::string& asked) const;
  // Binds the model to the store, loads or rebuilds the vector index, starts pipeline, scanners and watchers.
  // One Encoder per device, all with the same model; at least one. When the library has another model, and that one can be
  // loaded, it answers, and the library is switched to the one given in the background.
  Status Start(std::vector<std::unique_ptr<encoder::Encoder>> encoders, const ModelOrigin& origin = {});
  Status Start(std::unique_ptr<encoder::Encoder> encoder);
  // In this order: search for duplicates, watchers, scanners, folders, pipeline (the batch in hand is stored), encoder, index snapshot. May be called
  // twice; ends within 10 s. Reads of the catalog go on working.
  void Stop();
  bool ready() const;

  Result<SearchAnswer> Search(const SearchRequest& request) const;
  Result<Photo> GetPhoto(PhotoId id) const;
  struct PhotoPage {
    std::vector<Photo> photos;
    std::optional<PhotoId> next;  // pass it as `after` for the following page; nothing when this is the last
  };
  Result<PhotoPage> ListPhotos(PhotoId after, size_t limit, const std::optional<Filter>& filter = {}) const;
  // image/webp with a longer side of at most `side_px` (16..2048): the stored one if large enough, else from the file.
  Result<std::string> Thumbnail(PhotoId id, int side_px) const;
  Result<OpenedFile> OpenFile(PhotoId id) const;

  // Writes tags on photos and takes others off. Gives the photos that are not known, for which nothing was done. kBusy until Start has finished.
  Result<std::vector<PhotoId>> ChangeTags(const storage::TagChange& change);

  std::vector<RootStatus> Roots() const;
  // Takes a folder that exists; a folder inside a known root, or around one, is kInvalidArgument; the same is
  // kAlreadyExists. Starts scanning at once when the library is ready.
  Result<storage::Root> AddRoot(const std::string& path);
  // From now on the root is being removed, which a job does (from the next Start on when the library is not ready): its photos leave the
  // searches as it goes. Remembered over a stop or a kill; AddRoot of the same folder ends it.
  Status RemoveRoot(RootId id);

  // The models that the library has vectors of; the one that answers first.
  std::vector<ModelStatus> Models() const;
  // Encodes the library again with this model in the background, while the present one answers, and then has the new one answer;
  // gives the job. The present one's vectors stay for a while: going back to it takes the index's building. kAlreadyExists when
  // it answers already, kBusy while the library is switched to another, kUnsupported without a ModelLoader, else the loader's errors.
  Result<JobStatus> SwitchModel(const std::string& source);
  // Of the job that switches the model, by its id; kNotFound for any other.
  Status PauseJob(uint64_t job, bool paused);
  // Of that job, or of a search for duplicates.
  Status CancelJob(uint64_t job);

  std::vector<JobStatus> Jobs(size_t limit) const;
  Result<std::vector<storage::FailureRecord>> Failures(const std::optional<storage::Location>& after, size_t limit) const;
  // Forgets all failures and scans again; says how many there were.
  Result<uint64_t> RetryFailures();

  // Adds a backup of the catalog to a folder while all else goes on, as a job; ends early when the library stops. kBusy while another
  // is being made. Works without a model.
  Result<storage::BackupFacts> BackUp(const std::string& folder);

  // Begins a search for near-duplicates, as a job. kBusy while one runs. Works before Start when the store has vectors.
  Result<JobStatus> FindDuplicates(const DuplicateRequest& request);
  Result<DuplicatePage> Duplicates(const DuplicateQuery& query) const;

  // Features as the model gives them, or divided by their length when `normalised`.
  enum class Scale { kRaw, kUnit };
  Result<encoder::Features> EmbedTexts(const std::vector<std::string>& texts, Scale scale) const;
  Result<encoder::Features> EmbedPictures(const std::vector<std::string>& encoded_pictures, Scale scale) const;

  LibraryStatus GetStatus() const;
  // What fails in the background at the moment (the disk, the device, a scan), with the part's name; ok when nothing does.
  Status Health() const;
  // Waits until every root has been scanned once since Start, no folder is being removed or renamed, and nothing is pending; false when `deadline` passes first.
  bool WaitUntilIdle(std::chrono::steady_clock::time_point deadline) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::indexer
