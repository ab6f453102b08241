#pragma once
// FOVEA_CPU_CLONES before a function compiles it several times, for AVX-512, AVX2 and any x86-64; the loader picks the best
// that the machine has. Only plain loops belong in such a function: what it calls is not compiled again unless inlined.
//
// Owns:    nothing.
// Threads: any.
// Errors:  none. Under a sanitizer there is one form only: its runtime is not ready yet when the loader picks.
// Units:   none.
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
#define FOVEA_CPU_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOVEA_CPU_CLONES
#endif
