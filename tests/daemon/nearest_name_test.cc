// Misspelt names and what was probably meant.
// label: unit
#include "daemon/nearest_name.h"

#include <gtest/gtest.h>

namespace fovea::daemon {
namespace {

TEST(NearestName, CountsEdits) {
  EXPECT_EQ(EditDistance("", ""), 0u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("batch", "batch"), 0u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
  EXPECT_EQ(EditDistance("lsiten", "listen"), 1u) << "two neighbours swapped are one edit";
}

TEST(NearestName, FindsTheKnownNameWithTheFewestEdits) {
  EXPECT_EQ(NearestName("batchsize", {"batch_wait_ms", "batch_size", "listen"}), "batch_size");
  EXPECT_EQ(NearestName("lisen", {"batch_size", "listen"}), "listen");
}

TEST(NearestName, KeepsQuietWhenNothingIsNear) {
  EXPECT_EQ(NearestName("colour_of_the_sky", {"batch_size", "listen"}), "");
  EXPECT_EQ(Suggestion("colour_of_the_sky", {"batch_size"}), "");
}

}  // namespace
}  // namespace fovea::daemon
