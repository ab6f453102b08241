#include "tests/support/torch_archive.h"

#include <zlib.h>

#include <map>

namespace fovea::test {
namespace {

template <typename T>
std::string Raw(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

uint32_t Sum(const std::string& content) {
  return static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())));
}

std::string DirectoryEntry(const ZipFile& file, uint64_t offset, ZipFigures figures) {
  const bool wide = figures == ZipFigures::k64;
  const uint64_t size = file.content.size();
  const std::string extra = wide ? Raw<uint16_t>(1) + Raw<uint16_t>(24) + Raw(size) + Raw(size) + Raw(offset) : "";
  const auto narrow = [&](uint64_t value) { return Raw(wide ? 0xffffffffu : static_cast<uint32_t>(value)); };
  return std::string("PK\x01\x02") + std::string(6, '\0') + Raw<uint16_t>(0) + std::string(4, '\0') + Raw(Sum(file.content)) + narrow(size) +
         narrow(size) + Raw(static_cast<uint16_t>(file.name.size())) + Raw(static_cast<uint16_t>(extra.size())) + std::string(10, '\0') +
         narrow(offset) + file.name + extra;
}

std::string StorageClass(const std::string& type) {
  return type == "F16" ? "HalfStorage" : type == "BF16" ? "BFloat16Storage" : type == "I64" ? "LongStorage" : "FloatStorage";
}

int64_t CountOf(const encoder::Shape& shape) {
  int64_t count = 1;
  for (const int64_t extent : shape) count *= extent;
  return count;
}

std::string Integers(const encoder::Shape& values) {
  std::string items;
  for (const int64_t value : values) items += PickledInteger(value);
  return PickledTuple(items);
}

std::string Global(const std::string& module, const std::string& name) { return "c" + module + "\n" + name + "\n"; }

std::string StateDict(const std::vector<StoredWeight>& weights, const std::string& prefix) {
  std::string items;
  for (size_t i = 0; i < weights.size(); ++i) {
    items += PickledText(prefix + weights[i].name) + PickledTensorOf({.key = std::to_string(i), .type = weights[i].type, .shape = weights[i].shape});
  }
  return PickledCall("collections", "OrderedDict", PickledTuple("")) + "(" + items + "u";
}

// A tree of modules: what stands between the dots of the names.
struct Module {
  std::map<std::string, Module> children;
  std::string tensor;
};

std::string PickledModule(const Module& module) {
  if (!module.tensor.empty()) return module.tensor;
  std::string items = PickledText("training") + "\x89";
  for (const auto& [name, child] : module.children) items += PickledText(name) + PickledModule(child);
  return Global("__torch__.any.module", "Part") + ")\x81}(" + items + "ub";
}

std::string ModuleTree(const std::vector<StoredWeight>& weights) {
  Module root;
  for (size_t i = 0; i < weights.size(); ++i) {
    Module* at = &root;
    for (size_t from = 0, dot = 0; dot != std::string::npos; from = dot + 1) {
      dot = weights[i].name.find('.', from);
      at = &at->children[weights[i].name.substr(from, dot - from)];
    }
    at->tensor = PickledTensorOf({.key = std::to_string(i), .type = weights[i].type, .shape = weights[i].shape});
  }
  return PickledModule(root);
}

std::string LegacyFile(const std::vector<StoredWeight>& weights) {
  std::string keys, data;
  for (size_t i = 0; i < weights.size(); ++i) {
    keys += PickledText(std::to_string(i));
    data += Raw(CountOf(weights[i].shape)) + ValueBytes(weights[i]);
  }
  const std::string magic = std::string("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
  return PickleOf(magic) + PickleOf(PickledInteger(1001)) + PickleOf("}") + PickleOf(StateDict(weights, "")) + PickleOf("](" + keys + "e") + data;
}

}  // namespace

std::string ZipOf(const std::vector<ZipFile>& files, ZipFigures figures) {
  std::string bytes, directory;
  for (const ZipFile& file : files) {
    directory += DirectoryEntry(file, bytes.size(), figures);
    const auto size = static_cast<uint32_t>(file.content.size());
    bytes += std::string("PK\x03\x04") + std::string(10, '\0') + Raw(Sum(file.content)) + Raw(size) + Raw(size) +
             Raw(static_cast<uint16_t>(file.name.size())) + Raw<uint16_t>(0) + file.name + file.content;
  }
  const uint64_t offset = bytes.size(), length = directory.size(), count = files.size();
  bytes += directory;
  if (figures == ZipFigures::k64) {
    const uint64_t at = bytes.size();
    bytes += std::string("PK\x06\x06") + Raw<uint64_t>(44) + std::string(12, '\0') + Raw(count) + Raw(count) + Raw(length) + Raw(offset);
    bytes += std::string("PK\x06\x07") + std::string(4, '\0') + Raw(at) + Raw<uint32_t>(1);
    return bytes + "PK\x05\x06" + std::string(4, '\0') + std::string(12, '\xff') + Raw<uint16_t>(0);
  }
  return bytes + "PK\x05\x06" + std::string(4, '\0') + Raw(static_cast<uint16_t>(count)) + Raw(static_cast<uint16_t>(count)) +
         Raw(static_cast<uint32_t>(length)) + Raw(static_cast<uint32_t>(offset)) + Raw<uint16_t>(0);
}

std::string PickledText(const std::string& text) { return "X" + Raw(static_cast<uint32_t>(text.size())) + text; }
std::string PickledInteger(int64_t value) { return "\x8a\x08" + Raw(value); }
std::string PickledTuple(const std::string& items) { return "(" + items + "t"; }
std::string PickledCall(const std::string& module, const std::string& name, const std::string& arguments) {
  return Global(module, name) + arguments + "R";
}
std::string PickleOf(const std::string& value) { return "\x80\x02" + value + "."; }

std::string PickledTensorOf(const PickledTensor& tensor) {
  const int64_t elements = tensor.elements < 0 ? CountOf(tensor.shape) : tensor.elements;
  encoder::Shape strides = tensor.strides;
  if (strides.empty()) {
    int64_t step = 1;
    for (size_t i = tensor.shape.size(); i-- > 0; step *= tensor.shape[i]) strides.insert(strides.begin(), step);
  }
  const std::string storage = PickledTuple(PickledText("storage") + Global("torch", StorageClass(tensor.type)) + PickledText(tensor.key) +
                                           PickledText("cpu") + PickledInteger(elements)) + "Q";
  return PickledCall("torch._utils", "_rebuild_tensor_v2",
                     PickledTuple(storage + PickledInteger(tensor.first) + Integers(tensor.shape) + Integers(strides) + "\x89" +
                                  PickledCall("collections", "OrderedDict", PickledTuple(""))));
}

std::string TorchFileOf(TorchFile kind, const std::vector<StoredWeight>& weights) {
  if (kind == TorchFile::kLegacy) return LegacyFile(weights);
  std::string value = kind == TorchFile::kTorchScript ? ModuleTree(weights) : StateDict(weights, kind == TorchFile::kWrapped ? "module." : "");
  if (kind == TorchFile::kWrapped) value = "}(" + PickledText("epoch") + PickledInteger(3) + PickledText("state_dict") + value + "u";
  std::vector<ZipFile> files = {{"archive/data.pkl", PickleOf(value)}, {"archive/byteorder", "little"}, {"archive/version", "3\n"}};
  for (size_t i = 0; i < weights.size(); ++i) files.push_back({"archive/data/" + std::to_string(i), ValueBytes(weights[i])});
  return ZipOf(files);
}

}  // namespace fovea::test
