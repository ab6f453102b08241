#pragma once
// Vocabulary is a CLIP model's byte-pair vocabulary: the ids of single bytes and which neighbours merge into what, when.
//
// Owns:    its tables; immutable after loading.
// Threads: const methods from any thread.
// Errors:  kNotFound (no vocabulary in the folder), kCorrupt with file and entry. Never throws.
// Units:   ids count from 0; the two highest are start and end of a text.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/status.h"

namespace fovea::encoder {

class Vocabulary {
 public:
  struct Merge {
    int32_t rank = 0;  // lower goes first
    int32_t id = 0;    // of the merged symbol
  };
  // What a vocabulary file says, whichever kind of file it is.
  struct Entries {
    std::unordered_map<std::string, int32_t> ids;
    std::vector<std::pair<std::string, std::string>> merges;  // in order of rank
  };

  // From `source`, a name for messages. Checks that all bytes, all merged symbols and the two specials are there.
  static Result<Vocabulary> FromEntries(const Entries& entries, const std::string& source);

  int32_t ByteId(uint8_t byte) const { return byte_ids_[byte]; }
  // The id of a byte that ends a word.
  int32_t LastByteId(uint8_t byte) const { return last_byte_ids_[byte]; }
  std::optional<Merge> FindMerge(int32_t left, int32_t right) const;
  int32_t size() const { return size_; }
  int32_t start_id() const { return size_ - 2; }
  int32_t end_id() const { return size_ - 1; }
  // How the specials are spelled: "<|startoftext|>", "<|endoftext|>".
  const std::string& start_text() const { return start_text_; }
  const std::string& end_text() const { return end_text_; }

 private:
  Status SetBytes(const Entries& entries, const std::string& source);
  Status SetMerges(const Entries& entries, const std::string& source);
  Status SetSpecials(const Entries& entries, const std::string& source);

  std::array<int32_t, 256> byte_ids_{}, last_byte_ids_{};
  std::vector<std::pair<uint64_t, Merge>> merges_;  // by the pair of ids
  int32_t size_ = 0;
  std::string start_text_, end_text_;
};

}  // namespace fovea::encoder
