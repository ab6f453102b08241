// Library: near-duplicates.
#include <algorithm>

#include "base/log.h"
#include "indexer/library_impl.h"

namespace fovea::indexer {
namespace {

using Shot = ShownDuplicates::Shot;

Status CheckLevel(const std::optional<float>& level, std::string_view name) {
  if (!level || (*level > 0 && *level <= 1)) return Status();
  return InvalidArgument(StrCat(name, " is ", *level, ", it must lie above 0 and be at most 1"));
}

// Where groups of a kind begin and end among all.
struct KindRange {
  size_t begin = 0, end = 0;
};
KindRange RangeOf(const NearDuplicates::Summary& summary, const std::optional<DuplicateKind>& kind) {
  KindRange range;
  for (size_t i = 0; i < kDuplicateKinds; ++i) {
    if (!kind || static_cast<size_t>(*kind) == i) range.end += summary.groups[i];
    if (kind && static_cast<size_t>(*kind) > i) range.begin += summary.groups[i];
  }
  if (kind) range.end += range.begin;
  return range;
}

}  // namespace

std::optional<ShownDuplicates> Library::Impl::Show(const DuplicateGroup& group, const RootTable& roots) const {
  ShownDuplicates shown{.kind = group.kind, .size = 0, .shots = {}};
  for (const DuplicateGroup::Member& member : group.members) {
    auto record = catalog.GetPhoto(member.id);
    auto photo = record ? Assemble(*std::move(record), roots) : Failed(record.error());
    if (!photo) continue;  // gone since
    const size_t paths = group.kind == DuplicateKind::kIdentical ? photo->paths.size() : 1;
    shown.size += paths;
    for (size_t path = 0; path < paths && shown.shots.size() < kMostShownOfGroup; ++path) {
      shown.shots.push_back({.photo = *photo, .path = path, .score = member.score, .keep = path == 0 && member.id == group.keep});
    }
  }
  if (shown.size < 2) return std::nullopt;
  // The best may have gone, or stand behind the last one shown: then it is the best of those shown.
  if (std::ranges::none_of(shown.shots, &Shot::keep)) {
    const auto shot_facts = [](const Shot& shot) {
      const storage::PhotoRecord& record = shot.photo.record;
      return ShotFacts{.id = record.id, .width = record.width, .height = record.height, .bytes = record.bytes, .taken_local_ms = record.taken_at_ms,
                       .camera = {}, .path = {}};
    };
    std::ranges::min_element(shown.shots, [&](const Shot& a, const Shot& b) { return IsBetterToKeep(shot_facts(a), shot_facts(b)); })->keep = true;
  }
  return shown;
}

Result<JobStatus> Library::FindDuplicates(const DuplicateRequest& request) {
  if (impl_->stopped || !impl_->catalog.model()) RETURN_IF_ERROR(impl_->CheckReady());  // the vectors are there before the model is
  RETURN_IF_ERROR(CheckLevel(request.copies, "the level of copies"));
  RETURN_IF_ERROR(CheckLevel(request.bursts, "the level of bursts"));
  return impl_->duplicates.Begin(request);
}

Result<DuplicatePage> Library::Duplicates(const DuplicateQuery& query) const {
  if (query.limit < 1 || query.limit > kMaxDuplicateGroups) {
    return Failed(InvalidArgument(StrCat("limit is ", query.limit, ", it must lie in 1..", kMaxDuplicateGroups)));
  }
  NearDuplicates::Summary summary = impl_->duplicates.Last();
  DuplicatePage page{.report = std::move(summary.report), .found = summary.groups, .photos_since = {}, .running = impl_->duplicates.Running(), .groups = {}, .next = {}};
  if (impl_->facts.complete() && page.report.run > 0) page.photos_since = impl_->facts.CountAfter(page.report.last);
  const KindRange range = RangeOf(summary, query.kind);
  size_t at = query.from ? query.from->group : range.begin;
  if (query.from && (query.from->run != page.report.run || at < range.begin || at > range.end)) {
    return Failed(InvalidArgument("the list has changed since: another search for duplicates was made"));
  }
  const Impl::RootTable roots = impl_->RootsById();
  while (at < range.end && page.groups.size() < query.limit) {
    const auto groups = impl_->duplicates.Groups(page.report.run, at, std::min(query.limit - page.groups.size(), range.end - at));
    if (groups.empty()) break;  // another search has just ended
    at += groups.size();
    for (const DuplicateGroup& group : groups) {
      if (auto shown = impl_->Show(group, roots)) page.groups.push_back(*std::move(shown));
    }
  }
  if (at < range.end) page.next = DuplicatePlace{.run = page.report.run, .group = at};
  return page;
}

}  // namespace fovea::indexer
