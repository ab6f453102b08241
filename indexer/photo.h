#pragma once
// Photo is a stored picture with all places where it lies, as the library gives it.
//
// Owns:    plain values.
// Threads: values of whoever holds them.
// Errors:  none.
// Units:   those of storage/records.h.
#include <string>
#include <vector>

#include "storage/records.h"

namespace fovea::indexer {

using storage::PhotoId;
using storage::RootId;

struct PhotoPath {
  RootId root;
  std::string path;       // absolute, as the file system has it (may not be UTF-8)
  bool offline = false;   // its root is not there at the moment
};
struct Photo {
  storage::PhotoRecord record;
  std::vector<PhotoPath> paths;  // at least one, those online first
  std::vector<std::string> tags = {};  // of a photo that was asked for alone
  bool offline() const { return paths.empty() || paths.front().offline; }
};

}  // namespace fovea::indexer
