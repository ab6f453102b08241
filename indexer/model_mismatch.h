#pragma once
// ModelMismatch says that a library was made with another model, and which commands go on or switch.
//
// Owns:    nothing.
// Threads: a pure function.
// Errors:  none; it makes the message of one.
// Units:   dimensions in numbers per vector.
#include <cstdint>
#include <string>

namespace fovea::indexer {

struct ModelsAtOdds {
  std::string library;     // the data folder
  uint64_t photos = 0;
  std::string stored_id;   // "name@fingerprint"
  int64_t stored_dim = 0;
  std::string asked_id;
  int64_t asked_dim = 0;
  std::string why_not = {};  // why it is not switched while it runs; empty: nobody asked for that
};

// One line, with commands that can be copied into a shell.
std::string ModelMismatch(const ModelsAtOdds& models);

}  // namespace fovea::indexer
