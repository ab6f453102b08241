// Feeds arbitrary bytes to the tokenizer: every text becomes at most 77 ids, framed once, specials nowhere else.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "encoder/byte_alphabet.h"
#include "encoder/tokenizer.h"

namespace {

using namespace fovea::encoder;

Tokenizer MakeTokenizer() {
  Vocabulary::Entries entries;
  int32_t id = 0;
  for (const char* end : {"", "</w>"}) {
    for (const uint8_t byte : BytesInVocabularyOrder()) entries.ids.emplace(SymbolOfByte(byte) + end, id++);
  }
  entries.merges = {{"a", "t</w>"}, {"c", "at</w>"}, {"a", "a"}, {"aa", "aa"}};
  for (const auto& [left, right] : entries.merges) entries.ids.emplace(left + right, id++);
  entries.ids.emplace("<|startoftext|>", id++);
  entries.ids.emplace("<|endoftext|>", id);
  auto vocabulary = Vocabulary::FromEntries(entries, "fuzzer");
  if (!vocabulary) std::abort();
  return {*std::move(vocabulary), SpecialLiterals::kOrdinaryText};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Tokenizer tokenizer = MakeTokenizer();
  const auto ids = tokenizer.Encode({reinterpret_cast<const char*>(data), size}, 77);
  if (ids.size() < 2 || ids.size() > 77) std::abort();
  for (size_t i = 0; i < ids.size(); ++i) {
    const bool special = ids[i] >= tokenizer.vocabulary().start_id();
    if (ids[i] < 0 || special != (i == 0 || i + 1 == ids.size())) std::abort();
  }
  return 0;
}
