#pragma once
// Writes files as torch.save and torch.jit.save write them: pickles, and the zip archives around them.
//
// Owns:    nothing.
// Threads: any.
// Errors:  none; whatever is asked for is written, sound or not.
// Units:   none.
#include <string>
#include <utility>
#include <vector>

#include "tests/support/model_folder_writer.h"

namespace fovea::test {

struct ZipFile {
  std::string name;
  std::string content;
};
enum class ZipFigures { k32, k64 };
// A zip archive of files as they are (not compressed); with k64 every figure of the directory stands in 64-bit fields.
std::string ZipOf(const std::vector<ZipFile>& files, ZipFigures figures = ZipFigures::k32);

// Parts of a pickle (protocol 2).
std::string PickledText(const std::string& text);
std::string PickledInteger(int64_t value);
std::string PickledTuple(const std::string& items);
// A call of module.name with the arguments (a pickled tuple).
std::string PickledCall(const std::string& module, const std::string& name, const std::string& arguments);
// The whole pickle of one value.
std::string PickleOf(const std::string& value);

// A tensor whose data is the entry `key`; strides are those of a tensor without gaps unless given.
struct PickledTensor {
  std::string key;
  std::string type = "F32";
  encoder::Shape shape;
  encoder::Shape strides = {};
  int64_t first = 0;
  int64_t elements = -1;  // of the storage; -1: as many as the shape has
};
std::string PickledTensorOf(const PickledTensor& tensor);

enum class TorchFile { kStateDict, kWrapped, kTorchScript, kLegacy };
// A whole file of `weights`; kWrapped is {"epoch": 3, "state_dict": {"module.NAME": tensor, ...}}.
std::string TorchFileOf(TorchFile kind, const std::vector<StoredWeight>& weights);

}  // namespace fovea::test
