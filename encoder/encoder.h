#pragma once
// Encoder turns pictures and texts into CLIP features; ClipModel is the real one.
//
// Owns:    (an implementation) the weights, which never change after loading.
// Threads: one call at a time; DeviceQueue is what lets many threads share one Encoder.
// Errors:  kUnsupported for a tower that the model lacks; kInvalidArgument for a wrong size; kBusy when the device's memory does not hold so many rows, so that fewer may
//          go through (nothing else is kBusy); kInternal if the device fails. Never throws.
// Shapes:  features are rows x embed_dim, row-major fp32, NOT normalised (normalising is indexer/unit_vector.h's business).
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "encoder/preprocess_profile.h"

namespace fovea::encoder {

struct ModelInfo {
  std::string id;            // stable name + fingerprint of config and weights; vectors of different ids never mix
  std::string name;          // the folder's name, such as "fovea-tiny"
  std::string layout;        // "huggingface", "open_clip" or "openai"
  std::string architecture;  // such as "ViT 12 x 768, patch 32, 224 px; text 12 x 512"
  std::string description;   // what the model says of itself: what it knows and what it does not; may be empty
  bool has_image_tower = true;  // false: EncodeImages gives kUnsupported; there is one tower at least
  bool has_text_tower = true;   // false: EncodeTexts does
  int64_t image_size = 0;    // pixels, the side of the square input
  int64_t embed_dim = 0;
  int64_t context_length = 0;
  int64_t vocab_size = 0;
  int64_t parameters = 0;
  std::string device;            // "cpu", "cuda:0"
  std::string precision;         // "fp32", "fp16"
  std::string precision_reason;  // why, in words
};

// What the image tower eats: image_size x image_size x 3 bytes, RGB interleaved, rows from the top, already resized and
// cropped. (Division by 255, mean and std happen in the Encoder, on its device.)
struct ModelInput {
  std::vector<uint8_t> rgb;
};

struct Features {
  int64_t rows = 0;
  int64_t dim = 0;
  std::vector<float> values;  // rows x dim, row-major, not normalised
  std::span<const float> Row(int64_t i) const { return std::span(values).subspan(static_cast<size_t>(i * dim), static_cast<size_t>(dim)); }
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  virtual const ModelInfo& info() const = 0;
  // How a picture becomes this model's input; see encoder/preprocess.h.
  virtual const PreprocessProfile& preprocess() const = 0;
  // One row per input, in order. An empty batch gives no rows.
  virtual Result<Features> EncodeImages(std::span<const ModelInput> inputs) = 0;
  // One row per text, in order; a text longer than the context is cut as the reference cuts it.
  virtual Result<Features> EncodeTexts(std::span<const std::string> texts) = 0;
};

}  // namespace fovea::encoder
