#pragma once
// OpenPickledTensors reads the table of a file that torch.save or torch.jit.save wrote: a zip archive with a pickle in it,
// or (torch before 1.6) a row of pickles with the data behind them. Of a TorchScript archive the modules' attributes are
// read and its code never looked at.
//
// Owns:    nothing; the result owns the open file.
// Threads: any.
// Errors:  kNotFound, kIo; kUnsupported for whatever is no tensor and no plain container, by name; kCorrupt with the tensor
//          or zip entry. Never throws. Nothing is allocated for figures that the file's own size does not bear out.
// Units:   as TensorFile. Names are those of a state dict: attributes joined by dots; `state_dict` around it is taken off.
#include <string>

#include "base/status.h"
#include "encoder/stored_tensors.h"

namespace fovea::encoder {

// Whether a file that begins so, with nine bytes where it has as many, is one of these.
bool LooksPickled(std::string_view beginning);

Result<TensorFile> OpenPickledTensors(const std::string& path);

}  // namespace fovea::encoder
