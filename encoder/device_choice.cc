#include "encoder/device_choice.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "base/log.h"

namespace fovea::encoder {
namespace {

constexpr std::array<std::pair<std::string_view, NumberFormat>, 4> kFormats = {{{"fp32", NumberFormat::kFloat32},
                                                                                 {"fp16", NumberFormat::kFloat16},
                                                                                 {"bf16", NumberFormat::kBfloat16},
                                                                                 {"int8", NumberFormat::kInt8}}};
constexpr const char* kAskedFor = "asked for in the settings";

// What was asked for; nothing for "auto".
Result<std::optional<NumberFormat>> Parse(const std::string& precision) {
  if (precision == "auto") return std::optional<NumberFormat>();
  for (const auto& [name, format] : kFormats) {
    if (precision == name) return std::optional<NumberFormat>(format);
  }
  return Failed(InvalidArgument("precision: found \"" + precision + "\", expected auto, fp32, fp16, bf16 or int8"));
}

Result<DeviceAndFormat> OnCuda(DeviceAndFormat choice, std::optional<NumberFormat> wanted) {
  if (wanted == NumberFormat::kBfloat16 || wanted == NumberFormat::kInt8) {
    return Failed(Unsupported("precision: " + ToString(*wanted) + " is for CPUs; a CUDA device takes fp16 or fp32"));
  }
  choice.format = wanted.value_or(NumberFormat::kFloat16);
  choice.reason = wanted ? kAskedFor : "a CUDA device computes fastest in fp16";
  return choice;
}

Result<DeviceAndFormat> OnCpu(DeviceAndFormat choice, std::optional<NumberFormat> wanted, const ClipConfig& config) {
  if (wanted == NumberFormat::kFloat16) return Failed(Unsupported("precision: fp16 needs a CUDA device; on a CPU it is slower than fp32"));
  if (wanted == NumberFormat::kBfloat16 && !CpuHasBfloat16()) {
    return Failed(Unsupported("precision: bf16 needs a CPU with AVX512-BF16 or AMX; on this one it is far slower than fp32"));
  }
  if (wanted) {
    choice.format = *wanted;
    choice.reason = kAskedFor;
  } else if (std::holds_alternative<ModifiedResnetConfig>(config.vision)) {
    choice.reason = "a ResNet keeps its exactness in fp32 only";
  } else if (CpuHasBfloat16()) {
    choice.format = NumberFormat::kBfloat16;
    choice.reason = "the CPU has bf16 instructions";
  } else {
    choice.reason = "the CPU has no bf16 instructions";
  }
  return choice;
}

}  // namespace

#if defined(__x86_64__)
bool CpuHasBfloat16() { return __builtin_cpu_supports("avx512bf16") != 0; }
bool CpuHasVnni() { return __builtin_cpu_supports("avx512vnni") != 0 && __builtin_cpu_supports("avx512vl") != 0; }
#else
bool CpuHasBfloat16() { return false; }
bool CpuHasVnni() { return false; }
#endif

std::string ToString(NumberFormat format) {
  for (const auto& [name, named] : kFormats) {
    if (named == format) return std::string(name);
  }
  return "unknown";
}

Result<DeviceAndFormat> ChooseDevice(const ClipModelOptions& options, const ClipConfig& config) {
  ASSIGN_OR_RETURN(const std::optional<NumberFormat> wanted, Parse(options.precision));
  const bool cuda = options.device != DeviceChoice::kCpu && CudaIsThere();
  if (options.device == DeviceChoice::kCuda && !cuda) {
    return Failed(Unsupported("device: cuda was asked for, but this LibTorch or this machine has no CUDA device"));
  }
  if (cuda && (options.cuda_index < 0 || options.cuda_index >= CudaDevices())) {
    return Failed(Unsupported(StrCat("device: cuda:", options.cuda_index, " was asked for, this machine has ", CudaDevices(), ", from cuda:0 on")));
  }
  DeviceAndFormat choice{.device = cuda ? Device::kCuda : Device::kCpu, .cuda_index = options.cuda_index, .format = NumberFormat::kFloat32, .reason = {}};
  return cuda ? OnCuda(choice, wanted) : OnCpu(choice, wanted, config);
}

}  // namespace fovea::encoder
