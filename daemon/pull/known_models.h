#pragma once
// KnownModels is a table of published CLIP models whose layouts the encoder reads, so that a user can choose.
//
// Owns:    constants.
// Threads: any.
// Errors:  none.
// Units:   parameters in numbers, downloads in MiB (about), pictures in pixels.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace fovea::daemon {

struct KnownModel {
  std::string_view name;      // what `fovea model pull` takes: OpenAI's name with dashes, or a Hugging Face repository
  std::string_view sha256;    // of OpenAI's file; empty for a repository
  int64_t parameters = 0;
  int dim = 0;
  int image_px = 0;
  int64_t download_mib = 0;
  std::string_view licence;
  std::string_view quality;   // beside the others of this table
  std::string_view languages = "English";

  // Of the weights as fp32, which is how a CPU runs them.
  int64_t MemoryMib() const { return parameters * 4 / (1 << 20); }
  // The name of OpenAI's file: "ViT-B-32.pt".
  std::string FileName() const;
};

std::span<const KnownModel> KnownModels();
// By name in any of its spellings ("ViT-B/32", "ViT-L/14@336px"); null when there is none.
const KnownModel* FindKnownModel(std::string_view name);

}  // namespace fovea::daemon
