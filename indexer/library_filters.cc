// Library: which photos a filter leaves.
#include "base/clock.h"
#include "base/log.h"
#include "indexer/library_impl.h"

namespace fovea::indexer {
namespace {

using Kind = Filter::Kind;

// A root is its folder; one that is not known holds nothing.
void ResolveRoots(Filter& filter, const std::map<RootId, storage::Root>& roots) {
  for (Filter& part : filter.parts) ResolveRoots(part, roots);
  if (filter.kind != Kind::kRoot) return;
  const auto root = roots.find(RootId{static_cast<uint32_t>(filter.number)});
  filter = root == roots.end() ? Filter{.kind = Kind::kAny} : Filter{.kind = Kind::kFolder, .text = root->second.path};
}

std::vector<uint64_t> BitsOfSet(const PhotoSet& photos) {
  std::vector<uint64_t> words(photos.isEmpty() ? 0 : photos.maximum() / 64 + 1);
  std::vector<uint32_t> ids(photos.cardinality());
  photos.toUint32Array(ids.data());
  for (const uint32_t id : ids) words[id / 64] |= uint64_t{1} << id % 64;
  return words;
}

}  // namespace

Result<std::vector<uint64_t>> Library::Impl::BitsOf(Filter filter) const {
  if (!options.scan) RETURN_IF_ERROR(LoadFacts());
  if (!facts.complete()) return Failed(Busy("what filters ask is being loaded; try again in a moment"));
  ResolveRoots(filter, RootsById());
  return BitsOfSet(facts.Fitting(filter));
}

Status Library::Impl::LoadFacts() const {
  if (facts.complete()) return Status();
  const auto start = std::chrono::steady_clock::now();
  RETURN_IF_ERROR(writer->LoadFacts([this] { return !stopped; }));
  LogDebug("facts of ", facts.size(), " photos loaded in ", MillisecondsSince(start), " ms");
  return Status();
}

void Library::Impl::StartLoadingFacts() {
  facts_loading = Thread("facts", [this](const std::stop_token&) {
    if (const Status loaded = LoadFacts(); !loaded.ok() && !stopped) health.Report("filters", loaded);
  });
}

}  // namespace fovea::indexer
