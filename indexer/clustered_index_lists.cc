// ClusteredIndex: the thread "lists", which trains the lists and puts fresh rows into them.
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "indexer/clustered_index_impl.h"
#include "indexer/train_centroids.h"

namespace fovea::indexer {

using storage::PhotoId;

namespace {

constexpr double kListsPerRoot = 4;     // lists of n rows: this times the root of n
constexpr size_t kSampledPerList = 24;  // rows
constexpr size_t kTrainAgain = 4;       // when there are so many times the rows
constexpr size_t kSortFrom = 2048;      // fresh rows that wake the thread
constexpr size_t kBatch = 128;          // rows that it moves at once: what a search waits for
constexpr int kNice = 10;               // questions and new photos go first

size_t ListsFor(size_t rows) { return std::max<size_t>(1, static_cast<size_t>(kListsPerRoot * std::sqrt(static_cast<double>(rows)))); }

}  // namespace

ClusteredIndex::Impl::Work ClusteredIndex::Impl::NextWork(bool sorting) const {
  if (options.approximate_from == kNever) return Work::kNone;
  const bool enough = rows.size() >= std::max<size_t>(1, options.approximate_from);
  if (enough && (!centroids || rows.size() / kTrainAgain >= std::max<uint64_t>(1, centroids->numbers().trained_for))) return Work::kTrain;
  return centroids && rows.SizeOf(ListedRows::kFresh) >= (sorting ? 1 : kSortFrom) ? Work::kSort : Work::kNone;
}

void ClusteredIndex::Impl::Wake() {
  {
    MutexLock lock(wake_mutex);
    wanted = true;
  }
  wake.NotifyOne();
}

void ClusteredIndex::Impl::Run(const std::stop_token& stop) {
  ::setpriority(PRIO_PROCESS, 0, kNice);  // of this thread; a system that refuses leaves it as it is
  while (true) {
    {
      MutexLock lock(wake_mutex);
      working = false;
      rested.NotifyAll();
      while (!wanted && !stopping) wake.Wait(wake_mutex);
      if (stopping) return;
      wanted = false;
      working = true;
    }
    for (bool sorting = false; !stop.stop_requested();) {
      const Work work = [&] {
        ReaderLock lock(mutex);
        return NextWork(sorting);
      }();
      if (work == Work::kNone) break;
      work == Work::kTrain ? Train(stop) : SortSome();
      sorting = true;
    }
  }
}

void ClusteredIndex::Impl::Train(const std::stop_token& stop) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<float> sample;
  CentroidSample drawn{.dim = dim, .rows = {}, .drawn_from = 0};
  size_t lists = 0;
  {
    ReaderLock lock(mutex);
    drawn.drawn_from = rows.size();
    lists = ListsFor(rows.size());
    const size_t wanted_rows = std::min(rows.size(), lists * kSampledPerList);
    sample.reserve(wanted_rows * dim);
    size_t seen = 0;
    for (size_t place = 0; place < rows.places(); ++place) {
      if (!RowFilter(rows.there()).Allows(place)) continue;
      // Spread evenly over all.
      if (seen * wanted_rows / rows.size() != (seen + 1) * wanted_rows / rows.size()) {
        sample.insert(sample.end(), rows.vectors().Row(place), rows.vectors().Row(place) + dim);
      }
      ++seen;
    }
  }
  drawn.rows = sample;
  const std::vector<float> usual = usual_query();
  if (usual.size() == dim) drawn.usual_query = usual;
  auto trained = TrainCentroids(drawn, std::min(lists, sample.size() / dim), [&] { return !stop.stop_requested(); });
  if (!trained) return;  // stopped
  auto made = std::make_unique<const Centroids>(*std::move(trained));
  MutexLock hold(order);
  WriterLock lock(mutex);
  rows.StartLists(made->size());
  centroids = std::move(made);
  known = {};
  LogInfo("index: ", centroids->size(), " lists for ", drawn.drawn_from, " vectors trained in ", MillisecondsSince(start), " ms");
}

// The last fresh rows; what came, changed or went meanwhile is left for the next time.
void ClusteredIndex::Impl::SortSome() {
  MutexLock hold(order);
  std::vector<PhotoId> ids;
  std::vector<float> vectors;
  const Centroids* now = nullptr;
  {
    ReaderLock lock(mutex);
    now = centroids.get();
    const auto blocks = rows.BlocksOf(ListedRows::kFresh);
    for (size_t i = blocks.size(); i-- > 0 && ids.size() < kBatch;) {
      for (size_t place = blocks[i] * kBlockRows; place < (blocks[i] + 1) * kBlockRows; ++place) {
        if (!RowFilter(rows.there()).Allows(place)) continue;
        ids.push_back(rows.ids()[place]);
        vectors.insert(vectors.end(), rows.vectors().Row(place), rows.vectors().Row(place) + dim);
      }
    }
  }
  std::vector<const float*> pointers;
  for (size_t i = 0; i < ids.size(); ++i) pointers.push_back(&vectors[i * dim]);
  const std::vector<uint32_t> nearest = now->Nearest(pointers);
  WriterLock lock(mutex);
  for (size_t i = 0; i < ids.size(); ++i) {
    const std::optional<uint32_t> place = rows.PlaceOf(ids[i]);
    if (!place || rows.ListOf(*place) != ListedRows::kFresh || std::memcmp(rows.vectors().Row(*place), pointers[i], dim * sizeof(float)) != 0) continue;
    rows.Move(*place, nearest[i] + 1);
    ++sorted;
  }
}

void ClusteredIndex::StartSorting(std::function<std::vector<float>()> usual_query) {
  if (impl_->options.approximate_from == kNever) return;
  impl_->usual_query = std::move(usual_query);
  impl_->Wake();
  impl_->thread = Thread("lists", [impl = impl_.get()](const std::stop_token& stop) { impl->Run(stop); });
}

void ClusteredIndex::StopSorting() {
  {
    MutexLock lock(impl_->wake_mutex);
    impl_->stopping = true;
  }
  impl_->wake.NotifyAll();
  impl_->thread.RequestStop();
  impl_->thread.Join();
}

ClusteredIndex::State ClusteredIndex::state() const {
  ReaderLock lock(impl_->mutex);
  return {.vectors = impl_->rows.size(),
          .lists = impl_->centroids ? impl_->centroids->size() : 0,
          .fresh = impl_->rows.SizeOf(ListedRows::kFresh),
          .approximate = impl_->UsesLists(),
          .memory = impl_->rows.memory(),
          .memory_reason = impl_->memory_reason,
          .sorted = impl_->sorted};
}

bool ClusteredIndex::WaitUntilSorted(std::chrono::steady_clock::time_point deadline) const {
  MutexLock lock(impl_->wake_mutex);
  while (!impl_->stopping && (impl_->wanted || impl_->working)) {
    if (!impl_->rested.WaitUntil(impl_->wake_mutex, deadline)) return false;
  }
  return true;
}

}  // namespace fovea::indexer
