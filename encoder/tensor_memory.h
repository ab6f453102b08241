#pragma once
// UseTensorMemory puts Torch's CPU tensors, weights and activations alike, into a BlockCache of the process.
//
// Owns:    the cache, until the process ends.
// Threads: call once, before the first model is loaded.
// Errors:  none.
// Units:   the cache keeps at most 512 MiB of blocks that no tensor uses.

namespace fovea::encoder {

void UseTensorMemory();

}  // namespace fovea::encoder
