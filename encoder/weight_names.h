#pragma once
// StoredNames says under which names a layout's files hold a tensor of the internal (OpenAI) layout, and in which form.
//
// Owns:    nothing.
// Threads: any.
// Errors:  none.
// Shapes:  the named tensors' rows one under another, then transposed if `transposed`, are the internal tensor.
#include <string>
#include <string_view>
#include <vector>

#include "encoder/clip_config.h"

namespace fovea::encoder {

struct StoredName {
  std::vector<std::string> parts;
  bool transposed = false;
};

// How the files at hand name their tensors, told by what is in them and not by their configuration: a flat file serves one
// with a nested text tower, and the reverse. OpenAI's and open_clip's names are the same; the two in the middle are of open_clip
// alone, the last one of transformers: its newer exports of one tower without projection leave the tower's name out.
struct WeightNaming {
  Layout layout = Layout::kOpenClip;
  std::string text_prefix = "";         // before the names of a nested text tower: "text."
  bool linear_text_projection = false;  // text_projection.weight [embed_dim, width] in place of text_projection
  bool unnamed_tower = false;           // embeddings.* and encoder.* in place of vision_model.* or text_model.*
};

StoredName StoredNames(const WeightNaming& naming, const std::string& key);

// Whether a name belongs to a CLIP file but holds nothing that encoding needs (logit_scale, position_ids, ...).
bool IsNotNeeded(std::string_view name);

}  // namespace fovea::encoder
