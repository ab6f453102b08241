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

// `text_prefix` is what an open_clip file with a nested text tower puts before the text tower's names ("text.").
StoredName StoredNames(Layout layout, std::string_view text_prefix, const std::string& key);

// Whether a name belongs to a CLIP file but holds nothing that encoding needs (logit_scale, position_ids, ...).
bool IsNotNeeded(std::string_view name);

}  // namespace fovea::encoder
