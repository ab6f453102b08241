#include "daemon/parquet/page_strings.h"

#include "base/log.h"

namespace fovea::daemon {
namespace {

bool TakeText(std::string_view& bytes, uint64_t size, std::string_view& text) {
  if (size > bytes.size()) return false;
  text = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}

// Each behind its length in four bytes.
class PlainTexts : public TextReader {
 public:
  explicit PlainTexts(std::string_view bytes) : rest_(bytes) {}
  bool Next(std::string_view& text) override {
    std::string_view size;
    if (!TakeText(rest_, 4, size)) return false;
    uint32_t length = 0;
    for (size_t i = 4; i-- > 0;) length = length << 8 | static_cast<uint8_t>(size[i]);
    return TakeText(rest_, length, text);
  }

 private:
  std::string_view rest_;
};

class DictionaryTexts : public TextReader {
 public:
  DictionaryTexts(std::string_view bytes, unsigned width, std::span<const std::string_view> dictionary)
      : places_(bytes, width), dictionary_(dictionary) {}
  bool Next(std::string_view& text) override {
    uint32_t place = 0;
    if (!places_.Next(place) || place >= dictionary_.size()) return false;
    text = dictionary_[place];
    return true;
  }

 private:
  RunReader places_;
  const std::span<const std::string_view> dictionary_;
};

// All lengths, then all texts.
class DeltaLengthTexts : public TextReader {
 public:
  bool Open(std::string_view bytes, uint64_t most) { return lengths_.Open(bytes, most) && lengths_.Behind(rest_); }
  bool Next(std::string_view& text) override {
    int64_t length = 0;
    return lengths_.Next(length) && length >= 0 && TakeText(rest_, static_cast<uint64_t>(length), text);
  }

 private:
  DeltaReader lengths_;
  std::string_view rest_;
};

// How much each begins like the one before it, then the ends.
class DeltaTexts : public TextReader {
 public:
  bool Open(std::string_view bytes, uint64_t most) {
    std::string_view ends;
    return shared_.Open(bytes, most) && shared_.Behind(ends) && ends_.Open(ends, most);
  }
  bool Next(std::string_view& text) override {
    int64_t shared = 0;
    std::string_view end;
    if (!shared_.Next(shared) || shared < 0 || static_cast<uint64_t>(shared) > text_.size() || !ends_.Next(end)) return false;
    text_.resize(static_cast<size_t>(shared));
    text_ += end;
    text = text_;
    return true;
  }

 private:
  DeltaReader shared_;
  DeltaLengthTexts ends_;
  std::string text_;
};

template <typename Texts>
std::unique_ptr<TextReader> OpenTexts(std::string_view bytes, uint64_t most) {
  auto texts = std::make_unique<Texts>();
  if (!texts->Open(bytes, most)) return nullptr;
  return texts;
}

std::unique_ptr<TextReader> OpenPlaces(std::string_view bytes, std::span<const std::string_view> dictionary) {
  constexpr unsigned kMaxWidth = 32;
  const unsigned width = bytes.empty() ? 0 : static_cast<uint8_t>(bytes.front());  // a page of nulls may have no values at all
  if (width > kMaxWidth) return nullptr;
  return std::make_unique<DictionaryTexts>(bytes.substr(bytes.empty() ? 0 : 1), width, dictionary);
}

}  // namespace

Result<PageStrings> PageStrings::Open(const PageContent& content, std::span<const std::string_view> dictionary) {
  PageStrings page;
  page.left_ = content.rows;
  if (content.nullable) page.levels_ = RunReader(content.levels, 1);
  switch (content.encoding) {
    case PageEncoding::kPlain: page.texts_ = std::make_unique<PlainTexts>(content.values); break;
    case PageEncoding::kPlainDictionary:
    case PageEncoding::kDictionary: page.texts_ = OpenPlaces(content.values, dictionary); break;
    case PageEncoding::kDeltaLength: page.texts_ = OpenTexts<DeltaLengthTexts>(content.values, content.rows); break;
    case PageEncoding::kDelta: page.texts_ = OpenTexts<DeltaTexts>(content.values, content.rows); break;
    default: return Failed(Unsupported(StrCat("values in encoding ", static_cast<int64_t>(content.encoding))));
  }
  if (!page.texts_) return Failed(Corrupt("a page's values are malformed"));
  return page;
}

Result<std::optional<std::string_view>> PageStrings::Next() {
  uint32_t there = 1;
  if (levels_ && !levels_->Next(there)) return Failed(Corrupt("a page's levels are malformed"));
  --left_;
  if (there == 0) return std::nullopt;
  std::string_view text;
  if (!texts_->Next(text)) return Failed(Corrupt("a page's values are malformed"));
  return text;
}

Result<std::vector<std::string_view>> ReadDictionary(std::string_view bytes, uint64_t count) {
  std::vector<std::string_view> dictionary;
  PlainTexts texts(bytes);
  for (std::string_view text; dictionary.size() < count; dictionary.push_back(text)) {
    if (!texts.Next(text)) return Failed(Corrupt("a dictionary is malformed"));
  }
  return dictionary;
}

}  // namespace fovea::daemon
