#pragma once
// RepairText undoes what programs do to text on its way: entities, ligatures, curly quotes, wide forms, control characters.
//
// Owns:    nothing.
// Threads: any.
// Errors:  none.
// Units:   code points. The steps are those of ftfy 6.3's fix_text with its defaults but for one: text that was decoded
//          with the wrong character set is not guessed back (encoder/README.md).
#include <string>
#include <string_view>

namespace fovea::encoder {

std::u32string RepairText(std::u32string_view text);

}  // namespace fovea::encoder
