#pragma once
// PhotoSet is a set of photos by id, as a compressed bitmap (CRoaring): what is kept for each camera, month, folder, tag.
//
// Owns:    its ids.
// Threads: a value type.
// Errors:  none. Requires: ids below 2^32, which the catalog gives for the first four thousand million photos.
// Units:   photo ids; some bits per photo.
#include <roaring/roaring.hh>

#include <cstdint>
#include <span>

#include "storage/records.h"

namespace fovea::indexer {

using PhotoSet = ::Roaring;

inline uint32_t SetKey(storage::PhotoId id) { return static_cast<uint32_t>(id.value); }

// Sets the photos' bits (photo_bits.h); ids beyond the last one are passed over. Of large sets whole words are copied.
void AddTo(const PhotoSet& photos, std::span<uint64_t> bits);

}  // namespace fovea::indexer
