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
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/status.h"
#include "base/unique_fd.h"
#include "encoder/encoder.h"
#include "indexer/duplicate_page.h"
#include "indexer/library_options.h"
#include "indexer/library_status.h"
#include "indexer/photo.h"
#include "indexer/search_types.h"
#include "storage/catalog.h"
#include "storage/records.h"

namespace fovea::indexer {

struct OpenedFile {
  UniqueFd fd;
  std::string path;
  std::string format;
  int64_t bytes = 0;
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
    uint64_t total = 0;           // photos of the whole list
  };
  // In the order of ids, of all photos or of those that fit: what stands behind `after`, less the first `skip` of that.
  Result<PhotoPage> ListPhotos(PhotoId after, size_t limit, const std::optional<Filter>& filter = {}, uint64_t skip = 0) const;
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
