#include "encoder/pickled_tensors.h"

#include <zlib.h>

#include <algorithm>
#include <set>

#include "base/log.h"
#include "encoder/pickle_reader.h"
#include "encoder/pickled_state.h"
#include "encoder/zip_archive.h"

namespace fovea::encoder {
namespace {

using Kind = PickleValue::Kind;

constexpr int64_t kMostPickleBytes = 16 << 20;  // the largest CLIP models need a quarter of a megabyte
constexpr std::string_view kPickleName = "/data.pkl";

Result<std::string> ReadSmall(const TensorFile& file, int64_t offset, int64_t bytes) {
  std::string content(static_cast<size_t>(bytes), '\0');
  RETURN_IF_ERROR(file.Read(offset, std::as_writable_bytes(std::span(content))));
  return content;
}

// A zip archive as torch.save and torch.jit.save write it: NAME/data.pkl, NAME/data/0, NAME/data/1, ...
class Archive {
 public:
  static Result<Archive> Open(const TensorFile& file) {
    Archive archive(file);
    ASSIGN_OR_RETURN(archive.entries_, ReadZipDirectory(file));
    for (const auto& [name, entry] : archive.entries_) {
      if (!name.ends_with(kPickleName) || name.find('/') != name.size() - kPickleName.size()) continue;
      if (!archive.root_.empty()) return Failed(Corrupt(file.path() + ": zip archive with more than one data.pkl"));
      archive.root_ = name.substr(0, name.size() - kPickleName.size() + 1);
    }
    if (archive.root_.empty()) return Failed(Corrupt(file.path() + ": zip archive without a data.pkl: not one that torch.save wrote"));
    return archive;
  }

  // The content of an entry that is read whole.
  Result<std::string> ReadWhole(const std::string& name) const {
    const ZipEntry& entry = entries_.at(name);
    if (entry.bytes > kMostPickleBytes) return Failed(Corrupt(StrCat(file_.path(), ": ", name, " of ", entry.bytes, " bytes, expected at most ", kMostPickleBytes)));
    ASSIGN_OR_RETURN(const int64_t offset, ZipDataOffset(file_, name, entry));
    ASSIGN_OR_RETURN(std::string content, ReadSmall(file_, offset, entry.bytes));
    const uLong sum = crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
    if (sum != entry.crc32) return Failed(Corrupt(StrCat(file_.path(), ": ", name, " is damaged: its checksum is wrong")));
    return content;
  }

  Status CheckByteOrder() const {
    const std::string name = root_ + "byteorder";
    if (!entries_.contains(name)) return Status::Ok();
    ASSIGN_OR_RETURN(const std::string order, ReadWhole(name));
    return order == "little" ? Status::Ok() : Unsupported(StrCat(file_.path(), ": byteorder: found \"", order.substr(0, 20), "\", expected little"));
  }

  Result<int64_t> Locate(const StorageName& storage) const {
    const std::string name = StrCat(root_, "data/", storage.key);
    const auto found = entries_.find(name);
    if (found == entries_.end()) return Failed(Corrupt(StrCat("its data \"", name.substr(0, 100), "\" is not in the archive")));
    const int64_t expected = storage.elements * BytesPerElement(storage.type);
    if (found->second.bytes != expected) {
      return Failed(Corrupt(StrCat("its data \"", name, "\" has ", found->second.bytes, " bytes, expected ", expected)));
    }
    return ZipDataOffset(file_, name, found->second);
  }

  std::string pickle_name() const { return root_ + "data.pkl"; }

 private:
  explicit Archive(const TensorFile& file) : file_(file) {}

  const TensorFile& file_;
  ZipDirectory entries_;
  std::string root_;  // "archive/"
};

Status DescribeArchive(TensorFile& file) {
  ASSIGN_OR_RETURN(const Archive archive, Archive::Open(file));
  RETURN_IF_ERROR(archive.CheckByteOrder());
  ASSIGN_OR_RETURN(std::string pickle, archive.ReadWhole(archive.pickle_name()));
  ASSIGN_OR_RETURN(const PickleValues values, ReadPickle(pickle));
  ASSIGN_OR_RETURN(TensorTable tensors, StateOf(values, [&](const StorageName& storage) { return archive.Locate(storage); }));
  const Container container = values[values.root].kind == Kind::kObject ? Container::kTorchScript : Container::kPickle;
  file.Describe(container, std::move(pickle), std::move(tensors));
  return Status::Ok();
}

// ---- the row of pickles: magic number, version, system, state, keys of the storages; then each storage's data ----

constexpr std::string_view kLegacyMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);

struct Row {
  std::string bytes;  // the beginning of the file
  size_t at = 0;

  Result<PickleValues> Next() {
    ASSIGN_OR_RETURN(PickleValues values, ReadPickle(std::string_view(bytes).substr(at)));
    at += values.bytes;
    return values;
  }
};

// Where the data of each storage begins; they follow each other in the order of `keys`, each after its count of elements.
Result<std::map<std::string, int64_t>> LegacyPlaces(const TensorFile& file, int64_t at, const PickleValues& state, const PickleValues& keys) {
  std::map<std::string, StorageName> storages;
  for (PickleId id = 0; id < state.all.size(); ++id) {
    if (state[id].kind != Kind::kStorage) continue;
    ASSIGN_OR_RETURN(StorageName storage, ReadStorageName(state, id));
    storages.insert_or_assign(storage.key, std::move(storage));
  }
  std::map<std::string, int64_t> places;
  for (const PickleId id : keys[keys.root].items) {
    const auto storage = storages.find(keys[id].text);
    if (storage == storages.end()) return Failed(Corrupt("data that no tensor names"));
    const int64_t bytes = storage->second.elements * BytesPerElement(storage->second.type);
    if (at > file.size_bytes() - 8 || bytes > file.size_bytes() - 8 - at) return Failed(Corrupt("the file is cut"));
    int64_t elements = 0;
    RETURN_IF_ERROR(file.Read(at, std::as_writable_bytes(std::span(&elements, 1))));
    if (elements != storage->second.elements) return Failed(Corrupt(StrCat("storage \"", storage->first, "\" has ", elements, " elements, expected ", storage->second.elements)));
    places.insert_or_assign(storage->first, at + 8);
    at += 8 + bytes;
  }
  return places;
}

Status DescribeLegacy(TensorFile& file) {
  Row row;
  ASSIGN_OR_RETURN(row.bytes, ReadSmall(file, 0, std::min(file.size_bytes(), kMostPickleBytes)));
  ASSIGN_OR_RETURN(const PickleValues magic, row.Next());
  if (magic[magic.root].text != kLegacyMagic) return Unsupported("a pickle that torch.save did not write");
  RETURN_IF_ERROR(row.Next());  // version
  RETURN_IF_ERROR(row.Next());  // system: byte order and sizes of C's types, for which little-endian machines all agree
  const size_t state_at = row.at;
  ASSIGN_OR_RETURN(const PickleValues state, row.Next());
  std::string table = row.bytes.substr(state_at, row.at - state_at);
  ASSIGN_OR_RETURN(const PickleValues keys, row.Next());
  ASSIGN_OR_RETURN(const auto places, LegacyPlaces(file, static_cast<int64_t>(row.at), state, keys));
  const auto locate = [&](const StorageName& storage) -> Result<int64_t> {
    const auto found = places.find(storage.key);
    return found == places.end() ? Failed(Corrupt("its data is not in the file")) : Result<int64_t>(found->second);
  };
  ASSIGN_OR_RETURN(TensorTable tensors, StateOf(state, locate));
  file.Describe(Container::kPickle, std::move(table), std::move(tensors));
  return Status::Ok();
}

}  // namespace

bool LooksPickled(std::string_view beginning) {
  // A safetensors file begins with the length of its table, whose low byte may be a pickle's first; then comes the table.
  const bool table_follows = beginning.size() > 8 && beginning[8] == '{';
  return !table_follows && (LooksLikeZip(beginning) || beginning.starts_with('\x80'));
}

Result<TensorFile> OpenPickledTensors(const std::string& path) {
  ASSIGN_OR_RETURN(TensorFile file, TensorFile::Open(path));
  ASSIGN_OR_RETURN(const std::string beginning, ReadSmall(file, 0, std::min<int64_t>(file.size_bytes(), 4)));
  const Status status = LooksLikeZip(beginning) ? DescribeArchive(file) : DescribeLegacy(file);
  if (status.ok()) return file;
  return Failed(status.message().starts_with(path) ? status : status.WithContext(path));
}

}  // namespace fovea::encoder
