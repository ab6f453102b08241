// label: integration
#include "encoder/start_pages.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "encoder/clip_model.h"

namespace fovea::encoder {
namespace {

int64_t ResidentFileKib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    int64_t kib = 0;
    if (word == "RssFile:" && status >> kib) return kib;
  }
  return 0;
}

TEST(StartPages, LeavesTheCodeThatOnlyTheStartOfTorchNeeded) {
  SetTorchThreads(1);
  const int64_t before = ResidentFileKib();
  LeaveStartPages();
  EXPECT_LT(ResidentFileKib(), before - 20 * 1024) << "of " << before;
}

TEST(StartPages, LeavesTheCodeInUsableState) {
  LeaveStartPages();
  const Result<std::unique_ptr<ClipModel>> model = ClipModel::Load(FOVEA_SOURCE_DIR "/models/fovea-tiny", {});
  ASSERT_TRUE(model) << model.error().ToString();
  const std::vector<std::string> texts = {"a dog"};
  const Result<Features> before = (*model)->EncodeTexts(texts);
  LeaveStartPages();
  const Result<Features> after = (*model)->EncodeTexts(texts);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(before->values, after->values);
}

}  // namespace
}  // namespace fovea::encoder
