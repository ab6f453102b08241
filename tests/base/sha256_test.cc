#include "base/sha256.h"
// label: unit

#include "base/unique_fd.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea {
namespace {

TEST(Sha256, MatchesThePublishedVectors) {
  EXPECT_EQ(ToHex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ToHex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, OfAFileIsThatOfItsBytes) {
  const test::TempDir dir;
  std::string bytes(1'000'000, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31);
  const auto fd = OpenForRead(dir.Write("file", bytes));
  ASSERT_THAT(fd, test::IsOk());
  EXPECT_THAT(Sha256OfFile(fd->get()), test::IsOkAndHolds(Sha256(bytes)));
}

}  // namespace
}  // namespace fovea
