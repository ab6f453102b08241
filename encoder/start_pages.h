#pragma once
// The pages of libraries' code that only their start touched. LibTorch registers thousands of operators when it is loaded, which leaves
// 50 MB of its code resident; what is called later is a fifth of that and comes back from the page cache at its first call.
//
// Owns:    nothing.
// Threads: any, at any time: code that is in use is fetched again.
// Errors:  none; where the kernel refuses, the pages stay.
// Units:   pages of the process; the files' pages stay in the kernel's cache.

namespace fovea::encoder {

// Takes the code pages of Torch's libraries out of this process's resident memory.
void LeaveStartPages();

}  // namespace fovea::encoder
