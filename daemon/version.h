#pragma once
// Version is the release this program was built from, as CMakeLists.txt names it.
//
// Owns:    nothing.
// Threads: any.
// Errors:  none.
// Units:   none.
#include <string_view>

namespace fovea::daemon {

std::string_view Version();

}  // namespace fovea::daemon
