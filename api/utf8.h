#pragma once
// IsUtf8 and ToUtf8: what may be shown as text, and how bytes that are no text are shown.
//
// Owns:    nothing.
// Threads: any thread may call.
// Errors:  none; overlong forms, surrogates and code points above U+10FFFF are not UTF-8.
// Units:   none.
#include <string>
#include <string_view>

namespace fovea::api {

bool IsUtf8(std::string_view bytes);
// `bytes` with each byte that belongs to no valid sequence replaced by U+FFFD.
std::string ToUtf8(std::string_view bytes);

}  // namespace fovea::api
