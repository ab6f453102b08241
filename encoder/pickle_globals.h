#pragma once
// What a pickle may name: the few functions and classes that tensors and plain containers are made of. Nothing is ever
// called by its name; what a call would give is built here from its arguments.
//
// Owns:    nothing.
// Threads: any.
// Errors:  none; kRefused is for the caller to report.
// Units:   none.
#include <string_view>

namespace fovea::encoder {

enum class PickleGlobal {
  kRefused,
  kOrderedDict,    // collections.OrderedDict
  kTensor,         // torch._utils._rebuild_tensor_v2
  kFirstArgument,  // what gives back its first argument: torch._utils._rebuild_parameter, torch.Size, ...
  kStorageType,    // torch.FloatStorage, ...: named, never called
  kModule,         // a class of a TorchScript archive: "__torch__.multimodal.Clip"
};

// `name` with its module: "torch._utils._rebuild_parameter".
PickleGlobal FindPickleGlobal(std::string_view name);

}  // namespace fovea::encoder
