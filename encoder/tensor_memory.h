#pragma once
// The memory of Torch's CPU tensors, weights and activations alike: a BlockCache of the process.
//
// Owns:    the cache, until the process ends.
// Threads: UseTensorMemory once, before the first model is loaded; TrimTensorMemory any.
// Errors:  none.
// Units:   the cache keeps at most 512 MiB of blocks that no tensor uses.

namespace fovea::encoder {

void UseTensorMemory();
// Gives back what loading a model needed for a while.
void TrimTensorMemory();

}  // namespace fovea::encoder
