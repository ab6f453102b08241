#pragma once
// How a DuplicateReport is stored: as the value "duplicates" in the catalog's column `index`.
//
// Owns:    nothing.
// Threads: pure functions.
// Errors:  kCorrupt for bytes that are no report, kUnsupported for one of a newer format.
// Units:   docs/on-disk-format.md, "The report on duplicates". 12 bytes per photo in a group, 13 per group.
#include <string>
#include <string_view>

#include "base/status.h"
#include "indexer/duplicates.h"

namespace fovea::indexer {

inline constexpr std::string_view kDuplicatesName = "duplicates";

std::string EncodeDuplicates(const DuplicateReport& report);
Result<DuplicateReport> DecodeDuplicates(std::string_view bytes);

}  // namespace fovea::indexer
