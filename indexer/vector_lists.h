#pragma once
// VectorLists parts vectors into lists around centroids, so that near ones meet in a list: each vector belongs to the list of its
// nearest centroid, and is a guest in those whose centroid is hardly farther.
//
// Owns:    4 bytes per vector, and 4 per guest (at most kMostGuests each).
// Threads: plain values once made.
// Errors:  MakeLists gives nothing when its team was stopped.
// Units:   rows of CodedVectors.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "indexer/coded_vectors.h"
#include "indexer/quiet_team.h"

namespace fovea::indexer {

// Members of numbered lists, in one array.
class Lists {
 public:
  Lists() = default;
  // member i belongs to list where[i].
  Lists(size_t lists, std::span<const uint32_t> where, std::span<const uint32_t> members);
  size_t count() const { return begins_.size() - 1; }
  std::span<const uint32_t> operator[](size_t list) const { return std::span(members_).subspan(begins_[list], begins_[list + 1] - begins_[list]); }

 private:
  std::vector<size_t> begins_ = {0};
  std::vector<uint32_t> members_;
};

struct VectorLists {
  Lists own, guests;
};

inline constexpr size_t kMostGuests = 5;  // lists in which a vector is a guest

struct ListOptions {
  size_t lists = 0;    // 0: some 3 times the root of the vectors' number; one for few
  float reach = 0.05f;  // a guest's centroid has at most this much less inner product than the nearest
};
// Spherical k-means on a sample, then every vector to its lists. `done` hears the share that is done.
std::optional<VectorLists> MakeLists(const CodedVectors& vectors, const ListOptions& options, const QuietTeam& team,
                                     const std::function<void(double)>& done);

}  // namespace fovea::indexer
