#pragma once
// OpenSafetensors reads the table of a safetensors file: a length, a JSON table of tensors, the data.
//
// Owns:    nothing; the result owns the open file.
// Threads: any.
// Errors:  kNotFound, kIo, kCorrupt, kUnsupported; the message names the file and the tensor. Nothing is allocated for
//          figures that the file's own size does not bear out. Never throws.
// Units:   as TensorFile.
#include <string>

#include "base/status.h"
#include "encoder/stored_tensors.h"

namespace fovea::encoder {

Result<TensorFile> OpenSafetensors(const std::string& path);

}  // namespace fovea::encoder
