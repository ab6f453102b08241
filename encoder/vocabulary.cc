#include "encoder/vocabulary.h"

#include <algorithm>

#include "base/log.h"
#include "encoder/byte_alphabet.h"

namespace fovea::encoder {
namespace {

constexpr std::string_view kWordEnd = "</w>";
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kSpecials = {
    {{"<|startoftext|>", "<|endoftext|>"}, {"<start_of_text>", "<end_of_text>"}}};

uint64_t PairKey(int32_t left, int32_t right) {
  return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
}

Result<int32_t> IdOf(const Vocabulary::Entries& entries, const std::string& symbol, const std::string& source) {
  const auto found = entries.ids.find(symbol);
  if (found == entries.ids.end()) return Failed(Corrupt(StrCat(source, ": \"", symbol, "\" is not in the vocabulary")));
  return found->second;
}

}  // namespace

Result<Vocabulary> Vocabulary::FromEntries(const Entries& entries, const std::string& source) {
  Vocabulary vocabulary;
  RETURN_IF_ERROR(vocabulary.SetSpecials(entries, source));
  RETURN_IF_ERROR(vocabulary.SetBytes(entries, source));
  RETURN_IF_ERROR(vocabulary.SetMerges(entries, source));
  return vocabulary;
}

std::optional<Vocabulary::Merge> Vocabulary::FindMerge(int32_t left, int32_t right) const {
  const uint64_t key = PairKey(left, right);
  const auto found = std::ranges::lower_bound(merges_, key, {}, &std::pair<uint64_t, Merge>::first);
  if (found == merges_.end() || found->first != key) return std::nullopt;
  return found->second;
}

Status Vocabulary::SetSpecials(const Entries& entries, const std::string& source) {
  int32_t highest = -1;
  for (const auto& [symbol, id] : entries.ids) {
    if (id < 0) return Corrupt(StrCat(source, ": \"", symbol, "\" has the id ", id));
    highest = std::max(highest, id);
  }
  size_ = highest + 1;
  for (const auto& [start, end] : kSpecials) {
    const auto start_entry = entries.ids.find(std::string(start)), end_entry = entries.ids.find(std::string(end));
    if (start_entry == entries.ids.end() || end_entry == entries.ids.end()) continue;
    if (start_entry->second != start_id() || end_entry->second != end_id()) {
      return Corrupt(StrCat(source, ": ", start, " and ", end, " have the ids ", start_entry->second, " and ", end_entry->second,
                            ", expected the two highest, ", start_id(), " and ", end_id()));
    }
    start_text_ = start;
    end_text_ = end;
    return Status::Ok();
  }
  return Corrupt(StrCat(source, ": no ", kSpecials[0].first, " and ", kSpecials[0].second));
}

Status Vocabulary::SetBytes(const Entries& entries, const std::string& source) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string symbol = SymbolOfByte(static_cast<uint8_t>(byte));
    ASSIGN_OR_RETURN(byte_ids_[static_cast<size_t>(byte)], IdOf(entries, symbol, source));
    ASSIGN_OR_RETURN(last_byte_ids_[static_cast<size_t>(byte)], IdOf(entries, symbol + std::string(kWordEnd), source));
  }
  return Status::Ok();
}

Status Vocabulary::SetMerges(const Entries& entries, const std::string& source) {
  merges_.reserve(entries.merges.size());
  int32_t rank = 0;
  for (const auto& [left, right] : entries.merges) {
    ASSIGN_OR_RETURN(const int32_t left_id, IdOf(entries, left, source));
    ASSIGN_OR_RETURN(const int32_t right_id, IdOf(entries, right, source));
    ASSIGN_OR_RETURN(const int32_t merged_id, IdOf(entries, left + right, source));
    merges_.emplace_back(PairKey(left_id, right_id), Merge{.rank = rank++, .id = merged_id});
  }
  // Of a pair that is listed twice the first counts.
  std::ranges::stable_sort(merges_, {}, &std::pair<uint64_t, Merge>::first);
  return Status::Ok();
}

}  // namespace fovea::encoder
