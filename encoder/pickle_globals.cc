#include "encoder/pickle_globals.h"

#include <array>
#include <utility>

namespace fovea::encoder {
namespace {

using enum PickleGlobal;

constexpr std::array<std::pair<std::string_view, PickleGlobal>, 20> kKnown = {{
    {"collections.OrderedDict", kOrderedDict},
    {"torch._utils._rebuild_tensor_v2", kTensor},
    {"torch._utils._rebuild_tensor", kTensor},
    {"torch._utils._rebuild_parameter", kFirstArgument},
    {"torch.Size", kFirstArgument},
    {"torch.jit._pickle.build_intlist", kFirstArgument},
    {"torch.jit._pickle.build_tensorlist", kFirstArgument},
    {"torch.jit._pickle.build_doublelist", kFirstArgument},
    {"torch.jit._pickle.build_boollist", kFirstArgument},
    {"torch.jit._pickle.restore_type_tag", kFirstArgument},
    {"torch.FloatStorage", kStorageType},
    {"torch.HalfStorage", kStorageType},
    {"torch.BFloat16Storage", kStorageType},
    {"torch.DoubleStorage", kStorageType},
    {"torch.LongStorage", kStorageType},
    {"torch.IntStorage", kStorageType},
    {"torch.ShortStorage", kStorageType},
    {"torch.CharStorage", kStorageType},
    {"torch.ByteStorage", kStorageType},
    {"torch.BoolStorage", kStorageType},
}};

}  // namespace

PickleGlobal FindPickleGlobal(std::string_view name) {
  for (const auto& [known, meaning] : kKnown) {
    if (name == known) return meaning;
  }
  return name.starts_with("__torch__.") ? kModule : kRefused;
}

}  // namespace fovea::encoder
