#pragma once
// StateOf finds the named tensors in the values of a pickle, as a model's state dict has them.
//
// Owns:    nothing.
// Threads: any.
// Errors:  kCorrupt for tensors that make no sense, by name; the data they lie in is the caller's business (Locate).
// Units:   elements.
#include <functional>
#include <string>

#include "base/status.h"
#include "encoder/pickle_values.h"
#include "encoder/stored_tensors.h"

namespace fovea::encoder {

// The data that tensors are views of, as a pickle names it.
struct StorageName {
  std::string key;
  TensorType type = TensorType::kFloat32;
  int64_t elements = 0;
};
// The storage that a value of kind kStorage names.
Result<StorageName> ReadStorageName(const PickleValues& values, PickleId id);

// Where the data of a storage begins in the file; it has checked that all its elements are there.
using Locate = std::function<Result<int64_t>(const StorageName&)>;

Result<TensorTable> StateOf(const PickleValues& values, const Locate& locate);

}  // namespace fovea::encoder
