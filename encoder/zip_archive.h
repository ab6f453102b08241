#pragma once
// ReadZipDirectory reads the directory of a zip archive whose entries lie in it as they are, as torch.save writes it.
//
// Owns:    nothing.
// Threads: any.
// Errors:  kCorrupt when the directory does not fit the file or an entry the space before the directory, kUnsupported for
//          archives in several volumes; the message names file and entry. Never throws.
// Units:   bytes from the beginning of the file. Nothing is allocated for figures that the file's size does not bear out.
#include <cstdint>
#include <map>
#include <string>

#include "base/status.h"
#include "encoder/stored_tensors.h"

namespace fovea::encoder {

struct ZipEntry {
  int64_t header_offset = 0;  // of the entry's own header, which stands before its data
  int64_t bytes = 0;          // in the file
  uint32_t crc32 = 0;         // of the content
  bool stored = true;         // neither compressed nor encrypted
};
using ZipDirectory = std::map<std::string, ZipEntry>;

// Whether a file that begins so is a zip archive.
bool LooksLikeZip(std::string_view beginning);

Result<ZipDirectory> ReadZipDirectory(const TensorFile& file);

// Where the data of an entry begins. kUnsupported if it is compressed, kCorrupt if it reaches over the archive's end.
Result<int64_t> ZipDataOffset(const TensorFile& file, const std::string& name, const ZipEntry& entry);

}  // namespace fovea::encoder
