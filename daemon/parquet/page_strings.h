#pragma once
// PageStrings gives the texts of one data page, row by row.
//
// Owns:    little; reads bytes and a dictionary that must outlive it.
// Threads: a value of one thread.
// Errors:  kCorrupt when the levels or values are malformed or end before the rows do; kUnsupported for another encoding, by its number.
// Units:   rows.
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "daemon/parquet/packed_numbers.h"
#include "daemon/parquet/page_header.h"

namespace fovea::daemon {

// Gives the texts that are not null.
class TextReader {
 public:
  virtual ~TextReader() = default;
  // False when they end or are malformed. The text lives until the next call.
  virtual bool Next(std::string_view& text) = 0;
};

struct PageContent {
  std::string_view levels, values;
  PageEncoding encoding = PageEncoding::kPlain;
  uint64_t rows = 0;
  bool nullable = false;
};

class PageStrings {
 public:
  PageStrings() = default;
  static Result<PageStrings> Open(const PageContent& content, std::span<const std::string_view> dictionary);

  uint64_t left() const { return left_; }
  // Nothing for null. The text lives until the next call. Requires: left() > 0.
  Result<std::optional<std::string_view>> Next();

 private:
  uint64_t left_ = 0;
  std::optional<RunReader> levels_;  // only of a nullable column
  std::unique_ptr<TextReader> texts_;
};

// The texts of a dictionary, which views `bytes`.
Result<std::vector<std::string_view>> ReadDictionary(std::string_view bytes, uint64_t count);

}  // namespace fovea::daemon
