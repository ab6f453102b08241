#pragma once
// PickleValues are the values that a pickle holds: plain containers, tensors not yet looked at, and module objects.
//
// Owns:    all values, in one list; they name each other by their place in it, so that a value may hold itself.
// Threads: a value type.
// Errors:  none.
// Units:   none.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace fovea::encoder {

using PickleId = uint32_t;

struct PickleValue {
  enum class Kind {
    kNone,
    kBool,     // integer
    kInteger,  // integer; `text` holds the bytes where they do not fit
    kNumber,   // a floating-point number; its value is of no use here and not kept
    kText,     // text, or bytes
    kTuple,    // items
    kList,     // items
    kDict,     // items: key, value, key, value
    kGlobal,   // text: "torch._utils._rebuild_tensor_v2"
    kStorage,  // items: what names a tensor's data in the archive
    kTensor,   // items: storage, offset, shape, strides, ...
    kObject,   // items: the attributes of a TorchScript module, as a dict's
  };
  Kind kind = Kind::kNone;
  int64_t integer = 0;
  std::string text;
  std::vector<PickleId> items;
};

struct PickleValues {
  std::vector<PickleValue> all;
  PickleId root = 0;
  size_t bytes = 0;  // of the pickle, up to and with its end
  const PickleValue& operator[](PickleId id) const { return all[id]; }
};

}  // namespace fovea::encoder
