#pragma once
// Base64 in both alphabets of RFC 4648: the standard one with padding, and the one for addresses without.
//
// Owns:    nothing.
// Threads: any thread may call.
// Errors:  decoding is strict: a foreign character, white space, missing or superfluous padding, or bits that are set
//          after the last byte give nullopt.
// Units:   none.
#include <optional>
#include <string>
#include <string_view>

namespace fovea::api {

std::string EncodeBase64(std::string_view bytes);
std::optional<std::string> DecodeBase64(std::string_view text);
std::string EncodeBase64Url(std::string_view bytes);
std::optional<std::string> DecodeBase64Url(std::string_view text);

}  // namespace fovea::api
