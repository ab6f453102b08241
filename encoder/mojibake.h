#pragma once
// RepairMojibake guesses back text whose UTF-8 was read with a wrong code page: "cafÃ©" becomes "café".
//
// Owns:    nothing.
// Threads: any.
// Errors:  none; what cannot be guessed stays.
// Units:   code points of one line. The steps are ftfy 6.3's fix_encoding with its defaults.
#include <string>
#include <string_view>

namespace fovea::encoder {

std::u32string RepairMojibake(std::u32string_view line);

// Control characters 80..9F become the characters of Windows-1252, as browsers read them.
std::u32string RepairC1Controls(std::u32string_view text);

}  // namespace fovea::encoder
