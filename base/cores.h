#pragma once
// UsableCores says on how many cores this process may run: fewer than the machine has, under taskset or in a container.
//
// Owns:    nothing.   Threads: any thread.   Errors: none; at least 1.   Units: cores.
#include <cstddef>

namespace fovea {

size_t UsableCores();

}  // namespace fovea
