#include "base/memory.h"
// label: unit

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace fovea {
namespace {

using test::TempDir;

class Memory : public ::testing::Test {
 protected:
  Memory() {
    folder_.Write("meminfo", "MemTotal:       8000 kB\nMemFree:        100 kB\nMemAvailable:   4000 kB\n");
    folder_.Write("cgroup", "0::/fovea.slice/daemon\n");
  }
  std::optional<uint64_t> Available() const {
    return AvailableMemory({.meminfo = folder_ / "meminfo", .groups_of_process = folder_ / "cgroup", .groups = folder_ / "groups"});
  }
  const TempDir folder_;
};

TEST_F(Memory, IsWhatTheKernelSaysWhereNoGroupHasALimit) {
  EXPECT_EQ(Available(), 4000u * 1024);
  folder_.Write("groups/fovea.slice/daemon/memory.max", "max\n");
  folder_.Write("groups/fovea.slice/daemon/memory.current", "1000\n");
  EXPECT_EQ(Available(), 4000u * 1024);
}

TEST_F(Memory, IsWhatTheTightestGroupLeaves) {
  folder_.Write("groups/fovea.slice/memory.max", "1000000\n");
  folder_.Write("groups/fovea.slice/memory.current", "700000\n");
  EXPECT_EQ(Available(), 300'000u);
  folder_.Write("groups/fovea.slice/daemon/memory.max", "500000\n");
  folder_.Write("groups/fovea.slice/daemon/memory.current", "400000\n");
  EXPECT_EQ(Available(), 100'000u);
}

TEST_F(Memory, CountsFilesThatTheKernelGivesBackAsAvailable) {
  folder_.Write("groups/memory.max", "500000\n");
  folder_.Write("groups/memory.current", "450000\n");
  folder_.Write("groups/memory.stat", "anon 100000\ninactive_file 350000\n");
  EXPECT_EQ(Available(), 400'000u);
}

TEST_F(Memory, KnowsGroupsOfTheFirstVersion) {
  folder_.Write("cgroup", "5:cpu:/\n4:memory:/docker/daemon\n0::/\n");
  folder_.Write("groups/memory/docker/memory.limit_in_bytes", "9223372036854771712\n");
  folder_.Write("groups/memory/docker/memory.usage_in_bytes", "900000\n");
  EXPECT_EQ(Available(), 4000u * 1024);
  folder_.Write("groups/memory/docker/daemon/memory.limit_in_bytes", "900000\n");
  folder_.Write("groups/memory/docker/daemon/memory.usage_in_bytes", "800000\n");
  folder_.Write("groups/memory/docker/daemon/memory.stat", "inactive_file 1\ntotal_inactive_file 50000\n");
  EXPECT_EQ(Available(), 150'000u);
}

TEST_F(Memory, SeesTheLimitOfAContainerThatShowsAnotherPath) {
  folder_.Write("cgroup", "4:memory:/docker/9f3c\n");
  folder_.Write("groups/memory/memory.limit_in_bytes", "900000\n");
  folder_.Write("groups/memory/memory.usage_in_bytes", "700000\n");
  EXPECT_EQ(Available(), 200'000u);
}

TEST_F(Memory, IsNothingWhereAGroupIsOverItsLimit) {
  folder_.Write("groups/memory.max", "500000\n");
  folder_.Write("groups/memory.current", "600000\n");
  EXPECT_EQ(Available(), 0u);
}

TEST_F(Memory, IsNotKnownWithoutSources) {
  EXPECT_EQ(AvailableMemory({.meminfo = folder_ / "none", .groups_of_process = folder_ / "none", .groups = folder_ / "none"}), std::nullopt);
}

TEST(MemoryOfThisMachine, IsKnown) {
  const auto available = AvailableMemory();
  ASSERT_TRUE(available.has_value());
  EXPECT_GT(*available, 1u << 20);
}

}  // namespace
}  // namespace fovea
