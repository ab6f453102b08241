#include "daemon/import_rows.h"

#include <algorithm>
#include <filesystem>

#include "api/base64.h"
#include "api/json.h"
#include "base/log.h"

namespace fovea::daemon {
namespace {

namespace fs = std::filesystem;
using api::Json;

constexpr size_t kMaxRecord = size_t{1} << 20;
constexpr std::string_view kPathColumn = "image_path";

std::optional<Sha256Digest> DigestOf(const std::string& hex) {
  Sha256Digest digest{};
  if (hex.size() != 2 * digest.size()) return std::nullopt;
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (size_t i = 0; i < hex.size(); ++i) {
    const size_t digit = kDigits.find(hex[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    digest[i / 2] = static_cast<uint8_t>(digest[i / 2] << 4 | digit);
  }
  return digest;
}

// The path as bytes: `path_bytes` stands beside one that is not UTF-8.
std::optional<std::string> PathOf(const Json& object, const char* name) {
  const auto bytes = object.find("path_bytes");
  if (bytes != object.end() && bytes->is_string()) {
    const auto decoded = api::DecodeBase64(bytes->get<std::string>());
    return decoded ? std::optional<std::string>(*decoded) : std::nullopt;
  }
  const auto path = object.find(name);
  if (path == object.end() || !path->is_string() || path->get_ref<const std::string&>().empty()) return std::nullopt;
  return path->get<std::string>();
}

std::optional<ImportRecord> RecordOf(const Json& object) {
  ImportRecord record;
  if (!object.is_object()) return std::nullopt;
  if (const auto path = PathOf(object, kPathColumn.data())) record.paths.push_back(*path);
  if (const auto paths = object.find("paths"); paths != object.end() && paths->is_array()) {
    for (const Json& entry : *paths) {
      const auto path = entry.is_object() ? PathOf(entry, "path") : std::nullopt;
      if (!path) return std::nullopt;
      record.paths.push_back(*path);
    }
  }
  if (record.paths.empty() && !object.contains(kPathColumn)) return std::nullopt;
  if (const auto hash = object.find("sha256"); hash != object.end() && hash->is_string()) record.content = DigestOf(hash->get<std::string>());
  return record;
}

// How often `"` stands in it: an odd number means that a quoted line end follows.
bool IsOpen(std::string_view record) { return std::count(record.begin(), record.end(), '"') % 2 != 0; }

// The numbers of the files img_emb_N.npy, as they are written (several writers share them out and fill with zeros; some may be missing), in
// order.
Result<std::vector<std::string>> PartNumbers(const std::string& folder) {
  constexpr std::string_view kBegin = "img_emb_", kEnd = ".npy";
  std::vector<std::string> numbers;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(kBegin) || !name.ends_with(kEnd) || name.size() <= kBegin.size() + kEnd.size()) continue;
    const std::string number = name.substr(kBegin.size(), name.size() - kBegin.size() - kEnd.size());
    if (number.find_first_not_of("0123456789") == std::string::npos) numbers.push_back(number);
  }
  if (error && error != std::errc::no_such_file_or_directory) return Failed(IoError(StrCat("list \"", folder, "\": ", error.message())));
  std::ranges::sort(numbers, {}, [](const std::string& number) { return std::pair(number.size(), number); });
  return numbers;
}

}  // namespace

std::vector<std::string> SplitCsv(std::string_view record) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (size_t i = 0; i < record.size(); ++i) {
    const char c = record[i];
    if (quoted && c == '"' && i + 1 < record.size() && record[i + 1] == '"') {
      fields.back() += record[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

Result<ImportRows> ImportRows::Open(const std::string& path) {
  ImportRows rows;
  rows.path_ = path;
  if (path.ends_with(".parquet")) {
    ASSIGN_OR_RETURN(rows.table_, ParquetStrings::Open(path, kPathColumn));
    return rows;
  }
  rows.line_.resize(kMaxRecord);
  rows.is_csv_ = path.ends_with(".csv");
  rows.stream_.open(path, std::ios::binary);
  if (!rows.stream_) return Failed(NotFound(StrCat("read \"", path, "\": it cannot be opened")));
  if (rows.is_csv_) RETURN_IF_ERROR(rows.ReadHead());
  return rows;
}

std::string ImportRows::Where() const { return StrCat("read \"", path_, "\", record ", records_, ": "); }

Status ImportRows::ReadHead() {
  std::string head;
  ASSIGN_OR_RETURN(const bool any, ReadRecord(head));
  const std::vector<std::string> names = any ? SplitCsv(head) : std::vector<std::string>();
  const auto found = std::find(names.begin(), names.end(), kPathColumn);
  if (found == names.end()) return Corrupt(StrCat("read \"", path_, "\": its first line names no column \"", kPathColumn, "\""));
  column_ = static_cast<size_t>(found - names.begin());
  records_ = 0;
  return Status();
}

Result<bool> ImportRows::ReadRecord(std::string& text) {
  text.clear();
  ++records_;
  do {
    stream_.getline(line_.data(), static_cast<std::streamsize>(line_.size()));
    if (stream_.bad()) return Failed(IoError(Where() + "the disk refuses"));
    if (stream_.eof() && stream_.gcount() == 0) {
      if (text.empty()) return false;
      return Failed(Corrupt(Where() + "a quote is not closed"));
    }
    if (stream_.fail()) return Failed(Corrupt(StrCat(Where(), "a line of more than ", kMaxRecord, " bytes")));
    if (!text.empty()) text += '\n';
    text.append(line_.data());
    if (text.size() > kMaxRecord) return Failed(Corrupt(StrCat(Where(), "more than ", kMaxRecord, " bytes; is a quote not closed?")));
  } while (is_csv_ && IsOpen(text));
  if (text.ends_with('\r')) text.pop_back();
  return true;
}

Result<std::optional<ImportRecord>> ImportRows::NextOfTable() {
  if (records_ == table_->rows()) return std::nullopt;
  ++records_;
  ASSIGN_OR_RETURN(const auto text, table_->Next());
  if (!text || text->empty()) return ImportRecord{};
  if (text->size() > kMaxRecord) return Failed(Corrupt(StrCat(Where(), "a path of more than ", kMaxRecord, " bytes")));
  return ImportRecord{.paths = {std::string(*text)}};
}

Result<std::optional<ImportRecord>> ImportRows::Next() {
  if (table_) return NextOfTable();
  std::string text;
  ASSIGN_OR_RETURN(const bool any, ReadRecord(text));
  if (!any) return std::nullopt;
  if (is_csv_) {
    const std::vector<std::string> fields = SplitCsv(text);
    if (column_ >= fields.size()) return Failed(Corrupt(StrCat(Where(), "no ", kPathColumn)));
    return fields[column_].empty() ? ImportRecord{} : ImportRecord{.paths = {fields[column_]}};
  }
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  std::optional<ImportRecord> record = RecordOf(json);
  if (!record) return Failed(Corrupt(StrCat(Where(), json.is_discarded() ? "no JSON" : "neither \"image_path\" nor \"paths\"")));
  return record;
}

Result<std::vector<ImportPart>> FindImportParts(const std::string& folder) {
  std::error_code error;
  const std::string vectors = folder + "/vectors.npy";
  if (fs::exists(vectors, error)) return std::vector{ImportPart{vectors, folder + "/photos.jsonl"}};
  std::vector<ImportPart> parts;
  ASSIGN_OR_RETURN(const std::vector<std::string> numbers, PartNumbers(folder + "/img_emb"));
  for (const std::string& number : numbers) {
    parts.push_back({StrCat(folder, "/img_emb/img_emb_", number, ".npy")});
    for (const char* ending : {".jsonl", ".csv", ".parquet"}) {
      const std::string records = StrCat(folder, "/metadata/metadata_", number, ending);
      if (parts.back().records.empty() && fs::exists(records, error)) parts.back().records = records;
    }
    if (parts.back().records.empty()) {
      return Failed(NotFound(StrCat("import \"", folder, "\": no metadata/metadata_", number, ".parquet, .jsonl or .csv beside ", parts.back().vectors)));
    }
  }
  if (!parts.empty()) return parts;
  return Failed(NotFound(StrCat("import \"", folder, "\": neither vectors.npy and photos.jsonl (of `fovea export`) nor img_emb/img_emb_0.npy and metadata/ (of clip-retrieval)")));
}

}  // namespace fovea::daemon
