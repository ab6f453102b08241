#pragma once
// PhotoSet is a set of photos by id, as a compressed bitmap (CRoaring).
//
// Owns:    its ids.
// Threads: a value type.
// Errors:  none. Requires: ids below 2^32, which the catalog gives for the first four thousand million photos.
// Units:   photo ids; some bits per photo.
#include <roaring/roaring.hh>

#include <cstdint>

#include "storage/records.h"

namespace fovea::indexer {

using PhotoSet = ::Roaring;

inline uint32_t SetKey(storage::PhotoId id) { return static_cast<uint32_t>(id.value); }

}  // namespace fovea::indexer
