// Pipeline on a real store and real files: what is on its way, and what overtakes it.
// label: integration
#include "indexer/pipeline.h"

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <map>

#include "base/mutex.h"
#include "base/worker.h"
#include "indexer/clustered_index.h"
#include "tests/support/fake_encoder.h"
#include "tests/support/image_factory.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throwing_clock.h"
#include "tests/support/wait_until.h"

namespace fovea::indexer {
namespace {

using storage::Location;
using storage::PhotoId;
using test::FakeEncoder;
using test::IsOk;
using test::MakePicture;
using test::PictureFormat;
using test::StatusIs;
using test::TempDir;
using test::WaitUntil;
namespace fs = std::filesystem;

class PipelineTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(encoder::InitDecoder(1), IsOk());
    auto catalog = storage::Catalog::Open({.folder = data_.path()});
    ASSERT_THAT(catalog, IsOk());
    catalog_ = *std::move(catalog);
    ASSERT_THAT(catalog_->BindModel(encoder_.info().id, FakeEncoder::kDim), IsOk());
    root_ = catalog_->AddRoot(pictures_.path())->id;
    device_ = std::make_shared<encoder::DeviceQueue>(std::vector<encoder::Encoder*>{&encoder_}, metrics_, encoder::DeviceQueue::Options{});
    writer_ = std::make_unique<IndexWriter>(*catalog_, index_, facts_, metrics_);
    Pipeline::Options options;
    options.batch_size = 4;
    options.batch_wait_ms = 5;
    options.retry_ms = 10;
    options.intake_capacity = 64;
    options.reader = {.limits = {}, .thumbnail_px = 64, .max_tries = 3};
    pipeline_ = std::make_unique<Pipeline>(Pipeline::Parts{*catalog_, *writer_, [this] { return EncodingModel{model_number_, device_}; }, clock_, metrics_, health_}, options,
                                           [this](const Candidate& candidate, Outcome outcome) { Count(candidate, outcome); });
  }
  void TearDown() override {
    control_.LetGo();
    pipeline_->Stop();
    device_->Stop();
  }

  Location At(const std::string& name) const { return {root_, name}; }
  std::string Write(const std::string& name, uint64_t seed) {
    const std::string bytes = MakePicture({.format = PictureFormat::kPng, .seed = seed});
    pictures_.Write(name, bytes);
    return bytes;
  }
  void Submit(const std::string& name) { EXPECT_TRUE(pipeline_->Submit({.location = At(name), .job = 1}, Pipeline::Urgency::kBulk)); }
  void WaitEmpty() { ASSERT_TRUE(pipeline_->WaitUntilEmpty(std::chrono::steady_clock::now() + std::chrono::seconds(30))); }
  // Has the encoder hold a batch with this file in its hands.
  void HoldWith(const std::string& name) {
    const uint64_t calls = control_.calls();
    control_.Hold();
    Submit(name);
    ASSERT_TRUE(WaitUntil([&] { return control_.calls() > calls; }));
  }
  bool IsIndexed(const std::string& name) const {
    const auto path = catalog_->GetPath(At(name));
    return path && path->state == storage::PathState::kIndexed;
  }
  void Count(const Candidate&, Outcome outcome) {
    MutexLock lock(mutex_);
    ++outcomes_[outcome];
  }
  int Ended(Outcome outcome) {
    MutexLock lock(mutex_);
    return outcomes_[outcome];
  }
  void ExpectOneVectorPerPhoto() const {
    size_t vectors = 0;
    EXPECT_THAT(catalog_->ForEachVector([&](PhotoId id, std::span<const float> vector) {
      ++vectors;
      const auto found = index_.Search(vector, 1);
      EXPECT_EQ(found->front().id, id);
      return true;
    }), IsOk());
    EXPECT_EQ(vectors, catalog_->photo_count());
    EXPECT_EQ(vectors, index_.size());
  }

  TempDir pictures_;
  TempDir data_;
  test::ThrowingClock clock_;
  Metrics metrics_;
  Health health_;
  test::FakeEncoderControl control_;
  FakeEncoder encoder_{control_};
  ClusteredIndex index_{FakeEncoder::kDim};
  storage::RootId root_;
  std::unique_ptr<storage::Catalog> catalog_;
  std::atomic<uint32_t> model_number_ = 1;
  std::shared_ptr<encoder::DeviceQueue> device_;
  PhotoFacts facts_;
  std::unique_ptr<IndexWriter> writer_;
  std::unique_ptr<Pipeline> pipeline_;
  Mutex mutex_;
  std::map<Outcome, int> outcomes_ GUARDED_BY(mutex_);
};

TEST_F(PipelineTest, EndsEveryFileExactlyOnce) {
  for (uint64_t i = 0; i < 20; ++i) Write("good" + std::to_string(i), i + 1);
  for (int i = 0; i < 7; ++i) pictures_.Write("bad" + std::to_string(i), std::string(static_cast<size_t>(i), 'x'));
  for (uint64_t i = 0; i < 20; ++i) Submit("good" + std::to_string(i));
  for (int i = 0; i < 7; ++i) Submit("bad" + std::to_string(i));
  Submit("never-there");
  WaitEmpty();
  EXPECT_EQ(Ended(Outcome::kIndexed), 20);
  EXPECT_EQ(Ended(Outcome::kFailed), 7);
  EXPECT_EQ(Ended(Outcome::kDropped), 1);
  ExpectOneVectorPerPhoto();
  Submit("good3");
  Submit("bad3");
  WaitEmpty();
  EXPECT_EQ(Ended(Outcome::kUnchanged), 2) << "known with this stamp, the failed one too";
}

// A throw in a reading thread once ended the whole program.
TEST_F(PipelineTest, AThrowWhileReadingEndsThatPictureOnly) {
  for (uint64_t i = 0; i < 6; ++i) Write("p" + std::to_string(i), i + 1);
  clock_.ThrowIn("decode", 1, [] { throw std::runtime_error("a decoder's surprise"); });
  Submit("p0");
  WaitEmpty();
  clock_.ThrowIn("decode", 1, [] { throw std::bad_alloc(); });
  Submit("p1");
  WaitEmpty();
  for (uint64_t i = 2; i < 6; ++i) Submit("p" + std::to_string(i));
  WaitEmpty();
  EXPECT_EQ(Ended(Outcome::kFailed), 2);
  EXPECT_EQ(Ended(Outcome::kIndexed), 4);
  EXPECT_EQ(catalog_->GetFailure(At("p0"))->reason, "read \"p0\": a decoder's surprise");
  EXPECT_EQ(catalog_->GetFailure(At("p1"))->reason, "read \"p1\": not enough memory");
  ExpectOneVectorPerPhoto();
}

TEST_F(PipelineTest, AThrowWhileWritingEndsThatStepOnly) {
  pictures_.Write("bad", "no picture");
  clock_.ThrowIn("write", 1, [] { throw std::runtime_error("a store's surprise"); });
  Submit("bad");
  WaitEmpty();
  EXPECT_EQ(Ended(Outcome::kDropped), 1) << "not even its failure could be stored";
  Write("good", 1);
  Submit("good");
  Submit("bad");
  WaitEmpty();
  EXPECT_EQ(Ended(Outcome::kIndexed), 1);
  EXPECT_EQ(Ended(Outcome::kFailed), 1);
}

// A picture in the encoder's hands must not come back when its file was removed meanwhile.
TEST_F(PipelineTest, DoesNotStoreWhatWasRemovedOnItsWay) {
  Write("gone", 1);
  HoldWith("gone");
  ASSERT_THAT(pipeline_->RemovePath(At("gone")), IsOk());
  control_.LetGo();
  WaitEmpty();
  EXPECT_FALSE(IsIndexed("gone"));
  EXPECT_EQ(index_.size(), 0u);
  EXPECT_EQ(Ended(Outcome::kDropped), 1);
}

TEST_F(PipelineTest, IndexesAtItsNewPlaceWhatWasMovedOnItsWay) {
  Write("from", 1);
  HoldWith("from");
  fs::rename(pictures_ / "from", pictures_ / "to");
  ASSERT_THAT(pipeline_->MovePath(At("from"), At("to")), IsOk());
  control_.LetGo();
  WaitEmpty();
  EXPECT_FALSE(IsIndexed("from"));
  EXPECT_TRUE(IsIndexed("to"));
  ExpectOneVectorPerPhoto();
}

TEST_F(PipelineTest, IndexesAtTheirNewPlacesWhatLiesInAFolderThatWasMoved) {
  for (uint64_t i = 0; i < 6; ++i) Write("old/p" + std::to_string(i), i + 1);
  for (uint64_t i = 0; i < 3; ++i) Submit("old/p" + std::to_string(i));
  WaitEmpty();
  HoldWith("old/p3");
  Submit("old/p4");
  fs::rename(pictures_ / "old", pictures_ / "new");
  ASSERT_THAT(pipeline_->MoveFolder(At("old"), At("new")), IsOk());
  control_.LetGo();
  WaitEmpty();
  for (uint64_t i = 0; i < 5; ++i) EXPECT_TRUE(IsIndexed("new/p" + std::to_string(i))) << i;
  EXPECT_EQ(catalog_->indexed_path_count(root_), 5u);
  ExpectOneVectorPerPhoto();
}

TEST_F(PipelineTest, StoresTheLastContentOfAFileThatChangedOnItsWay) {
  Write("restless", 1);
  HoldWith("restless");
  const std::string last = Write("restless", 2);
  Submit("restless");
  Submit("restless");
  control_.LetGo();
  WaitEmpty();
  const auto path = catalog_->GetPath(At("restless"));
  ASSERT_THAT(path, IsOk());
  EXPECT_EQ(catalog_->GetPhoto(path->photo)->content, Sha256(last));
  EXPECT_EQ(catalog_->photo_count(), 1u) << "the content before lost its path";
  ExpectOneVectorPerPhoto();
}

TEST_F(PipelineTest, EncodesOneOfManyEqualFilesEvenWhenTheyComeTogether) {
  const std::string bytes = Write("first", 1);
  for (int i = 0; i < 12; ++i) pictures_.Write("copy" + std::to_string(i), bytes);
  control_.Hold();
  Submit("first");
  for (int i = 0; i < 12; ++i) Submit("copy" + std::to_string(i));
  ASSERT_TRUE(WaitUntil([&] { return control_.calls() > 0; }));
  control_.LetGo();
  WaitEmpty();
  EXPECT_EQ(control_.pictures(), 1u);
  EXPECT_EQ(catalog_->photo_count(), 1u);
  EXPECT_EQ(catalog_->indexed_path_count(root_), 13u);
  ExpectOneVectorPerPhoto();
}

TEST_F(PipelineTest, EncodesTheNextOfTwoEqualFilesWhenTheFirstWasRemovedOnItsWay) {
  const std::string bytes = Write("first", 1);
  pictures_.Write("second", bytes);
  HoldWith("first");
  Submit("second");
  fs::remove(pictures_ / "first");
  ASSERT_THAT(pipeline_->RemovePath(At("first")), IsOk());
  control_.LetGo();
  WaitEmpty();
  EXPECT_FALSE(IsIndexed("first"));
  EXPECT_TRUE(IsIndexed("second"));
  ExpectOneVectorPerPhoto();
}

TEST_F(PipelineTest, GivesAPathToItsNewContentAndDropsTheOldPhoto) {
  Write("a", 1);
  Submit("a");
  WaitEmpty();
  const PhotoId before = catalog_->GetPath(At("a"))->photo;
  Write("a", 2);
  Submit("a");
  WaitEmpty();
  EXPECT_NE(catalog_->GetPath(At("a"))->photo, before);
  EXPECT_THAT(catalog_->GetPhoto(before), StatusIs(StatusCode::kNotFound));
  ExpectOneVectorPerPhoto();
}

TEST_F(PipelineTest, TakesThePhotoFromAPathWhoseFileWentBad) {
  Write("a", 1);
  Submit("a");
  WaitEmpty();
  pictures_.Write("a", "now a text");
  Submit("a");
  WaitEmpty();
  EXPECT_FALSE(IsIndexed("a"));
  EXPECT_EQ(index_.size(), 0u);
  EXPECT_THAT(catalog_->GetFailure(At("a")), IsOk());
}

TEST_F(PipelineTest, MakesTheScannerWaitWhenItIsFull) {
  for (uint64_t i = 0; i < 100; ++i) Write("p" + std::to_string(i), i + 1);
  control_.Hold();
  std::atomic<int> submitted = 0;
  Thread scanner("scanner", [&](const std::stop_token&) {
    for (int i = 0; i < 100 && pipeline_->Submit({.location = At("p" + std::to_string(i))}, Pipeline::Urgency::kBulk); ++i) ++submitted;
  });
  ASSERT_TRUE(WaitUntil([&] { return pipeline_->pending() >= 64 && control_.calls() > 0; }));
  EXPECT_LE(submitted, 64);
  control_.LetGo();
  scanner.Join();
  WaitEmpty();
  EXPECT_EQ(submitted, 100);
  EXPECT_EQ(catalog_->photo_count(), 100u);
}

TEST_F(PipelineTest, StoresTheBatchInHandWhenItStops) {
  for (uint64_t i = 0; i < 60; ++i) Write("p" + std::to_string(i), i + 1);
  control_.Hold();
  for (uint64_t i = 0; i < 60; ++i) Submit("p" + std::to_string(i));
  ASSERT_TRUE(WaitUntil([&] { return control_.calls() > 0; }));
  Thread stopper("stopper", [&](const std::stop_token&) { pipeline_->Stop(); });
  ASSERT_TRUE(WaitUntil([&] { return !pipeline_->Submit({.location = At("p0")}, Pipeline::Urgency::kNow); }));
  control_.LetGo();
  stopper.Join();
  EXPECT_GT(catalog_->photo_count(), 0u);
  EXPECT_EQ(catalog_->photo_count(), control_.pictures());
  EXPECT_LT(catalog_->photo_count(), 60u);
  ExpectOneVectorPerPhoto();
}

// A switch of the model comes between the steps of a picture's way: what was made for the old one is made again.
TEST_F(PipelineTest, ReadsAgainWhatWasEncodedForAModelThatNoLongerAnswers) {
  model_number_ = 7;  // the catalog's has number 1
  Write("a.png", 1);
  Submit("a.png");
  ASSERT_TRUE(WaitUntil([&] { return control_.pictures() > 1; }));
  EXPECT_FALSE(IsIndexed("a.png"));
  model_number_ = 1;
  WaitEmpty();
  EXPECT_TRUE(IsIndexed("a.png"));
  ExpectOneVectorPerPhoto();
}

}  // namespace
}  // namespace fovea::indexer
