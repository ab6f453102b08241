#pragma once
// ImportRows reads what belongs to the rows of a numpy file: lines of JSON (those of `fovea export`, or with `image_path`), or CSV or Parquet
// with a column `image_path`.
//
// Owns:    its file, and room for one record of 1 MiB; of Parquet, one page.
// Threads: a value of one thread.
// Errors:  kCorrupt names file and record; kUnsupported for a file that is neither; kNotFound, kIo.
// Units:   records in the order of the rows.
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.h"
#include "base/status.h"
#include "daemon/parquet/parquet_strings.h"

namespace fovea::daemon {

struct ImportRecord {
  std::vector<std::string> paths = {};          // none where the record has an empty one
  std::optional<Sha256Digest> content = {};     // of the file
};

class ImportRows {
 public:
  static Result<ImportRows> Open(const std::string& path);
  // Nothing behind the last one.
  Result<std::optional<ImportRecord>> Next();
  // How many there are, where the file says so (Parquet).
  std::optional<uint64_t> stated() const { return table_ ? std::optional(table_->rows()) : std::nullopt; }
  // The begin of a message about the record that was read last.
  std::string Where() const;

 private:
  ImportRows() = default;
  Status ReadHead();
  // The text of the next record, without the end of its line; false at the end.
  Result<bool> ReadRecord(std::string& text);
  Result<std::optional<ImportRecord>> NextOfTable();

  std::string path_;
  std::ifstream stream_;
  std::string line_;  // room for the longest
  bool is_csv_ = false;
  size_t column_ = 0;  // CSV: of image_path
  uint64_t records_ = 0;
  std::unique_ptr<ParquetStrings> table_;  // Parquet
};

// Of one record, without quotes.
std::vector<std::string> SplitCsv(std::string_view record);

// A numpy file and the file with its records.
struct ImportPart {
  std::string vectors;
  std::string records = {};
};
// What lies in the folder: of `fovea export`, or of clip-retrieval (img_emb/img_emb_N.npy with metadata/metadata_N.jsonl, .csv
// or .parquet, the first of them that is there).
Result<std::vector<ImportPart>> FindImportParts(const std::string& folder);

}  // namespace fovea::daemon
