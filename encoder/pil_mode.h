#pragma once
// PilModeOf tells from a file's header in which of its modes PIL would hold the picture, as far as that changes a resize.
//
// Owns:    nothing.
// Threads: pure function.
// Errors:  none: a header that cannot be read counts as plain colour; the decoder refuses the file anyway.
// Units:   colours are R, G, B.
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "encoder/decoder.h"
#include "encoder/picture_format.h"
#include "encoder/sample_rows.h"

namespace fovea::encoder {

struct PilMode {
  ColourModel model = ColourModel::kColour;
  // What a GIF's palette holds where its first frame lets the background through: PIL shows that colour.
  std::optional<std::array<uint8_t, 3>> behind = {};
};

PilMode PilModeOf(PictureFormat format, std::string_view bytes, const SampleKind& kind);

}  // namespace fovea::encoder
