#include "indexer/duplicate_groups.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <string_view>
#include <tuple>

namespace fovea::indexer {
namespace {

constexpr uint64_t kNextShots = 30;  // numbers that a camera gives within a burst
constexpr uint32_t kNobody = UINT32_MAX;

// "a/IMG_0012.jpg": everything but the number, and the number.
struct NumberedName {
  std::string_view before, after;
  uint64_t number = 0;
  size_t digits = 0;
};

NumberedName ParseName(std::string_view path) {
  const size_t slash = path.rfind('/'), dot = path.rfind('.');
  const size_t end = dot == std::string_view::npos || (slash != std::string_view::npos && dot < slash) ? path.size() : dot;
  size_t begin = end;
  while (begin > 0 && end - begin < 12 && path[begin - 1] >= '0' && path[begin - 1] <= '9') --begin;
  NumberedName name{.before = path.substr(0, begin), .after = path.substr(end), .digits = end - begin};
  std::from_chars(path.data() + begin, path.data() + end, name.number);
  return name;
}

bool AreNextShots(const ShotFacts& a, const ShotFacts& b) {
  if (a.width != b.width || a.height != b.height || a.camera != b.camera) return false;
  const NumberedName one = ParseName(a.path), other = ParseName(b.path);
  const uint64_t apart = std::max(one.number, other.number) - std::min(one.number, other.number);
  return one.digits > 0 && one.digits == other.digits && one.before == other.before && one.after == other.after && apart > 0 && apart <= kNextShots;
}

// A copy may have lost the fraction of its second.
bool AreSameMoment(int64_t a_ms, int64_t b_ms) {
  const auto whole = [](int64_t ms) { return ms % 1000 == 0; };
  return a_ms == b_ms || (std::abs(a_ms - b_ms) < 1000 && (whole(a_ms) || whole(b_ms)) && a_ms / 1000 == b_ms / 1000);
}

// The pairs of one kind as neighbours of each row, by small numbers.
class Graph {
 public:
  Graph(std::span<const NearPair> pairs, size_t nodes) : begins_(nodes + 1), ends_(2 * pairs.size()) {
    for (const NearPair& pair : pairs) ++begins_[pair.a + 1], ++begins_[pair.b + 1];
    std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
    std::vector<size_t> next(begins_.begin(), begins_.end() - 1);
    for (const NearPair& pair : pairs) {
      ends_[next[pair.a]++] = {pair.b, pair.score};
      ends_[next[pair.b]++] = {pair.a, pair.score};
    }
  }
  struct End {
    uint32_t node = 0;
    float score = 0;
  };
  size_t nodes() const { return begins_.size() - 1; }
  std::span<const End> Of(uint32_t node) const { return std::span(ends_).subspan(begins_[node], begins_[node + 1] - begins_[node]); }

 private:
  std::vector<size_t> begins_;
  std::vector<End> ends_;
};

using Facts = std::function<const ShotFacts&(uint32_t)>;

// Makes stars: whoever has most neighbours first (of those the best to keep) takes the neighbours that are still free.
class Stars {
 public:
  Stars(DuplicateKind kind, const Graph& graph, const Facts& facts)
      : kind_(kind), graph_(graph), facts_(facts), taken_(graph.nodes()), best_of_(graph.nodes(), kNobody) {}

  // By falling score.
  std::vector<DuplicateGroup> Make() {
    std::vector<DuplicateGroup> groups;
    for (const uint32_t first : Order()) {
      if (taken_[first]) continue;
      if (auto group = Around(first)) groups.push_back(*std::move(group));
    }
    std::sort(groups.begin(), groups.end(), [](const DuplicateGroup& a, const DuplicateGroup& b) {
      return a.score() != b.score() ? a.score() > b.score() : a.keep < b.keep;
    });
    return groups;
  }
  // By node: the one to keep of its group.
  std::vector<uint32_t> TakeBest() { return std::move(best_of_); }

 private:
  bool IsBetter(uint32_t a, uint32_t b) const { return IsBetterToKeep(facts_(a), facts_(b)); }

  std::vector<uint32_t> Order() const {
    std::vector<uint32_t> order;
    for (uint32_t node = 0; node < graph_.nodes(); ++node) {
      if (!graph_.Of(node).empty()) order.push_back(node);
    }
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      const size_t near_a = graph_.Of(a).size(), near_b = graph_.Of(b).size();
      return near_a != near_b ? near_a > near_b : IsBetter(a, b);
    });
    return order;
  }

  std::optional<DuplicateGroup> Around(uint32_t first) {
    DuplicateGroup group{.kind = kind_, .members = {{facts_(first).id, 1}}, .keep = {}};
    std::vector<uint32_t> nodes = {first};
    for (const Graph::End& end : graph_.Of(first)) {
      if (taken_[end.node]) continue;
      group.members.push_back({facts_(end.node).id, end.score});
      nodes.push_back(end.node);
    }
    if (nodes.size() < 2) return std::nullopt;
    const uint32_t keep = *std::min_element(nodes.begin(), nodes.end(), [&](uint32_t a, uint32_t b) { return IsBetter(a, b); });
    for (const uint32_t node : nodes) {
      taken_[node] = true;
      best_of_[node] = keep;
    }
    group.keep = facts_(keep).id;
    std::sort(group.members.begin() + 1, group.members.end(), [](const auto& a, const auto& b) { return std::tie(b.score, a.id) < std::tie(a.score, b.id); });
    return group;
  }

  const DuplicateKind kind_;
  const Graph& graph_;
  const Facts& facts_;
  std::vector<bool> taken_;
  std::vector<uint32_t> best_of_;
};

}  // namespace

PairLevels LevelsFor(double mean) {
  const double room = 1 - mean;
  return {.copies = static_cast<float>(std::clamp(1 - 0.023 * room, 0.97, 0.99)), .bursts = static_cast<float>(std::clamp(1 - 0.115 * room, 0.88, 0.95))};
}

bool MayBePair(const Moment& a, const Moment& b, float score, const PairLevels& levels) {
  constexpr float kOff = 0.01f;
  if (a.taken_local_ms == Moment::kNoTime || b.taken_local_ms == Moment::kNoTime) return score >= levels.copies - kOff;
  if (AreSameMoment(a.taken_local_ms, b.taken_local_ms)) return true;
  return a.camera == b.camera && std::abs(a.taken_local_ms - b.taken_local_ms) <= kBurstGapMs;
}

PairKind JudgePair(const ShotFacts& a, const ShotFacts& b, float score, const PairLevels& levels) {
  if (a.id.value == 0 || b.id.value == 0) return PairKind::kNone;
  bool shots = AreNextShots(a, b);
  if (a.taken_local_ms && b.taken_local_ms && !AreSameMoment(*a.taken_local_ms, *b.taken_local_ms)) {
    if (a.camera != b.camera || std::abs(*a.taken_local_ms - *b.taken_local_ms) > kBurstGapMs) return PairKind::kNone;
    shots = true;
  }
  if (shots) return score >= levels.bursts ? PairKind::kBurst : PairKind::kNone;
  return score >= levels.copies ? PairKind::kCopies : PairKind::kNone;
}

bool IsBetterToKeep(const ShotFacts& a, const ShotFacts& b) {
  const auto rank = [](const ShotFacts& shot) {
    return std::tuple(-int64_t{shot.width} * shot.height, -shot.bytes, shot.taken_local_ms.value_or(std::numeric_limits<int64_t>::max()), shot.id);
  };
  return rank(a) < rank(b);
}

std::vector<DuplicateGroup> GroupDuplicates(std::span<const NearPair> pairs, const Facts& facts, const PairLevels& levels) {
  std::vector<NearPair> copies, bursts;
  uint32_t nodes = 0;
  for (const NearPair& pair : pairs) {
    const PairKind kind = JudgePair(facts(pair.a), facts(pair.b), pair.score, levels);
    if (kind == PairKind::kCopies) copies.push_back(pair);
    if (kind == PairKind::kBurst) bursts.push_back(pair);
    nodes = std::max(nodes, pair.b + 1);
  }
  const Graph near_copies(copies, nodes);
  Stars stars(DuplicateKind::kCopies, near_copies, facts);
  std::vector<DuplicateGroup> groups = stars.Make();
  const std::vector<uint32_t> best_of = stars.TakeBest();
  // A copy stands aside for the best one, unless that one has lost the time by which bursts are known.
  const auto stands_aside = [&](uint32_t node) {
    return best_of[node] != kNobody && best_of[node] != node && facts(best_of[node]).taken_local_ms.has_value();
  };
  std::erase_if(bursts, [&](const NearPair& pair) { return stands_aside(pair.a) || stands_aside(pair.b); });
  const Graph near_shots(bursts, nodes);
  std::ranges::move(Stars(DuplicateKind::kBurst, near_shots, facts).Make(), std::back_inserter(groups));
  return groups;
}

}  // namespace fovea::indexer
