#pragma once
// EncodeLanes holds what waits for a device and forms batches of it, across callers: texts first, then picture queries, then
// bulk pictures.
//
// Owns:    nothing; a call lives on its caller's stack until all its rows are answered.
// Threads: one at a time (DeviceQueue holds its lock).
// Errors:  none.
// Units:   rows: one picture or one text each.
#include <array>
#include <chrono>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/status.h"
#include "encoder/encoder.h"

namespace fovea::encoder {

enum class Lane { kInteractive, kBulk };
enum class Tower { kImage, kText };

// One caller's work, and what has become of it.
struct EncodeCall {
  using Pictures = std::span<ModelInput>;
  using Texts = std::span<const std::string>;

  std::variant<Pictures, Texts> work;
  Lane lane = Lane::kInteractive;
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
  size_t rows_left = 0;     // without an answer
  Features features = {};   // filled as answers come
  Status failure = {};      // the first one
  bool handed_on = false;   // from a device that fails to another one: once

  Tower tower() const { return std::holds_alternative<Texts>(work) ? Tower::kText : Tower::kImage; }
  size_t rows() const {
    return std::visit([](const auto& inputs) { return inputs.size(); }, work);
  }
};

// Some rows of a call: [first, first + count).
struct Slice {
  EncodeCall* call = nullptr;
  size_t first = 0;
  size_t count = 0;
};

// What goes through a tower together; all of one tower, never empty.
struct EncodeBatch {
  std::vector<Slice> slices;
  Tower tower() const { return slices.front().call->tower(); }
  size_t rows() const;
};

class EncodeLanes {
 public:
  struct Limits {
    size_t texts = 1;
    size_t pictures = 1;
    size_t pictures_to_fill = 1;  // picture queries are filled up with bulk pictures to this many, so that they do not wait long
  };
  // Requires: call.rows() > 0, and texts are interactive.
  void Add(EncodeCall& call);
  // Rows that have not run take their turn next.
  void Return(const Slice& slice);
  // The rows of `call` that still wait, which run no more; says how many.
  size_t Withdraw(const EncodeCall& call);
  // The batch that is due; what does not fit of a question goes behind the other questions. Requires: !empty().
  EncodeBatch Take(const Limits& limits);
  // The call that is next; null when nothing waits.
  EncodeCall* next() const;

  bool empty() const { return next() == nullptr; }
  size_t rows(Lane lane) const;
  // Of questions (the interactive lane).
  size_t questions(Tower tower) const;

 private:
  enum Row { kTexts, kQueries, kBulkPictures, kRows };
  std::deque<Slice>& QueueOf(const EncodeCall& call);
  void TakeFrom(Row row, size_t most, EncodeBatch& batch);

  std::array<std::deque<Slice>, kRows> waiting_;  // in the order in which they are served
};

}  // namespace fovea::encoder
