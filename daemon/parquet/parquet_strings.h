#pragma once
// ParquetStrings reads one column of texts from a Parquet file, row by row: the tables that pandas, pyarrow and fastparquet write.
//
// Owns:    the file, one page of the column and a dictionary at a time (512 MiB each at most, and as much while one is uncompressed).
// Threads: a value of one thread.
// Errors:  Open checks the footer against the file, Next each page before memory is taken for it: kCorrupt for what is cut, malformed, does not
//          match its checksum or its announced size; kUnsupported for what is sound but cannot be read (encryption, LZO, a column of lists);
//          kNotFound for the file or the column. The message names the file and, from Next, the record.
// Units:   rows.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/unique_fd.h"
#include "daemon/parquet/page_strings.h"
#include "daemon/parquet/parquet_footer.h"

namespace fovea::daemon {

class ParquetStrings {
 public:
  static Result<std::unique_ptr<ParquetStrings>> Open(const std::string& path, std::string_view column);
  ParquetStrings(const ParquetStrings&) = delete;
  ParquetStrings& operator=(const ParquetStrings&) = delete;

  uint64_t rows() const { return column_.rows; }
  // Nothing for null. The text lives until the next call. Requires: fewer than rows() were read.
  Result<std::optional<std::string_view>> Next();

 private:
  ParquetStrings() = default;
  Status OpenFile(const std::string& path, std::string_view column);
  Result<std::string> ReadAt(uint64_t offset, uint64_t size) const;
  Result<std::optional<std::string_view>> NextOfChunks();
  Status ReadPage();
  // The page that begins there, checked against its checksum and uncompressed.
  Result<std::string> ReadBody(const PageHeader& header, uint64_t begin) const;
  Status BeginDictionary(const PageHeader& header, uint64_t begin);
  Status BeginPage(const PageHeader& header, uint64_t begin);

  std::string path_;
  UniqueFd fd_;
  ParquetColumn column_;
  uint64_t record_ = 0;  // the last one, from 1 on
  size_t next_chunk_ = 0;
  ParquetChunk chunk_;           // rows: that are in no page so far; begin: of the next page
  std::string bytes_;            // of the page, uncompressed
  std::string dictionary_bytes_;
  std::vector<std::string_view> dictionary_;
  PageStrings page_;
};

}  // namespace fovea::daemon
