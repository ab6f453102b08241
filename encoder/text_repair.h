#pragma once
// RepairText undoes what programs do to text on its way: wrong code pages, entities, ligatures, curly quotes, controls.
//
// Owns:    nothing.
// Threads: any.
// Errors:  none.
// Units:   code points. The steps are those of ftfy 6.3's fix_text with its defaults, line by line.
#include <string>
#include <string_view>

namespace fovea::encoder {

std::u32string RepairText(std::u32string_view text);

}  // namespace fovea::encoder
