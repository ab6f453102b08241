#pragma once
// ReadPickle reads one pickle (protocols 0 to 5) of a weights file, building values of PickleValues and running nothing.
//
// Owns:    nothing.
// Threads: any.
// Errors:  kUnsupported for whatever is not a tensor or a plain container, by its name ("posix.system"); kCorrupt for a cut
//          or senseless one, with the byte. Never throws.
// Units:   bytes. At most 1,000,000 values with 1,000,000 items are built, whatever the pickle says;
//          nothing is done recursively.
#include <string_view>

#include "base/status.h"
#include "encoder/pickle_values.h"

namespace fovea::encoder {

// The pickle at the beginning of `bytes`.
Result<PickleValues> ReadPickle(std::string_view bytes);

}  // namespace fovea::encoder
