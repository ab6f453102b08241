// Library::Search and embeddings: what a question may be, and what comes back.
// label: integration
#include <gmock/gmock.h>

#include <cmath>

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
using testing::HasSubstr;

class LibrarySearch : public testing::Test {
 protected:
  void SetUp() override {
    for (uint64_t i = 0; i < kPictures; ++i) running_.Write("p" + std::to_string(i) + ".png", i + 1);
    running_.Start();
    running_.WaitIdle();
  }
  Result<SearchAnswer> Ask(decltype(SearchRequest::query) query, size_t k = 5) { return running_.library().Search({std::move(query), k}); }

  static constexpr uint64_t kPictures = 12;
  RunningLibrary running_;
};

TEST_F(LibrarySearch, GivesTheBestFirstAndNotMoreThanAskedFor) {
  const auto answer = Ask(TextQuery{"whatever"}, 5);
  ASSERT_THAT(answer, IsOk());
  ASSERT_EQ(answer->hits.size(), 5u);
  for (size_t i = 1; i < answer->hits.size(); ++i) EXPECT_GE(answer->hits[i - 1].score, answer->hits[i].score);
  for (const SearchHit& hit : answer->hits) {
    EXPECT_LE(std::abs(hit.score), 1.0001f);
    EXPECT_EQ(hit.photo.record.width, 96);
    EXPECT_FALSE(hit.photo.offline());
  }
  EXPECT_GE(answer->took_ms, answer->index_ms);
  EXPECT_EQ(Ask(TextQuery{"whatever"}, kMaxK)->hits.size(), kPictures);
}

TEST_F(LibrarySearch, LeavesTheStoredPhotoItselfOut) {
  const PhotoId self = running_.PhotoAt("p3.png");
  const auto answer = Ask(PhotoQuery{self}, kMaxK);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->hits.size(), kPictures - 1);
  for (const SearchHit& hit : answer->hits) EXPECT_NE(hit.photo.record.id, self);
  EXPECT_THAT(Ask(PhotoQuery{PhotoId{987654}}), StatusIs(StatusCode::kNotFound));
}

TEST_F(LibrarySearch, TakesAVectorOfAnyLength) {
  const PhotoId photo = running_.PhotoAt("p3.png");
  const auto stored = running_.catalog().GetVector(photo);
  ASSERT_THAT(stored, IsOk());
  std::vector<float> vector = *stored;
  for (float& value : vector) value *= 17;
  const auto answer = Ask(VectorQuery{vector}, kMaxK);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->hits.size(), kPictures);
  EXPECT_EQ(answer->hits.front().photo.record.id, photo);
  EXPECT_NEAR(answer->hits.front().score, 1, 1e-6);
  EXPECT_THAT(running_.library().Search({.query = VectorQuery{vector}, .cutoff = AutoCutoff{}}), IsOk());
}

TEST_F(LibrarySearch, RefusesVectorsThatAreNone) {
  const auto dim = static_cast<size_t>(running_.library().GetStatus().model->embed_dim);
  EXPECT_THAT(Ask(VectorQuery{std::vector<float>(dim + 1, 1.0f)}), StatusIs(StatusCode::kInvalidArgument, HasSubstr(std::to_string(dim + 1))));
  EXPECT_THAT(Ask(VectorQuery{{}}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Ask(VectorQuery{std::vector<float>(dim, 0.0f)}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("zero")));
  std::vector<float> odd(dim, 1.0f);
  odd.back() = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(Ask(VectorQuery{odd}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("not finite")));
}

TEST_F(LibrarySearch, TakesAPictureInAnotherFormatAndSize) {
  const std::string upload = MakePicture({.width = 192, .height = 128, .format = PictureFormat::kJpeg, .seed = 4});
  const auto answer = Ask(ImageQuery{upload});
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->hits.front().photo.record.id, running_.PhotoAt("p3.png"));
}

TEST_F(LibrarySearch, SaysHowManyOfTheAnswerAreHits) {
  const SearchRequest by_score{.query = PhotoQuery{running_.PhotoAt("p3.png")}, .k = 2, .cutoff = ScoreCutoff{-1}};
  const auto all = running_.library().Search(by_score);
  ASSERT_THAT(all, IsOk());
  ASSERT_TRUE(all->cut.has_value());
  EXPECT_EQ(all->cut->shown, 2u);
  EXPECT_EQ(all->cut->found, kPictures - 1);
  const auto none = running_.library().Search({.query = TextQuery{"red"}, .cutoff = ScoreCutoff{1}});
  ASSERT_THAT(none, IsOk());
  EXPECT_EQ(none->cut->shown, 0u);
  EXPECT_EQ(none->hits.size(), kPictures) << "what is no hit is in the answer all the same";
  EXPECT_FALSE(Ask(TextQuery{"red"})->cut.has_value());
}

TEST_F(LibrarySearch, CutsWhereThePictureItselfStandsOut) {
  const std::string upload = MakePicture({.width = 192, .height = 128, .format = PictureFormat::kJpeg, .seed = 4});
  const auto answer = running_.library().Search({.query = ImageQuery{upload}, .cutoff = AutoCutoff{}});
  ASSERT_THAT(answer, IsOk());
  ASSERT_TRUE(answer->cut.has_value());
  EXPECT_EQ(answer->cut->shown, 1u);
  EXPECT_GT(answer->cut->background->deviation, 0);
  EXPECT_LT(answer->cut->background->mean, answer->hits.front().score);
}

TEST_F(LibrarySearch, RefusesWhatMakesNoSense) {
  EXPECT_THAT(Ask(TextQuery{"x"}, 0), StatusIs(StatusCode::kInvalidArgument, HasSubstr("k is 0")));
  EXPECT_THAT(Ask(TextQuery{"x"}, kMaxK + 1), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Ask(TextQuery{""}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("empty")));
  EXPECT_THAT(Ask(TextQuery{" \n\t"}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Ask(TextQuery{std::string(kMaxTextBytes, 'a')}), IsOk());
  EXPECT_THAT(Ask(TextQuery{std::string(kMaxTextBytes + 1, 'a')}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("4096")));
  EXPECT_THAT(Ask(ImageQuery{""}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Ask(ImageQuery{"this is no picture"}), StatusIs(StatusCode::kUnsupported));
  EXPECT_THAT(Ask(ImageQuery{test::MakePngHeader(60'000, 60'000)}), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(LibrarySearch, AnswersWhilePicturesAreEncoded) {
  for (uint64_t i = 0; i < 30; ++i) running_.Write("more/q" + std::to_string(i) + ".png", 100 + i);
  running_.Restart();
  EXPECT_THAT(Ask(TextQuery{"red"}), IsOk());
  running_.WaitIdle();
  EXPECT_EQ(Ask(TextQuery{"red"}, kMaxK)->hits.size(), kPictures + 30);
}

TEST_F(LibrarySearch, EmbedsTextsAndPicturesRawOrAsUnits) {
  const std::vector<std::string> texts = {"red", "a dog"};
  const auto raw = running_.library().EmbedTexts(texts, Library::Scale::kRaw);
  const auto unit = running_.library().EmbedTexts(texts, Library::Scale::kUnit);
  ASSERT_THAT(raw, IsOk());
  ASSERT_THAT(unit, IsOk());
  ASSERT_EQ(unit->rows, 2);
  for (int64_t row = 0; row < 2; ++row) {
    double raw_squares = 0, unit_squares = 0, product = 0;
    for (int64_t i = 0; i < unit->dim; ++i) {
      const double a = raw->Row(row)[static_cast<size_t>(i)];
      const double b = unit->Row(row)[static_cast<size_t>(i)];
      raw_squares += a * a;
      unit_squares += b * b;
      product += a * b;
    }
    EXPECT_GT(raw_squares, 1.5) << "not normalised";
    EXPECT_NEAR(unit_squares, 1, 1e-5);
    EXPECT_NEAR(product, std::sqrt(raw_squares), 1e-4);
  }
  const auto pictures = running_.library().EmbedPictures({MakePicture({}), MakePicture({.seed = 2})}, Library::Scale::kUnit);
  ASSERT_THAT(pictures, IsOk());
  EXPECT_EQ(pictures->rows, 2);
  EXPECT_THAT(running_.library().EmbedPictures({MakePicture({}), "bad"}, Library::Scale::kRaw),
              StatusIs(StatusCode::kUnsupported, HasSubstr("picture 1")));
  EXPECT_THAT(running_.library().EmbedTexts({"fine", ""}, Library::Scale::kRaw), StatusIs(StatusCode::kInvalidArgument));
}

TEST(LibraryBeforeStart, IsBusyButReadsTheStore) {
  test::TempDir data;
  SystemClock clock;
  Metrics metrics;
  const auto catalog = storage::Catalog::Open({.folder = data.path()});
  ASSERT_THAT(catalog, IsOk());
  Library library(**catalog, clock, metrics, RunningLibrary::QuickOptions(true));
  EXPECT_FALSE(library.ready());
  EXPECT_EQ(library.GetStatus().state, "loading");
  EXPECT_THAT(library.Search({.query = TextQuery{"x"}}), StatusIs(StatusCode::kBusy, HasSubstr("loading")));
  EXPECT_THAT(library.EmbedTexts({"x"}, Library::Scale::kRaw), StatusIs(StatusCode::kBusy));
  EXPECT_THAT(library.RetryFailures(), StatusIs(StatusCode::kBusy));
  EXPECT_THAT(library.GetPhoto(PhotoId{1}), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(library.ListPhotos(PhotoId{0}, 10), IsOk());
  EXPECT_FALSE(library.WaitUntilIdle(std::chrono::steady_clock::now()));
  library.Stop();
}

}  // namespace
}  // namespace fovea::indexer
