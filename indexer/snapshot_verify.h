#pragma once
// VerifySnapshot holds the index's snapshot against the store: that what a start would read is what is stored.
//
// Owns:    nothing.
// Threads: any thread; the catalog may be open for reading only, beside a daemon that writes.
// Errors:  what is wrong with the snapshot is a finding. kCorrupt and kIo from the catalog, kCancelled when `go_on` says so.
// Units:   vectors. Memory: the snapshot, as in a running daemon.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "storage/catalog.h"

namespace fovea::indexer {

struct SnapshotReport {
  enum class State {
    kNone,     // there is none, or of an empty library: the next start reads the store
    kUnused,   // whole, but a start would not take it: not the one the store wrote last, or too much has changed since
    kSound,
    kDamaged,  // `findings` say why; the next start notices and reads the store
  };
  State state = State::kNone;
  uint64_t vectors = 0;               // in it
  uint64_t changed = 0;               // photos that changed since it was written: what a start brings up to date
  uint64_t faults = 0;
  std::vector<std::string> findings;  // the first storage::kMostFindings
};

std::string_view StateName(SnapshotReport::State state);
Result<SnapshotReport> VerifySnapshot(const storage::Catalog& catalog, const std::function<bool()>& go_on);

}  // namespace fovea::indexer
