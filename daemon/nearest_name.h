#pragma once
// NearestName finds what somebody who misspelt a name probably meant.
//
// Owns:    nothing.
// Threads: any thread; a pure function.
// Errors:  an empty answer when nothing is near enough to be a help.
// Units:   edits: letters put in, left out, changed, or two neighbours swapped.
#include <string>
#include <string_view>
#include <vector>

namespace fovea::daemon {

size_t EditDistance(std::string_view a, std::string_view b);
// The known name with the fewest edits, at most a third of the letters (and two in short names); else "".
std::string NearestName(std::string_view name, const std::vector<std::string>& known);
// ` (did you mean "batch_size"?)`, or "".
std::string Suggestion(std::string_view name, const std::vector<std::string>& known);

}  // namespace fovea::daemon
