#include "base/npy_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "base/log.h"

namespace fovea {
namespace {

static_assert(std::endian::native == std::endian::little, "the numbers are read and written as they lie in memory");

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kMaxHeader = 64 * 1024;  // numpy itself writes some hundred bytes
constexpr uint64_t kMaxDim = 65'536;

void SkipSpaces(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n')) text.remove_prefix(1);
}

bool Take(std::string_view& text, std::string_view wanted) {
  SkipSpaces(text);
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(wanted.size());
  return true;
}

bool TakeQuoted(std::string_view& text, std::string_view& value) {
  SkipSpaces(text);
  if (text.empty() || (text.front() != '\'' && text.front() != '"')) return false;
  const size_t end = text.find(text.front(), 1);
  if (end == std::string_view::npos) return false;
  value = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  return true;
}

bool TakeNumber(std::string_view& text, uint64_t& value) {
  SkipSpaces(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

struct Dictionary {
  std::string_view descr, order;
  std::vector<uint64_t> shape;
  bool has_shape = false;
};

// `(3, 512)`, with or without a comma at the end.
bool TakeShape(std::string_view& text, Dictionary& dictionary) {
  if (!Take(text, "(")) return false;
  dictionary.has_shape = true;
  while (!Take(text, ")")) {
    if (dictionary.shape.size() > 8 || !TakeNumber(text, dictionary.shape.emplace_back())) return false;
    if (!Take(text, ",")) return Take(text, ")");
  }
  return true;
}

bool TakeEntry(std::string_view& text, Dictionary& dictionary) {
  std::string_view name;
  if (!TakeQuoted(text, name) || !Take(text, ":")) return false;
  if (name == "descr") return dictionary.descr.empty() && TakeQuoted(text, dictionary.descr);
  if (name == "shape") return !dictionary.has_shape && TakeShape(text, dictionary);
  if (name != "fortran_order" || !dictionary.order.empty()) return false;
  dictionary.order = Take(text, "True") ? "True" : Take(text, "False") ? "False" : "";
  return !dictionary.order.empty();
}

bool TakeDictionary(std::string_view text, Dictionary& dictionary) {
  if (!Take(text, "{")) return false;
  while (!Take(text, "}")) {
    if (!TakeEntry(text, dictionary)) return false;
    if (Take(text, ",")) continue;
    if (!Take(text, "}")) return false;
    break;
  }
  SkipSpaces(text);
  return text.empty() && !dictionary.descr.empty() && !dictionary.order.empty() && dictionary.has_shape;
}

float FromHalf(uint16_t half) {
  const int exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
  const float sign = (half & 0x8000) != 0 ? -1.0f : 1.0f;
  if (exponent == 0x1f) return fraction != 0 ? std::numeric_limits<float>::quiet_NaN() : sign * std::numeric_limits<float>::infinity();
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
}

Status ReadExactly(int fd, uint64_t offset, char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t got = ::pread(fd, bytes, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FromErrno(errno, "read");
    if (got == 0) return Corrupt("the file ends too early");
    bytes += got;
    offset += static_cast<uint64_t>(got);
    size -= static_cast<size_t>(got);
  }
  return Status();
}

// The length of the dictionary, and what comes before it.
struct Preamble {
  size_t before = 0;
  size_t length = 0;
};

Result<Preamble> ReadPreamble(std::string_view head, const std::string& what) {
  if (head.size() < 12 || !head.starts_with(kMagic)) return Failed(Corrupt(what + ": it is no numpy file"));
  const int version = static_cast<uint8_t>(head[6]);
  if (version < 1 || version > 3 || head[7] != 0) {
    return Failed(Unsupported(StrCat(what, ": format version ", version, ".", int{static_cast<uint8_t>(head[7])}, ", can read 1.0 to 3.0")));
  }
  Preamble preamble{.before = version == 1 ? size_t{10} : size_t{12}};
  for (size_t i = preamble.before; i-- > 8;) preamble.length = preamble.length << 8 | static_cast<uint8_t>(head[i]);
  if (preamble.length > kMaxHeader) return Failed(Corrupt(StrCat(what, ": a header of ", preamble.length, " bytes")));
  if (preamble.before + preamble.length > head.size()) return Failed(Corrupt(what + ": it ends within its header"));
  return preamble;
}

}  // namespace

Result<NpyShape> ParseNpyHeader(std::string_view text, std::string_view what) {
  Dictionary dictionary;
  if (!TakeDictionary(text, dictionary)) return Failed(Corrupt(StrCat(what, ": its header is malformed")));
  NpyShape shape;
  if (dictionary.descr == "<f2") shape.value_bytes = 2;
  else if (dictionary.descr != "<f4") {
    return Failed(Unsupported(StrCat(what, ": numbers of the kind \"", dictionary.descr, "\"; can read float32 (<f4) and float16 (<f2)")));
  }
  if (dictionary.order == "True") return Failed(Unsupported(StrCat(what, ": it lies column by column (Fortran order); can read row by row")));
  if (dictionary.shape.size() != 2) return Failed(Unsupported(StrCat(what, ": ", dictionary.shape.size(), " dimensions, expected rows x values")));
  shape.rows = dictionary.shape[0];
  shape.dim = dictionary.shape[1];
  if (shape.dim == 0 || shape.dim > kMaxDim) return Failed(Unsupported(StrCat(what, ": vectors of ", shape.dim, " values")));
  return shape;
}

Result<NpyReader> NpyReader::Open(const std::string& path) {
  const std::string what = StrCat("read \"", path, "\"");
  NpyReader reader;
  reader.path_ = path;
  ASSIGN_OR_RETURN(reader.fd_, OpenForRead(path));
  struct stat info {};
  if (::fstat(reader.fd_.get(), &info) != 0) return Failed(FromErrno(errno, what));
  const auto bytes = static_cast<uint64_t>(info.st_size);
  std::string head(std::min<uint64_t>(bytes, kMaxHeader + 12), '\0');
  if (const Status read = ReadExactly(reader.fd_.get(), 0, head.data(), head.size()); !read.ok()) return Failed(read.WithContext(what));
  ASSIGN_OR_RETURN(const Preamble preamble, ReadPreamble(head, what));
  ASSIGN_OR_RETURN(reader.shape_, ParseNpyHeader(std::string_view(head).substr(preamble.before, preamble.length), what));
  reader.begin_ = preamble.before + preamble.length;
  const NpyShape& shape = reader.shape_;
  const uint64_t row_bytes = shape.dim * shape.value_bytes, room = bytes - reader.begin_;
  if (shape.rows > room / row_bytes || shape.rows * row_bytes != room) {
    return Failed(Corrupt(StrCat(what, ": its header speaks of ", shape.rows, " rows of ", shape.dim, " values, the file has ", bytes, " bytes")));
  }
  return reader;
}

Status NpyReader::Read(uint64_t first, std::span<float> values) const {
  const uint64_t offset = begin_ + first * shape_.dim * shape_.value_bytes;
  if (shape_.value_bytes == 4) {
    const Status read = ReadExactly(fd_.get(), offset, reinterpret_cast<char*>(values.data()), values.size_bytes());
    return read.ok() ? read : read.WithContext(StrCat("read \"", path_, "\""));
  }
  std::vector<uint16_t> halves(values.size());
  const Status read = ReadExactly(fd_.get(), offset, reinterpret_cast<char*>(halves.data()), 2 * halves.size());
  if (!read.ok()) return read.WithContext(StrCat("read \"", path_, "\""));
  std::transform(halves.begin(), halves.end(), values.begin(), FromHalf);
  return Status();
}

std::string NpyHeader(uint64_t rows, uint64_t dim) {
  std::string text = StrCat("{'descr': '<f4', 'fortran_order': False, 'shape': (", rows, ", ", dim, "), }");
  constexpr size_t kBefore = 10, kMultiple = 64;  // magic, version, length; numpy aligns the rows
  text.append(kMultiple - (kBefore + text.size() + 1) % kMultiple, ' ');
  text += '\n';
  std::string header(kMagic);
  header += {1, 0, static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return header + text;
}

}  // namespace fovea
