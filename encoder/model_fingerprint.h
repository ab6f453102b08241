#pragma once
// ModelFingerprint tells models apart without reading all of their weights: vectors of different fingerprints never mix.
//
// Owns:    nothing.
// Threads: any.
// Errors:  kIo, kCorrupt from the files. Never throws.
// Units:   16 lower-case hex digits of a SHA-256 over the configuration and tokenizer files, each weights file's table and
//          size, and 64 samples of 4 KiB spread over its data. Neither path nor name of the folder goes in.
#include <string>
#include <vector>

#include "base/status.h"
#include "encoder/weight_files.h"

namespace fovea::encoder {

// `small_files` are absolute paths; they are read whole.
Result<std::string> ModelFingerprint(const std::vector<std::string>& small_files, const WeightFiles& weights);

}  // namespace fovea::encoder
