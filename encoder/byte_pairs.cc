#include "encoder/byte_pairs.h"

#include <queue>

namespace fovea::encoder {
namespace {

constexpr int32_t kNone = -1;

// A symbol in a doubly linked list over the piece; a merged-away one has the id kNone.
struct Symbol {
  int32_t id = kNone;
  int32_t previous = kNone;
  int32_t next = kNone;
};

// A merge that was possible when it was found: out of date if either symbol has changed since.
struct Candidate {
  int32_t rank, left;
  int32_t left_id, right_id, merged_id;
  bool operator>(const Candidate& other) const { return rank != other.rank ? rank > other.rank : left > other.left; }
};

class Merger {
 public:
  Merger(const Vocabulary& vocabulary, std::string_view piece) : vocabulary_(vocabulary) {
    const auto count = static_cast<int32_t>(piece.size());
    symbols_.reserve(piece.size());
    for (int32_t i = 0; i < count; ++i) {
      const auto byte = static_cast<uint8_t>(piece[static_cast<size_t>(i)]);
      const bool last = i + 1 == count;
      symbols_.push_back({last ? vocabulary.LastByteId(byte) : vocabulary.ByteId(byte), i - 1, last ? kNone : i + 1});
    }
    for (int32_t i = 0; i < count; ++i) Consider(i);
  }

  void Run(std::vector<int64_t>& ids) {
    while (!candidates_.empty()) {
      const Candidate best = candidates_.top();
      candidates_.pop();
      if (IsCurrent(best)) Apply(best);
    }
    for (int32_t i = 0; i != kNone; i = At(i).next) ids.push_back(At(i).id);
  }

 private:
  Symbol& At(int32_t i) { return symbols_[static_cast<size_t>(i)]; }

  void Consider(int32_t left) {
    if (left == kNone || At(left).next == kNone) return;
    const int32_t left_id = At(left).id, right_id = At(At(left).next).id;
    const auto merge = vocabulary_.FindMerge(left_id, right_id);
    if (merge) candidates_.push({merge->rank, left, left_id, right_id, merge->id});
  }

  bool IsCurrent(const Candidate& candidate) {
    const Symbol& left = At(candidate.left);
    return left.id == candidate.left_id && left.next != kNone && At(left.next).id == candidate.right_id;
  }

  void Apply(const Candidate& candidate) {
    Symbol& left = At(candidate.left);
    Symbol& right = At(left.next);
    left.id = candidate.merged_id;
    left.next = right.next;
    right.id = kNone;
    if (left.next != kNone) At(left.next).previous = candidate.left;
    Consider(left.previous);
    Consider(candidate.left);
  }

  const Vocabulary& vocabulary_;
  std::vector<Symbol> symbols_;
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> candidates_;
};

}  // namespace

void MergeBytePairs(const Vocabulary& vocabulary, std::string_view piece, std::vector<int64_t>& ids) { Merger(vocabulary, piece).Run(ids); }

}  // namespace fovea::encoder
