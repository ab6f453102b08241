#include "indexer/clustered_index.h"

#include <algorithm>

#include "base/log.h"
#include "indexer/among_rows.h"
#include "indexer/clustered_index_impl.h"
#include "indexer/list_search.h"
#include "indexer/row_filler.h"
#include "storage/unit_length.h"

namespace fovea::indexer {

using storage::PhotoId;

namespace {

constexpr size_t kFewPhotos = 500;      // are scored one by one
constexpr size_t kMostFreshShare = 16;  // with more than one row in so many fresh, all cores through all rows are quicker
constexpr size_t kMostFresh = 8192;     // at any size

bool IsUnit(std::span<const float> vector) { return storage::IsUnitLength(storage::LengthOf(vector)); }

}  // namespace

ClusteredIndex::ClusteredIndex(int64_t dim, Options options) : impl_(std::make_unique<Impl>(dim, options)) {}
ClusteredIndex::~ClusteredIndex() { StopSorting(); }

int64_t ClusteredIndex::dim() const { return static_cast<int64_t>(impl_->dim); }

size_t ClusteredIndex::size() const {
  ReaderLock lock(impl_->mutex);
  return impl_->rows.size();
}

uint32_t ClusteredIndex::Impl::KnownList(PhotoId id) const { return id.value < known.size() ? known[id.value] : ListedRows::kFresh; }

Status ClusteredIndex::Add(PhotoId id, std::span<const float> vector) {
  RETURN_IF_ERROR(RowFiller::Check(id, vector, impl_->dim));
  bool work = false;
  {
    WriterLock lock(impl_->mutex);
    impl_->FitInMemory(impl_->rows.size() + 1);
    impl_->rows.Put(id, impl_->KnownList(id), vector);
    work = impl_->NextWork(false) != Impl::Work::kNone;
  }
  if (work) impl_->Wake();
  return Status();
}

void ClusteredIndex::Remove(PhotoId id) {
  WriterLock lock(impl_->mutex);
  impl_->rows.Remove(id);
}

Status ClusteredIndex::Impl::CheckQuery(std::span<const float> query) const {
  if (query.size() != dim) return InvalidArgument(StrCat("search the index: the query has ", query.size(), " values, the index ", dim));
  return IsUnit(query) ? Status() : InvalidArgument("search the index: the query's length is not 1");
}

bool ClusteredIndex::Impl::UsesLists() const {
  if (!centroids || rows.size() < options.approximate_from) return false;
  return rows.SizeOf(ListedRows::kFresh) <= std::max(kMostFresh, rows.size() / kMostFreshShare);
}

std::vector<ScanAnswer> ClusteredIndex::Impl::SearchAll(std::span<const IndexQuery* const> queries) const {
  std::vector<AmongRows> among;
  std::vector<RowFilter> filters;
  among.reserve(queries.size());  // filters point into it, and queries into filters
  filters.reserve(queries.size());
  std::vector<ScanQuery> asked;
  for (const IndexQuery* query : queries) {
    filters.emplace_back(among.emplace_back(rows, query->among).AllBits());
    asked.push_back({.vector = query->vector, .k = query->k, .filter = &filters.back()});
  }
  const ScanRows all{rows.vectors(), rows.codes(), rows.ids()};
  const auto run = [&](std::span<const ScanQuery> together) { return scan.Search(all, together); };
  return ExactScan::IsLarge(rows.codes(), asked.size()) ? rounds.Search(asked, run) : run(asked);
}

IndexAnswer ClusteredIndex::Impl::SearchSome(const IndexQuery& query) const {
  const auto search = [&](AmongRows& among) REQUIRES_SHARED(mutex) { return SearchLists(rows, *centroids, query, among); };
  if (query.among != nullptr) return kept.Use(rows, *query.among, search);
  AmongRows all(rows, nullptr);
  return search(all);
}

Result<std::vector<Neighbour>> ClusteredIndex::Search(std::span<const float> query, size_t k) const {
  const IndexQuery only{.vector = query, .k = k, .exact = true};
  ASSIGN_OR_RETURN(std::vector<IndexAnswer> answers, SearchMany(std::span(&only, 1)));
  return std::move(answers.front().found);
}

Result<std::vector<IndexAnswer>> ClusteredIndex::SearchMany(std::span<const IndexQuery> queries) const {
  for (const IndexQuery& query : queries) RETURN_IF_ERROR(impl_->CheckQuery(query.vector));
  ReaderLock lock(impl_->mutex);
  const bool lists = impl_->UsesLists();
  std::vector<IndexAnswer> answers(queries.size());
  std::vector<const IndexQuery*> through_all;
  std::vector<size_t> places;  // of each among the answers
  for (size_t i = 0; i < queries.size(); ++i) {
    const IndexQuery& query = queries[i];
    if (query.k == 0) continue;
    if (query.among != nullptr && query.among->count() <= kFewPhotos) {
      answers[i].found = ScoreEach(impl_->rows, query);
    } else if (lists && !query.exact) {
      answers[i] = impl_->SearchSome(query);
    } else {
      through_all.push_back(&query);
      places.push_back(i);
    }
  }
  if (through_all.empty()) return answers;
  std::vector<ScanAnswer> found = impl_->SearchAll(through_all);
  for (size_t i = 0; i < found.size(); ++i) answers[places[i]].found = std::move(found[i].found);
  return answers;
}

void ClusteredIndex::Reserve(size_t vectors) {
  WriterLock lock(impl_->mutex);
  impl_->FitInMemory(vectors);
  impl_->rows.Reserve(vectors);
}

}  // namespace fovea::indexer
