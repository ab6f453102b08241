#pragma once
// Filter says which photos a search may answer with: a tree of conditions on what is known of a photo.
//
// Owns:    plain values.
// Threads: value types.
// Errors:  none; what makes no sense is refused where a filter is read (api/filter_fields.h).
// Units:   times in local milliseconds (as the camera's clock showed), sizes in pixels and bytes, places in degrees, radii in metres.
//          A photo of which the asked-for fact is unknown does not fit, nor does it fit the opposite range; `kNot` of it does.
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "storage/records.h"

namespace fovea::indexer {

enum class Shape { kLandscape, kPortrait, kSquare };

struct Filter {
  enum class Kind {
    kAll,          // every one of `parts` fits; none: every photo
    kAny,          // one of `parts` fits; none: no photo
    kNot,          // parts.front() does not
    kFolder,       // a path lies in or below the folder `text` (absolute, no slash at the end)
    kGlob,         // a path fits the pattern `text`: * and ? within a name, ** across folders, [abc]
    kTaken,        // least <= local time < most
    kMonth,        // `number`, 1 to 12, of any year
    kCamera,       // the camera's name holds `text`, in any case
    kLens,
    kType,         // "jpeg", "png", …
    kShape,
    kRoot,         // a path lies below root `number`
    kWidth,        // least <= value <= most
    kHeight,
    kPixels,
    kBytes,
    kBox,          // south <= latitude <= north, west <= longitude <= east; west > east goes across the 180th meridian
    kRadius,       // at most radius_m from the place
    kTag,          // has the tag `text`, byte for byte
  };
  Kind kind = Kind::kAll;
  std::vector<Filter> parts = {};
  std::string text = {};
  int64_t number = 0;
  Shape shape = Shape::kLandscape;
  int64_t least = std::numeric_limits<int64_t>::min();  // kTaken: from
  int64_t most = std::numeric_limits<int64_t>::max();   // kTaken: to, not included
  double south = 0, west = 0, north = 0, east = 0;
  double latitude = 0, longitude = 0, radius_m = 0;

  bool operator==(const Filter&) const = default;
};

}  // namespace fovea::indexer
