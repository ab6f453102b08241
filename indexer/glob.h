#pragma once
// GlobMatches compares a path with a pattern: * and ? stay within a name, ** goes across folders, [abc], [a-z], [!a] one byte.
//
// Owns:    nothing.
// Threads: any.
// Errors:  none: a bracket that is never closed stands for itself.
// Units:   bytes. Takes at most pattern x path steps.
#include <string_view>

namespace fovea::indexer {

bool GlobMatches(std::string_view pattern, std::string_view path);

// The part before the first special sign, up to its last slash: what every path that fits begins with.
std::string_view FixedPartOf(std::string_view pattern);

}  // namespace fovea::indexer
