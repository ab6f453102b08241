// Writes one small weights file of each kind into a folder: seeds for safetensors_fuzzer and pickle_fuzzer.
#include <fstream>
#include <iostream>

#include "tests/support/torch_archive.h"

namespace {

using namespace fovea::test;

StoredWeight Weight(const std::string& name, const fovea::encoder::Shape& shape, std::vector<float> values, const std::string& type) {
  return {.name = name, .shape = shape, .values = [values = std::move(values)] { return values; }, .type = type};
}

void Write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make_weights_seeds FOLDER\n";
    return 1;
  }
  const std::string folder = argv[1];
  const std::vector<StoredWeight> weights = {Weight("visual.proj", {2, 2}, {1, 2, 3, 4}, "F32"), Weight("ln_final.weight", {2}, {1, 2}, "F16"),
                                             Weight("logit_scale", {}, {4}, "BF16"), Weight("vocab_size", {}, {514}, "I64")};
  WriteSafetensors(folder + "/weights.safetensors", weights);
  const char* const names[] = {"state_dict", "wrapped", "torchscript", "legacy"};
  for (const TorchFile kind : {TorchFile::kStateDict, TorchFile::kWrapped, TorchFile::kTorchScript, TorchFile::kLegacy}) {
    const std::string bytes = TorchFileOf(kind, weights), name = names[static_cast<int>(kind)];
    Write(folder + "/" + name + ".pt", bytes);
    const size_t begin = bytes.find("\x80\x02"), end = bytes.find("PK\x03\x04", begin);
    if (end != std::string::npos) Write(folder + "/" + name + ".pkl", bytes.substr(begin, end - begin));
  }
  return 0;
}
