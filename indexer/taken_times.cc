#include "indexer/taken_times.h"

#include <algorithm>

#include "indexer/photo_bits.h"

namespace fovea::indexer {
namespace {

namespace chrono = std::chrono;

constexpr int64_t kFar = 900'000'000'000'000;  // 28,000 years

chrono::year_month MonthOf(int64_t local_ms) {
  const chrono::sys_time<chrono::milliseconds> time{chrono::milliseconds(local_ms)};
  const chrono::year_month_day day(chrono::floor<chrono::days>(time));
  return day.year() / day.month();
}

int64_t StartOf(chrono::year_month month) { return chrono::sys_time<chrono::milliseconds>(chrono::sys_days(month / 1)).time_since_epoch().count(); }

struct Range {
  int64_t least, most;
  bool Holds(int64_t time) const { return least <= time && time < most; }
  bool HoldsAll(chrono::year_month first, chrono::months months) const { return least <= StartOf(first) && StartOf(first + months) <= most; }
};

}  // namespace

template <typename Change>
void TakenTimes::ChangeSets(uint32_t photo, const Change& change) {
  if (times_[photo] == kUnknown) return;
  const chrono::year_month month = MonthOf(times_[photo]);
  change(years_[month.year()]);
  change(months_[month]);
  change(months_of_any_year_[static_cast<unsigned>(month.month()) - 1]);
}

void TakenTimes::Set(uint32_t photo, std::optional<int64_t> local_ms) {
  const int64_t time = local_ms && -kFar <= *local_ms && *local_ms < kFar ? *local_ms : kUnknown;
  if (time == times_[photo]) return;
  ChangeSets(photo, [&](PhotoSet& set) { set.remove(photo); });
  times_[photo] = time;
  ChangeSets(photo, [&](PhotoSet& set) { set.add(photo); });
}

void TakenTimes::AddBetween(int64_t least, int64_t most, std::span<uint64_t> bits) const {
  const Range range{std::max(least, -kFar), std::min(most, kFar)};
  if (range.least >= range.most) return;
  auto month = months_.lower_bound(MonthOf(range.least));
  while (month != months_.end() && StartOf(month->first) < range.most) {
    const chrono::year year = month->first.year();
    if (range.HoldsAll(year / chrono::January, chrono::months(12))) {
      AddTo(years_.at(year), bits);
      month = months_.upper_bound(year / chrono::December);
      continue;
    }
    if (range.HoldsAll(month->first, chrono::months(1))) {
      AddTo(month->second, bits);
    } else {
      for (const uint32_t photo : month->second) {
        if (range.Holds(times_[photo])) SetBit(bits, photo);
      }
    }
    ++month;
  }
}

void TakenTimes::AddMonth(int64_t month, std::span<uint64_t> bits) const {
  if (1 <= month && month <= 12) AddTo(months_of_any_year_[static_cast<size_t>(month) - 1], bits);
}

}  // namespace fovea::indexer
