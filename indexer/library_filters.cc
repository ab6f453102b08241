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

}  // namespace

Status Library::Impl::MakeReady(Filter& filter) const {
  if (!options.scan) RETURN_IF_ERROR(LoadFacts());
  if (!facts.complete()) return Busy("what filters ask is being loaded; try again in a moment");
  ResolveRoots(filter, RootsById());
  return Status();
}

Result<Library::Impl::Among> Library::Impl::Fitting(Filter filter) const {
  RETURN_IF_ERROR(MakeReady(filter));
  return filter_bits.Of(filter);
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
