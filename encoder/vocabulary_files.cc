#include "encoder/vocabulary_files.h"

#include <zlib.h>

#include <filesystem>
#include <memory>

#include "base/log.h"
#include "base/unique_fd.h"
#include "encoder/byte_alphabet.h"
#include "encoder/clip_merges.h"
#include "encoder/json_fields.h"

namespace fovea::encoder {
namespace {

constexpr const char* kOriginalName = "bpe_simple_vocab_16e6.txt.gz";
constexpr int64_t kMostFileBytes = int64_t{64} << 20;
constexpr size_t kOriginalMerges = 49152 - 256 - 2;  // of the 262,145 in the file, those the original takes
constexpr int64_t kMostId = 1 << 24;

bool Exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// "left right" as two symbols.
Status AddMerge(std::string_view line, const std::string& where, Vocabulary::Entries& entries) {
  const size_t space = line.find(' ');
  const bool two = space != std::string_view::npos && space > 0 && space + 1 < line.size() && line.find(' ', space + 1) == std::string_view::npos;
  if (!two) return Corrupt(StrCat(where, ": \"", line.substr(0, 60), "\" is not two symbols with a space between them"));
  entries.merges.emplace_back(line.substr(0, space), line.substr(space + 1));
  return Status::Ok();
}

Status AddMergesFile(const std::string& path, std::string_view text, size_t most, Vocabulary::Entries& entries) {
  size_t number = 0;
  for (const std::string_view line : Lines(text)) {
    ++number;
    if (entries.merges.size() == most) break;
    const bool header = number == 1 && line.find("#version") != std::string_view::npos;
    if (!header && !line.empty()) RETURN_IF_ERROR(AddMerge(line, StrCat(path, ":", number), entries));
  }
  return Status::Ok();
}

Status AddIds(const JsonFields& map, Vocabulary::Entries& entries) {
  entries.ids.reserve(map.json().size());
  for (const auto& [symbol, id] : map.json().items()) {
    if (!id.is_number_unsigned() || id.get<uint64_t>() > static_cast<uint64_t>(kMostId)) return map.Malformed(symbol, "an id");
    entries.ids.emplace(symbol, id.get<int32_t>());
  }
  return Status::Ok();
}

Result<Vocabulary> FromVocabAndMerges(const std::string& vocab_path, const std::string& merges_path) {
  Vocabulary::Entries entries;
  ASSIGN_OR_RETURN(const JsonFields map, JsonFields::ReadFrom(vocab_path));
  RETURN_IF_ERROR(AddIds(map, entries));
  ASSIGN_OR_RETURN(const std::string merges, ReadFile(merges_path, kMostFileBytes));
  RETURN_IF_ERROR(AddMergesFile(merges_path, merges, entries.ids.size(), entries));
  return Vocabulary::FromEntries(entries, vocab_path);
}

// Newer files write a merge as ["a", "b"], older ones as "a b".
Status AddJsonMerges(const JsonFields& model, Vocabulary::Entries& entries) {
  if (!model.Has("merges") || !model.json().at("merges").is_array()) return model.Malformed("merges", "a list");
  for (const nlohmann::json& merge : model.json().at("merges")) {
    if (merge.is_string()) {
      RETURN_IF_ERROR(AddMerge(merge.get<std::string>(), model.file(), entries));
    } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      entries.merges.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
    } else {
      return model.Malformed("merges", "a list of pairs");
    }
  }
  return Status::Ok();
}

Result<Vocabulary> FromTokenizerJson(const std::string& path) {
  ASSIGN_OR_RETURN(const JsonFields file, JsonFields::ReadFrom(path));
  ASSIGN_OR_RETURN(const JsonFields model, file.Object("model"));
  ASSIGN_OR_RETURN(const std::string suffix, model.Text("end_of_word_suffix", "</w>"));
  if (suffix != "</w>") return Failed(model.Refusal("end_of_word_suffix", "</w>: CLIP's byte-pair vocabulary"));
  ASSIGN_OR_RETURN(const JsonFields map, model.Object("vocab"));
  Vocabulary::Entries entries;
  RETURN_IF_ERROR(AddIds(map, entries));
  RETURN_IF_ERROR(AddJsonMerges(model, entries));
  return Vocabulary::FromEntries(entries, path);
}

// What gzip packed, one stream of it.
Result<std::string> Unpacked(std::string_view packed, const std::string& path) {
  z_stream stream{};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));  // zlib only reads it
  stream.avail_in = static_cast<uInt>(packed.size());
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) return Failed(Internal("zlib cannot start"));
  const std::unique_ptr<z_stream, int (*)(z_streamp)> end(&stream, inflateEnd);
  std::string text, chunk(size_t{1} << 16, '\0');
  while (static_cast<int64_t>(text.size()) < kMostFileBytes) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    const int result = inflate(&stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END) return Failed(Corrupt(path + ": damaged gzip data"));
    text.append(chunk, 0, chunk.size() - stream.avail_out);
    if (result == Z_STREAM_END) return text;
  }
  return Failed(Corrupt(path + ": too long for a vocabulary"));
}

// The original's file holds merges only; the ids follow from their order.
Result<Vocabulary> FromOriginal(std::string_view packed, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, Unpacked(packed, path));
  Vocabulary::Entries entries;
  RETURN_IF_ERROR(AddMergesFile(path, text, kOriginalMerges, entries));
  int32_t id = 0;
  for (const char* end : {"", "</w>"}) {
    for (const uint8_t byte : BytesInVocabularyOrder()) entries.ids.emplace(SymbolOfByte(byte) + end, id++);
  }
  for (const auto& [left, right] : entries.merges) entries.ids.emplace(left + right, id++);
  entries.ids.emplace("<|startoftext|>", id++);
  entries.ids.emplace("<|endoftext|>", id);
  return Vocabulary::FromEntries(entries, path);
}

}  // namespace

Result<std::vector<std::string>> VocabularyFiles(const std::string& folder) {
  const std::string vocab = folder + "/vocab.json", merges = folder + "/merges.txt";
  if (Exists(vocab) && Exists(merges)) return std::vector<std::string>{vocab, merges};
  for (const char* name : {"tokenizer.json", kOriginalName}) {
    const std::string path = folder + "/" + name;
    if (Exists(path)) return std::vector<std::string>{path};
  }
  return Failed(NotFound(StrCat(folder, ": no vocabulary: expected vocab.json and merges.txt, tokenizer.json, or ", kOriginalName)));
}

Result<Vocabulary> LoadVocabulary(const std::string& folder) {
  ASSIGN_OR_RETURN(const std::vector<std::string> files, VocabularyFiles(folder));
  if (files.size() == 2) return FromVocabAndMerges(files[0], files[1]);
  if (!files[0].ends_with(".gz")) return FromTokenizerJson(files[0]);
  ASSIGN_OR_RETURN(const std::string packed, ReadFile(files[0], kMostFileBytes));
  return FromOriginal(packed, files[0]);
}

Result<Vocabulary> BuiltInVocabulary() { return FromOriginal(PackedClipMerges(), "the vocabulary that is built in"); }

}  // namespace fovea::encoder
