#pragma once
// ChooseDevice picks the device and the number format that a model runs in, from what was asked for and what the machine has.
//
// Owns:    nothing.
// Threads: any.
// Errors:  kInvalidArgument for a word that is no number format, kUnsupported for what this machine or this LibTorch lacks.
// Units:   none.
#include <string>

#include "base/status.h"
#include "encoder/clip_config.h"
#include "encoder/clip_model.h"
#include "encoder/clip_towers.h"

namespace fovea::encoder {

// Whether the CPU multiplies bf16 (AVX512-BF16, AMX) or bytes (AVX512-VNNI, AVX-VNNI) by instructions of its own. Without
// them bf16 was measured 400 times slower than fp32.
bool CpuHasBfloat16();
bool CpuHasVnni();

struct DeviceAndFormat {
  Device device = Device::kCpu;
  int cuda_index = 0;
  NumberFormat format = NumberFormat::kFloat32;
  std::string reason;  // why, in words, for the log and /v1/status
};

// `config` is the model's: a ResNet is not computed in bf16 unless that is asked for, because its pictures come out too far from
// fp32 (cosine 0.962 at worst with fovea-tiny; the promise is 0.999).
Result<DeviceAndFormat> ChooseDevice(const ClipModelOptions& options, const ClipConfig& config);

// "fp32", "fp16", "bf16", "int8"
std::string ToString(NumberFormat format);

}  // namespace fovea::encoder
