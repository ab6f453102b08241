#include "indexer/intake_queue.h"

#include <utility>

namespace fovea::indexer {

using storage::Location;

IntakeQueue::Pushed IntakeQueue::Push(Candidate candidate, Urgency urgency) {
  MutexLock lock(mutex_);
  const size_t limit = urgency == Urgency::kNow ? capacity_ + capacity_ / 4 : capacity_;
  while (!closed_ && entries_.size() >= limit && !entries_.contains(candidate.location)) room_.Wait(mutex_);
  if (closed_) return {};
  const auto [place, is_new] = entries_.try_emplace(candidate.location);
  Entry& entry = place->second;
  Pushed pushed{.taken = true, .displaced = {}};
  if (is_new) {
    entry.urgency = urgency;
    entry.candidate = std::move(candidate);
    Enqueue(place);
    return pushed;
  }
  if (entry.state == State::kInHand) {
    pushed.displaced = std::exchange(entry.again, std::move(candidate));
    return pushed;
  }
  Candidate older = std::exchange(entry.candidate, std::move(candidate));
  if (entry.wanted) pushed.displaced = std::move(older);
  entry.wanted = true;
  if (entry.state == State::kDelayed) Enqueue(place);
  return pushed;
}

std::optional<Candidate> IntakeQueue::Pop() {
  MutexLock lock(mutex_);
  while (!closed_) {
    WakeDelayed(std::chrono::steady_clock::now());
    if (auto candidate = TakeReady()) return candidate;
    if (delayed_.empty()) {
      ready_changed_.Wait(mutex_);
    } else {
      const TimePoint due = delayed_.begin()->first;
      ready_changed_.WaitUntil(mutex_, due);
    }
  }
  return std::nullopt;
}

std::optional<Candidate> IntakeQueue::TakeReady() {
  for (auto* lane : {&now_, &bulk_}) {
    while (!lane->empty()) {
      const auto place = lane->front();
      lane->pop_front();
      Entry& entry = place->second;
      if (!entry.wanted) {
        Erase(place);
        continue;
      }
      entry.state = State::kInHand;
      return std::move(entry.candidate);
    }
  }
  return std::nullopt;
}

void IntakeQueue::WakeDelayed(TimePoint now) {
  while (!delayed_.empty() && delayed_.begin()->first <= now) {
    const auto place = entries_.find(delayed_.begin()->second);
    delayed_.erase(delayed_.begin());
    if (place != entries_.end() && place->second.state == State::kDelayed) Enqueue(place);
  }
}

void IntakeQueue::Enqueue(Entries::iterator place) {
  place->second.state = State::kWaiting;
  (place->second.urgency == Urgency::kNow ? now_ : bulk_).push_back(place);
  ready_changed_.NotifyOne();
}

void IntakeQueue::Erase(Entries::iterator place) {
  entries_.erase(place);
  room_.NotifyAll();
  if (entries_.empty()) emptied_.NotifyAll();
}

bool IntakeQueue::Wanted(const Location& location) const {
  MutexLock lock(mutex_);
  const auto place = entries_.find(location);
  return place != entries_.end() && place->second.state == State::kInHand && place->second.wanted;
}

void IntakeQueue::ReleaseClaim(Entry& entry) {
  if (!entry.claim) return;
  const auto claim = claims_.find(*entry.claim);
  for (const Location& location : claim->second.parked) {
    const auto parked = entries_.find(location);
    if (parked != entries_.end() && parked->second.state == State::kParked) Enqueue(parked);
  }
  claims_.erase(claim);
  entry.claim.reset();
}

void IntakeQueue::Finish(const Location& location) {
  MutexLock lock(mutex_);
  const auto place = entries_.find(location);
  if (place == entries_.end() || place->second.state != State::kInHand) return;
  Entry& entry = place->second;
  ReleaseClaim(entry);
  if (!entry.again) return Erase(place);
  entry.candidate = *std::exchange(entry.again, std::nullopt);
  entry.wanted = true;
  Enqueue(place);
}

bool IntakeQueue::PutBack(Candidate candidate, TimePoint due) {
  MutexLock lock(mutex_);
  const auto place = entries_.find(candidate.location);
  if (place == entries_.end() || place->second.state != State::kInHand) return false;
  Entry& entry = place->second;
  ReleaseClaim(entry);
  if (entry.again) {
    entry.candidate = *std::exchange(entry.again, std::nullopt);
    entry.wanted = true;
    Enqueue(place);
    return false;
  }
  if (!entry.wanted) {
    Erase(place);
    return false;
  }
  entry.candidate = std::move(candidate);
  entry.state = State::kDelayed;
  delayed_.emplace(due, place->first);
  ready_changed_.NotifyOne();
  return true;
}

bool IntakeQueue::ClaimContent(const Candidate& candidate, const Sha256Digest& content) {
  MutexLock lock(mutex_);
  const auto place = entries_.find(candidate.location);
  if (place == entries_.end() || place->second.state != State::kInHand) return true;  // dropped: found out when it is stored
  const auto [claim, is_new] = claims_.try_emplace(content);
  Entry& entry = place->second;
  if (is_new) {
    entry.claim = content;
    return true;
  }
  if (!entry.wanted || entry.again) return true;  // will not be stored, or is taken up again at once: nothing to wait for
  claim->second.parked.push_back(candidate.location);
  entry.candidate = candidate;
  entry.state = State::kParked;
  return false;
}

void IntakeQueue::DropEntry(Entries::iterator place, Dropped& dropped) {
  Entry& entry = place->second;
  if (entry.state == State::kInHand) {
    entry.wanted = false;
    dropped.in_hand.push_back(place->first);
    if (entry.again) dropped.ended.push_back(*std::exchange(entry.again, std::nullopt));
    return;
  }
  if (!entry.wanted) return;
  dropped.ended.push_back(std::move(entry.candidate));
  if (entry.state == State::kWaiting) {
    entry.wanted = false;  // its lane still points to it; Pop takes it away
  } else {
    Erase(place);
  }
}

IntakeQueue::Dropped IntakeQueue::Drop(const Location& location) {
  MutexLock lock(mutex_);
  Dropped dropped;
  if (const auto place = entries_.find(location); place != entries_.end()) DropEntry(place, dropped);
  ready_changed_.NotifyOne();
  return dropped;
}

IntakeQueue::Dropped IntakeQueue::DropAll(storage::RootId root, std::string_view prefix) {
  MutexLock lock(mutex_);
  Dropped dropped;
  auto place = entries_.lower_bound(Location{root, std::string(prefix)});
  while (place != entries_.end() && place->first.root == root && place->first.path.starts_with(prefix)) {
    DropEntry(place++, dropped);
  }
  ready_changed_.NotifyOne();
  return dropped;
}

size_t IntakeQueue::size() const {
  MutexLock lock(mutex_);
  return entries_.size();
}

bool IntakeQueue::WaitUntilEmpty(TimePoint deadline) const {
  MutexLock lock(mutex_);
  while (!entries_.empty()) {
    if (!emptied_.WaitUntil(mutex_, deadline)) return entries_.empty();
  }
  return true;
}

void IntakeQueue::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
  room_.NotifyAll();
  ready_changed_.NotifyAll();
}

}  // namespace fovea::indexer
