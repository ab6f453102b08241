#pragma once
// UTF-8 that has been through other programs: bytes lost or changed on the way are put right as far as can be told.
//
// Owns:    nothing.
// Threads: any.
// Errors:  DecodeLenientUtf8: nullopt if the bytes are no UTF-8 even so.
// Units:   bytes in, code points out. The rules are ftfy 6.3's.
#include <optional>
#include <string>
#include <string_view>

namespace fovea::encoder {

// A program took byte A0 for a space and wrote a space: byte A0 again where that makes a likely character.
std::string RestoreByteA0(std::string_view bytes);

// Byte 1A marks a lost byte ('?' sometimes does): a sequence that lacks one becomes U+FFFD.
std::string ReplaceLostSequences(std::string_view bytes);

// UTF-8, and also: characters above U+FFFF written as two surrogates, U+0000 written as C0 80.
std::optional<std::u32string> DecodeLenientUtf8(std::string_view bytes);

}  // namespace fovea::encoder
