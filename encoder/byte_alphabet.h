#pragma once
// ByteAlphabet writes every byte as one visible character, so that byte sequences can stand in a vocabulary file as text.
//
// Owns:    nothing.
// Threads: any.
// Errors:  none.
// Units:   bytes; symbols are UTF-8.
#include <array>
#include <cstdint>
#include <string>

namespace fovea::encoder {

// The bytes in the order in which a CLIP vocabulary begins: the printable ones, then the others.
const std::array<uint8_t, 256>& BytesInVocabularyOrder();
// The symbol of a byte.
std::string SymbolOfByte(uint8_t byte);

}  // namespace fovea::encoder
