#include "encoder/pickled_state.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/log.h"

namespace fovea::encoder {
namespace {

using Kind = PickleValue::Kind;

constexpr int kMostDepth = 32;          // of modules inside modules
constexpr size_t kMostSteps = 1 << 20;  // containers may hold each other many times over

constexpr std::array<std::pair<std::string_view, TensorType>, 10> kStorageTypes = {{{"torch.FloatStorage", TensorType::kFloat32},
                                                                                   {"torch.HalfStorage", TensorType::kFloat16},
                                                                                   {"torch.BFloat16Storage", TensorType::kBfloat16},
                                                                                   {"torch.DoubleStorage", TensorType::kFloat64},
                                                                                   {"torch.LongStorage", TensorType::kInt64},
                                                                                   {"torch.IntStorage", TensorType::kInt32},
                                                                                   {"torch.ShortStorage", TensorType::kInt16},
                                                                                   {"torch.CharStorage", TensorType::kInt8},
                                                                                   {"torch.ByteStorage", TensorType::kUint8},
                                                                                   {"torch.BoolStorage", TensorType::kBool}}};

// A tuple of a few counts, or nullopt.
std::optional<Shape> AsCounts(const PickleValues& values, PickleId id) {
  const PickleValue& tuple = values[id];
  if ((tuple.kind != Kind::kTuple && tuple.kind != Kind::kList) || tuple.items.size() > kMostDimensions) return std::nullopt;
  Shape counts;
  for (const PickleId item : tuple.items) {
    if (values[item].kind != Kind::kInteger || values[item].integer < 0) return std::nullopt;
    counts.push_back(values[item].integer);
  }
  return counts;
}

// Strides of a tensor without gaps say nothing; an extent of 1 may have any.
bool IsRowMajor(const Shape& shape, const Shape& strides) {
  int64_t expected = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    if (shape[i] != 1 && strides[i] != expected) return false;
    expected *= shape[i];
  }
  return true;
}

// The elements from the first to the last, or nullopt when that does not fit 63 bits.
std::optional<int64_t> Reach(const Shape& shape, const Shape& strides) {
  int64_t last = 0;
  for (size_t i = 0; i < shape.size(); ++i) {
    int64_t step = 0;
    if (shape[i] == 0) return 0;
    if (__builtin_mul_overflow(shape[i] - 1, strides[i], &step) || __builtin_add_overflow(last, step, &last)) return std::nullopt;
  }
  return last == INT64_MAX ? std::nullopt : std::optional(last + 1);
}

class State {
 public:
  State(const PickleValues& values, const Locate& locate) : values_(values), locate_(locate) {}

  Status Add(PickleId id, const std::string& name, int depth) {
    const PickleValue& value = values_[id];
    if (value.kind == Kind::kTensor) return AddTensor(value, name);
    const bool module = value.kind == Kind::kObject;
    if (!module && (value.kind != Kind::kDict || depth > 0)) return Status::Ok();  // of a state dict's values only tensors count
    if (depth > kMostDepth) return Corrupt(StrCat("\"", name.substr(0, 80), "\": modules more than ", kMostDepth, " deep"));
    for (size_t i = 0; i + 1 < value.items.size(); i += 2) {
      if (++steps_ > kMostSteps) return Corrupt("its containers hold more than a model can");
      const PickleValue& key = values_[value.items[i]];
      if (key.kind != Kind::kText) continue;
      RETURN_IF_ERROR(Add(value.items[i + 1], name.empty() ? key.text : name + "." + key.text, depth + 1));
    }
    return Status::Ok();
  }

  TensorTable Take() { return std::move(tensors_); }

 private:
  Status AddTensor(const PickleValue& value, const std::string& name) {
    Result<StoredTensor> tensor = ReadTensor(value);
    if (!tensor) return tensor.error().WithContext(StrCat("tensor \"", name.substr(0, 200), "\""));
    tensors_.insert_or_assign(name, *std::move(tensor));
    return Status::Ok();
  }

  // Arguments: storage, offset, shape, strides, ...
  Result<StoredTensor> ReadTensor(const PickleValue& value) {
    if (value.items.size() < 4) return Failed(Corrupt("expected storage, offset, shape and strides"));
    ASSIGN_OR_RETURN(const StorageName storage, ReadStorageName(values_, value.items[0]));
    const PickleValue& first = values_[value.items[1]];
    const std::optional<Shape> shape = AsCounts(values_, value.items[2]), strides = AsCounts(values_, value.items[3]);
    if (first.kind != Kind::kInteger || first.integer < 0 || !shape || !strides || shape->size() != strides->size()) {
      return Failed(Corrupt(StrCat("expected an offset and at most ", kMostDimensions, " extents with as many strides, none below 0")));
    }
    const std::optional<int64_t> reach = Reach(*shape, *strides), bytes = BytesOf(*shape, storage.type);
    const int64_t size = BytesPerElement(storage.type);
    if (!reach || *reach > storage.elements || first.integer > storage.elements - *reach || !bytes || *bytes > *reach * size) {
      return Failed(Corrupt(StrCat("shape ", ToString(*shape), " with strides ", ToString(*strides), " from element ", first.integer,
                                   " does not lie in the ", storage.elements, " elements it is given")));
    }
    ASSIGN_OR_RETURN(const int64_t offset, locate_(storage));
    return StoredTensor{.type = storage.type, .shape = *shape, .strides = IsRowMajor(*shape, *strides) ? Shape() : *strides,
                        .offset = offset + first.integer * size, .bytes = *reach * size};
  }

  const PickleValues& values_;
  const Locate& locate_;
  size_t steps_ = 0;
  TensorTable tensors_;
};

// The value under a text key of a dict; the last one counts.
std::optional<PickleId> Find(const PickleValues& values, PickleId dict, std::string_view key) {
  std::optional<PickleId> found;
  const std::vector<PickleId>& items = values[dict].items;
  for (size_t i = 0; i + 1 < items.size(); i += 2) {
    if (values[items[i]].kind == Kind::kText && values[items[i]].text == key) found = items[i + 1];
  }
  return found;
}

}  // namespace

Result<StorageName> ReadStorageName(const PickleValues& values, PickleId id) {
  // ("storage", type, key, where it was, elements), and in old files a view that none of ours has.
  const std::vector<PickleId>& parts = values[id].items;
  const bool whole = values[id].kind == Kind::kStorage && parts.size() >= 5 && values[parts[0]].text == "storage" &&
                     values[parts[1]].kind == Kind::kGlobal && values[parts[2]].kind == Kind::kText &&
                     values[parts[4]].kind == Kind::kInteger && values[parts[4]].integer >= 0;
  if (!whole || (parts.size() > 5 && values[parts[5]].kind != Kind::kNone)) return Failed(Corrupt("its storage is not named as torch.save names one"));
  const auto type = std::ranges::find(kStorageTypes, std::string_view(values[parts[1]].text), &std::pair<std::string_view, TensorType>::first);
  if (type == kStorageTypes.end()) return Failed(Unsupported("numbers of " + values[parts[1]].text));
  const int64_t elements = values[parts[4]].integer;
  if (!BytesOf({elements}, type->second)) return Failed(Corrupt(StrCat("a storage of ", elements, " elements")));
  return StorageName{.key = values[parts[2]].text, .type = type->second, .elements = elements};
}

Result<TensorTable> StateOf(const PickleValues& values, const Locate& locate) {
  PickleId root = values.root;
  if (values[root].kind != Kind::kDict && values[root].kind != Kind::kObject) {
    return Failed(Corrupt("found neither a state dict nor a module, expected one of them"));
  }
  const std::optional<PickleId> inner = Find(values, root, "state_dict");
  if (inner && values[*inner].kind == Kind::kDict) root = *inner;
  State state(values, locate);
  RETURN_IF_ERROR(state.Add(root, "", 0));
  return state.Take();
}

}  // namespace fovea::encoder
