#pragma once
// CleanText brings a text to the form that CLIP's vocabulary was made for: repaired, unescaped, spaces collapsed, small letters.
//
// Owns:    nothing.
// Threads: any.
// Errors:  none; any bytes are taken.
// Units:   UTF-8 in, code points out. The steps are the original's: RepairText, HTML unescaping twice, whitespace, lower case.
#include <string>
#include <string_view>

namespace fovea::encoder {

std::u32string CleanText(std::string_view utf8);

}  // namespace fovea::encoder
