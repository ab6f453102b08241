#pragma once
// HasMojibakeSigns tells whether a text holds neighbours that nobody writes and a wrong code page makes, such as "Ã©".
//
// Owns:    nothing.
// Threads: any.
// Errors:  none.
// Units:   code points. The rules are those of ftfy 6.3's heuristic "badness".
#include <string_view>

namespace fovea::encoder {

bool HasMojibakeSigns(std::u32string_view text);

}  // namespace fovea::encoder
