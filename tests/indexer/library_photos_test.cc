// Library: records, pages, thumbnails and files of photos.
// label: integration
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "encoder/decoder.h"
#include "indexer/library.h"
#include "tests/support/matchers.h"
#include "tests/support/running_library.h"

namespace fovea::indexer {
namespace {

using test::IsOk;
using test::MakePicture;
using test::PictureFormat;
using test::RunningLibrary;
using test::StatusIs;

int LongerSide(const std::string& webp) {
  const auto decoded = encoder::DecodeBytes(webp, {});
  EXPECT_THAT(decoded, IsOk());
  EXPECT_EQ(decoded->facts.format, "webp");
  return std::max(decoded->pixels.width, decoded->pixels.height);
}

class LibraryPhotos : public testing::Test {
 protected:
  void SetUp() override {
    running_.pictures().Write("large.jpg", MakePicture({.width = 600, .height = 400, .seed = 3, .exif = {.date_time_original = "2021:05:06 07:08:09", .make = "Canon", .model = "EOS R5"}}));
    running_.Write("small.png", 1);
    running_.Start();
    running_.WaitIdle();
    large_ = running_.PhotoAt("large.jpg");
    small_ = running_.PhotoAt("small.png");
  }
  RunningLibrary running_;
  PhotoId large_;
  PhotoId small_;
};

TEST_F(LibraryPhotos, GivesTheFactsOfAPicture) {
  const auto photo = running_.library().GetPhoto(large_);
  ASSERT_THAT(photo, IsOk());
  EXPECT_EQ(photo->record.width, 600);
  EXPECT_EQ(photo->record.height, 400);
  EXPECT_EQ(photo->record.format, "jpeg");
  EXPECT_EQ(photo->record.camera, "Canon EOS R5");
  EXPECT_EQ(photo->record.taken_at_ms, 1'620'284'889'000);
  ASSERT_EQ(photo->paths.size(), 1u);
  EXPECT_EQ(photo->paths[0].path, running_.pictures() / "large.jpg");
  EXPECT_EQ(photo->record.bytes, static_cast<int64_t>(std::filesystem::file_size(photo->paths[0].path)));
  EXPECT_THAT(running_.library().GetPhoto(PhotoId{4711}), StatusIs(StatusCode::kNotFound));
}

TEST_F(LibraryPhotos, PagesThroughAllPhotosOnce) {
  for (uint64_t i = 0; i < 9; ++i) running_.Write("more" + std::to_string(i) + ".png", 50 + i);
  running_.Restart();
  running_.WaitIdle();
  std::set<PhotoId> seen;
  std::optional<PhotoId> after = PhotoId{0};
  int pages = 0;
  for (; after; ++pages) {
    const auto page = running_.library().ListPhotos(*after, 4);
    ASSERT_THAT(page, IsOk());
    for (const Photo& photo : page->photos) EXPECT_TRUE(seen.insert(photo.record.id).second);
    after = page->next;
  }
  EXPECT_EQ(seen.size(), 11u);
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(running_.library().ListPhotos(PhotoId{0}, 0), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(running_.library().ListPhotos(PhotoId{0}, 5000), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(LibraryPhotos, MakesThumbnailsOfAnySizeWithoutEnlarging) {
  for (const int side : {16, 64, 100, 320}) EXPECT_EQ(LongerSide(*running_.library().Thumbnail(large_, side)), side) << side;
  EXPECT_EQ(LongerSide(*running_.library().Thumbnail(large_, 2048)), 600);
  EXPECT_EQ(LongerSide(*running_.library().Thumbnail(small_, 2048)), 96);
  EXPECT_THAT(running_.library().Thumbnail(large_, 15), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(running_.library().Thumbnail(large_, 2049), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(running_.library().Thumbnail(PhotoId{4711}, 64), StatusIs(StatusCode::kNotFound));
}

TEST_F(LibraryPhotos, GivesTheStoredThumbnailWhenTheFileIsGone) {
  std::filesystem::remove(running_.pictures() / "large.jpg");
  EXPECT_EQ(LongerSide(*running_.library().Thumbnail(large_, 320)), 64);
  EXPECT_EQ(LongerSide(*running_.library().Thumbnail(large_, 32)), 32);
  EXPECT_THAT(running_.library().OpenFile(large_), StatusIs(StatusCode::kNotFound));
}

TEST_F(LibraryPhotos, OpensTheFirstFileThatIsThereAndNoLinkInItsPlace) {
  const auto file = running_.library().OpenFile(small_);
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(file->format, "png");
  EXPECT_EQ(static_cast<int64_t>(ReadAll(file->fd.get(), 1 << 20)->size()), file->bytes);
  std::filesystem::remove(running_.pictures() / "small.png");
  std::filesystem::create_symlink("/etc/passwd", running_.pictures() / "small.png");
  EXPECT_THAT(running_.library().OpenFile(small_), StatusIs(StatusCode::kUnsupported));
}

}  // namespace
}  // namespace fovea::indexer
