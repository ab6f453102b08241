#include "indexer/snapshot_verify.h"

#include <algorithm>
#include <numeric>

#include "base/log.h"
#include "indexer/index_keeper.h"
#include "indexer/index_snapshot.h"

namespace fovea::indexer {

using storage::PhotoId;
using State = SnapshotReport::State;

namespace {

constexpr uint64_t kBetweenLooks = 10'000;

class SnapshotVerifier {
 public:
  SnapshotVerifier(const storage::Catalog& catalog, const std::function<bool()>& go_on) : catalog_(catalog), go_on_(go_on) {}

  Result<SnapshotReport> Run() {
    const auto opened = OpenSnapshot(IndexKeeper::PathIn(catalog_));
    if (!opened && opened.error().code() == StatusCode::kNotFound) return report_;
    report_.state = State::kSound;
    if (!opened) Find(opened.error().message());
    else RETURN_IF_ERROR(Look(*opened));
    if (report_.faults > 0) report_.state = State::kDamaged;
    return std::move(report_);
  }

 private:
  Status Look(const OpenedSnapshot& snapshot) {
    const SnapshotHeader& header = snapshot.header;
    report_.vectors = header.count;
    std::vector<float> vectors(header.count * header.dim);
    if (const Status read = ReadAll(snapshot, vectors); !read.ok()) {
      Find(read.message());
      return Status();
    }
    const auto bound = catalog_.model();
    if (!bound || bound->id != header.model_id || bound->dim != int64_t{header.dim} || !IndexKeeper::IsLastWritten(catalog_, header.epoch)) {
      report_.state = State::kUnused;
      return Status();
    }
    const auto changed = catalog_.VectorChangesSince(header.epoch);
    if (!changed && changed.error().code() != StatusCode::kNotFound) return changed.error();
    if (!changed) {
      report_.state = State::kUnused;
      return Status();
    }
    report_.changed = changed->size();
    return Compare(*changed, vectors);
  }

  Status ReadAll(const OpenedSnapshot& snapshot, std::span<float> vectors) {
    ASSIGN_OR_RETURN(ids_, ReadSnapshotIds(snapshot));
    const size_t dim = snapshot.header.dim;
    return ReadSnapshotRows(snapshot, [&](size_t row, std::span<const float> vector) { std::ranges::copy(vector, vectors.subspan(row * dim, dim).begin()); });
  }

  // `changed` rises.
  Status Compare(const std::vector<PhotoId>& changed, std::span<const float> vectors) {
    const size_t dim = ids_.empty() ? 0 : vectors.size() / ids_.size();
    std::vector<size_t> rows(ids_.size());
    std::iota(rows.begin(), rows.end(), size_t{0});
    std::sort(rows.begin(), rows.end(), [this](size_t a, size_t b) { return ids_[a] < ids_[b]; });
    const auto has_changed = [&](PhotoId id) { return std::binary_search(changed.begin(), changed.end(), id); };
    std::vector<bool> stored(rows.size());
    uint64_t seen = 0;
    bool go_on = true;
    RETURN_IF_ERROR(catalog_.ForEachVector([&](PhotoId id, std::span<const float> vector) {
      if (++seen % kBetweenLooks == 0) go_on = go_on_();
      const auto place = std::lower_bound(rows.begin(), rows.end(), id, [this](size_t row, PhotoId wanted) { return ids_[row] < wanted; });
      const bool known = place != rows.end() && ids_[*place] == id;
      if (known) stored[static_cast<size_t>(place - rows.begin())] = true;
      if (has_changed(id)) return go_on;
      if (!known) Find(StrCat("photo ", id.value, ": stored, and not in the snapshot"));
      else if (!std::ranges::equal(vectors.subspan(*place * dim, dim), vector)) Find(StrCat("photo ", id.value, ": another vector is stored"));
      return go_on;
    }));
    if (!go_on) return Cancelled("verify the index snapshot: ended early");
    for (size_t i = 0; i < rows.size(); ++i) {
      const PhotoId id = ids_[rows[i]];
      if (i > 0 && ids_[rows[i - 1]] == id) Find(StrCat("photo ", id.value, ": twice in the snapshot"));
      else if (!stored[i] && !has_changed(id)) Find(StrCat("photo ", id.value, ": in the snapshot, and not stored"));
    }
    return Status();
  }

  void Find(std::string finding) {
    if (++report_.faults <= storage::kMostFindings) report_.findings.push_back(std::move(finding));
  }

  const storage::Catalog& catalog_;
  const std::function<bool()>& go_on_;
  SnapshotReport report_;
  std::vector<PhotoId> ids_;  // by row
};

}  // namespace

std::string_view StateName(State state) {
  switch (state) {
    case State::kNone: return "none";
    case State::kUnused: return "unused";
    case State::kSound: return "sound";
    case State::kDamaged: return "damaged";
  }
  return "";
}

Result<SnapshotReport> VerifySnapshot(const storage::Catalog& catalog, const std::function<bool()>& go_on) {
  return SnapshotVerifier(catalog, go_on).Run();
}

}  // namespace fovea::indexer
