#pragma once
// LastFew keeps the values that were put in last; one more drives out the oldest.
//
// Owns:    its values, kMost at most.
// Threads: none of its own; the owner guards it.
// Errors:  none.
// Units:   none.
#include <algorithm>
#include <cstddef>
#include <vector>

namespace fovea::indexer {

template <typename Value>
class LastFew {
 public:
  static constexpr size_t kMost = 8;

  // The one that `fits`, or null; stays valid until the next Put or Take.
  template <typename Fits>
  const Value* Find(const Fits& fits) const {
    const auto place = std::ranges::find_if(values_, fits);
    return place == values_.end() ? nullptr : &*place;
  }
  // The same, out of what is kept; without one, an empty value.
  template <typename Fits>
  Value Take(const Fits& fits) {
    const auto place = std::ranges::find_if(values_, fits);
    if (place == values_.end()) return {};
    Value value = std::move(*place);
    values_.erase(place);
    return value;
  }
  void Put(Value value) {
    if (values_.size() == kMost) values_.erase(values_.begin());
    values_.push_back(std::move(value));
  }

 private:
  std::vector<Value> values_;  // the latest last
};

}  // namespace fovea::indexer
