// PictureReader: what becomes of one file.
// label: integration
#include "indexer/picture_reader.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/worker.h"
#include "tests/support/catalog_files.h"
#include "tests/support/image_factory.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::indexer {
namespace {

using test::IsOk;
using test::MakePicture;
using test::StatusIs;
namespace fs = std::filesystem;

class PictureReaderTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(encoder::InitDecoder(1), IsOk());
    catalog_ = test::OpenBound(data_.path());
    root_ = catalog_->AddRoot(pictures_.path())->id;
    profile_.image_size = profile_.resize_to = 48;
    reader_ = std::make_unique<PictureReader>(*catalog_, clock_, PictureReader::Options{.limits = limits_, .thumbnail_px = 40, .max_tries = 2});
  }
  Candidate File(const std::string& name, int tries = 0) const { return {.location = {root_, name}, .job = 0, .tries = tries}; }
  ReadResult Read(const Candidate& candidate) const {
    return reader_->Read(candidate, [](const Sha256Digest&) { return true; }, &profile_);
  }

  static constexpr int64_t kMaxBytes = int64_t{96} << 20;
  const encoder::DecodeLimits limits_{.max_file_bytes = kMaxBytes, .max_pixels = 1'000'000};
  test::TempDir pictures_;
  test::TempDir data_;
  SystemClock clock_;
  std::unique_ptr<storage::Catalog> catalog_;
  storage::RootId root_;
  encoder::PreprocessProfile profile_;
  std::unique_ptr<PictureReader> reader_;
};

TEST_F(PictureReaderTest, MakesInputThumbnailAndFacts) {
  const std::string bytes = MakePicture({.width = 200, .height = 100, .seed = 1, .exif = {.make = "Nikon", .latitude = 48.2, .longitude = 16.3}});
  pictures_.Write("in/a.jpg", bytes);
  const ReadResult read = Read(File("in/a.jpg"));
  ASSERT_EQ(read.verdict, ReadVerdict::kEncode);
  EXPECT_EQ(read.item->input.rgb.size(), 48u * 48 * 3);
  EXPECT_FALSE(read.item->thumbnail.empty());
  EXPECT_EQ(read.item->photo.content, Sha256(bytes));
  EXPECT_EQ(read.item->photo.bytes, static_cast<int64_t>(bytes.size()));
  EXPECT_EQ(read.item->photo.width, 200);
  EXPECT_EQ(read.item->photo.camera, "Nikon");
  EXPECT_NEAR(*read.item->photo.latitude, 48.2, 1e-4);
  EXPECT_EQ(read.item->stamp.bytes, read.item->photo.bytes);
}

TEST_F(PictureReaderTest, DoesNotDecodeWhatIsKnownOrBeingDoneByAnother) {
  const std::string content = "content that no decoder would take";
  pictures_.Write("known.jpg", content);
  pictures_.Write("claimed.jpg", "other bytes");
  ASSERT_THAT(catalog_->StoreFiles(std::vector{test::FileOf({root_, "elsewhere.jpg"}, content)}), IsOk());
  const ReadResult known = Read(File("known.jpg"));
  EXPECT_EQ(known.verdict, ReadVerdict::kStore);
  EXPECT_THAT(known.item->failure, IsOk());
  EXPECT_TRUE(known.item->input.rgb.empty());
  const ReadResult claimed = reader_->Read(File("claimed.jpg"), [](const Sha256Digest&) { return false; }, &profile_);
  EXPECT_EQ(claimed.verdict, ReadVerdict::kParked);
}

// Of two files with equal bytes the second was encoded again when the first was stored just between "is it known?" and "may I?".
TEST_F(PictureReaderTest, LooksAgainOnceItMayEncode) {
  const std::string bytes = MakePicture({.seed = 9});
  pictures_.Write("copy.jpg", bytes);
  const ReadResult read = reader_->Read(File("copy.jpg"), [&](const Sha256Digest&) {
    EXPECT_THAT(catalog_->StoreFiles(std::vector{test::FileOf({root_, "first.jpg"}, bytes)}), IsOk());
    return true;
  });
  EXPECT_EQ(read.verdict, ReadVerdict::kStore);
}

TEST_F(PictureReaderTest, RecognisesAFileWithAKnownStamp) {
  pictures_.Write("a.jpg", "bad");
  const ReadResult first = Read(File("a.jpg"));
  ASSERT_EQ(first.verdict, ReadVerdict::kStore);
  storage::FailureRecord failure;
  failure.location = {root_, "a.jpg"};
  failure.stamp = first.item->stamp;
  ASSERT_THAT(catalog_->StoreFailure(failure), IsOk());
  EXPECT_EQ(Read(File("a.jpg")).verdict, ReadVerdict::kUnchanged);
}

TEST_F(PictureReaderTest, DropsWhatIsGoneAndBlamesNoFileForALostRoot) {
  EXPECT_EQ(Read(File("none.jpg")).verdict, ReadVerdict::kGone);
  EXPECT_EQ(Read(File("no/folder/none.jpg")).verdict, ReadVerdict::kGone);
  pictures_.Write("a.jpg", MakePicture());
  fs::rename(pictures_.path(), pictures_.path() + "-away");
  EXPECT_EQ(Read(File("a.jpg")).verdict, ReadVerdict::kGone);
  fs::rename(pictures_.path() + "-away", pictures_.path());
  EXPECT_EQ(Read({.location = {storage::RootId{99}, "a.jpg"}, .job = 0, .tries = 0}).verdict, ReadVerdict::kGone);
}

TEST_F(PictureReaderTest, SaysWhyAFileCannotBeIndexed) {
  pictures_.Write("empty.jpg", "");
  pictures_.Write("text.jpg", "text");
  pictures_.Write("vast.png", test::MakePngHeader(2'000, 2'000));
  fs::create_symlink("/etc/hostname", pictures_ / "link.jpg");
  ASSERT_EQ(::mkfifo((pictures_ / "pipe.jpg").c_str(), 0600), 0);
  pictures_.Write("long.jpg", "");
  ASSERT_EQ(::truncate((pictures_ / "long.jpg").c_str(), kMaxBytes + 1), 0);
  for (const char* name : {"empty.jpg", "text.jpg", "vast.png", "link.jpg", "pipe.jpg", "long.jpg"}) {
    const ReadResult read = Read(File(name));
    ASSERT_EQ(read.verdict, ReadVerdict::kStore) << name;
    EXPECT_FALSE(read.item->failure.ok()) << name;
    EXPECT_FALSE(read.item->failure.message().empty()) << name;
  }
  EXPECT_THAT(Read(File("vast.png")).item->failure, StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Read(File("long.jpg")).item->failure, StatusIs(StatusCode::kInvalidArgument, testing::HasSubstr("100663297")));
}

TEST_F(PictureReaderTest, NoticesThatAFileChangesWhileItIsReadAndGivesUpInTheEnd) {
  pictures_.Write("busy.jpg", "");
  ASSERT_EQ(::truncate((pictures_ / "busy.jpg").c_str(), kMaxBytes), 0);  // long enough that the other thread comes in between
  Thread toucher("toucher", [&](const std::stop_token& stop) {
    for (int64_t second = 1; !stop.stop_requested(); ++second) {
      const timespec times[2] = {{second, 0}, {second, 0}};
      ::utimensat(AT_FDCWD, (pictures_ / "busy.jpg").c_str(), times, 0);
    }
  });
  EXPECT_EQ(Read(File("busy.jpg", 0)).verdict, ReadVerdict::kMoving);
  const ReadResult last = Read(File("busy.jpg", 2));
  toucher.RequestStop();
  toucher.Join();
  ASSERT_EQ(last.verdict, ReadVerdict::kStore);
  EXPECT_THAT(last.item->failure, StatusIs(StatusCode::kBusy));
}

}  // namespace
}  // namespace fovea::indexer
