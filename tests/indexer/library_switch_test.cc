// Library: a switch of the model, on a real store, a real index and real files: the old one answers until the new one does.
// label: integration
#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <set>
#include <vector>

#include "base/log.h"
#include "base/mutex.h"
#include "base/worker.h"
#include "encoder/decoder.h"
#include "indexer/library.h"
#include "tests/support/catalog_files.h"
#include "tests/support/fake_encoder.h"
#include "tests/support/image_factory.h"
#include "tests/support/manual_clock.h"
#include "tests/support/matchers.h"
#include "tests/support/running_library.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wait_until.h"

namespace fovea::indexer {
namespace {

using storage::ModelState;
using test::FakeEncoder;
using test::IsOk;
using test::IsOkAndHolds;
using test::MakePicture;
using test::StatusIs;
using test::WaitUntil;
using testing::HasSubstr;
using testing::SizeIs;

constexpr int64_t kDayMs = int64_t{24} * 3600 * 1000;
constexpr int kPictures = 30;

std::string Name(int i) { return "p" + std::to_string(i) + ".png"; }
std::string Bytes(int i) { return MakePicture({.width = 96, .height = 64, .format = test::PictureFormat::kPng, .seed = static_cast<uint64_t>(i + 1)}); }

class LibrarySwitch : public testing::Test {
 protected:
  LibrarySwitch() {
    EXPECT_THAT(encoder::InitDecoder(1), IsOk());
    options_ = test::RunningLibrary::QuickOptions(/*watch=*/true);
    options_.settle_ms = 20;
    options_.load_model = [this](const std::string& source) { return Load(source); };
  }
  ~LibrarySwitch() override { Stop(); }

  Result<std::vector<std::unique_ptr<encoder::Encoder>>> Load(const std::string& source) {
    MutexLock lock(mutex_);
    std::vector<std::unique_ptr<encoder::Encoder>> one;
    if (gone_.contains(source)) return Failed(NotFound(StrCat("no model \"", source, "\"")));
    if (source == "old") one.push_back(std::make_unique<FakeEncoder>(old_, "old@1", 0));
    if (source == "new") one.push_back(std::make_unique<FakeEncoder>(new_, "new@1", 7));
    if (one.empty()) return Failed(NotFound(StrCat("no model \"", source, "\"")));
    return one;
  }
  void Gone(const std::string& source, bool gone) {
    MutexLock lock(mutex_);
    if (gone) gone_.insert(source);
    else gone_.erase(source);
  }

  // As the daemon starts, for a user who asks for this model.
  void Start(const std::string& asked = "old") {
    catalog_ = *storage::Catalog::Open({.folder = data_.path()});
    library_ = std::make_unique<Library>(*catalog_, clock_, metrics_, options_);
    if (catalog_->ListRoots().empty()) {
      ASSERT_THAT(library_->AddRoot(pictures_.path()), IsOk());
    }
    const std::string source = library_->SourceToLoad(asked);
    auto encoders = Load(source);
    ASSERT_THAT(encoders, IsOk());
    ASSERT_THAT(library_->Start(*std::move(encoders), {.source = source, .asked = asked}), IsOk());
  }
  void StartWithPictures(int pictures = kPictures) {
    for (int i = 0; i < pictures; ++i) pictures_.Write(Name(i), Bytes(i));
    Start();
    ASSERT_TRUE(library_->WaitUntilIdle(std::chrono::steady_clock::now() + std::chrono::seconds(60)));
    ASSERT_EQ(catalog_->photo_count(), static_cast<uint64_t>(pictures));
  }
  void Stop() {
    old_.LetGo();
    new_.LetGo();
    if (library_) library_->Stop();
    library_.reset();
    catalog_.reset();
  }
  void Restart(const std::string& asked = "old") {
    Stop();
    Start(asked);
  }

  std::string Answering() const { return library_->GetStatus().model->id; }
  void WaitFor(const std::string& model) {
    ASSERT_TRUE(WaitUntil([&] { return Answering() == model; })) << library_->Jobs(1).front().note;
  }
  JobStatus NewestJob(const std::string& kind = "model") const {
    for (const JobStatus& job : library_->Jobs(50)) {
      if (job.job.kind == kind) return job;
    }
    return {};
  }
  bool WaitForNote(const std::string& part) {
    return WaitUntil([&] { return NewestJob().note.find(part) != std::string::npos; });
  }
  // Holds the new model up with a batch in its hands.
  uint64_t SwitchHeld() {
    new_.Hold();
    const auto job = library_->SwitchModel("new");
    EXPECT_THAT(job, IsOk());
    EXPECT_TRUE(WaitUntil([&] { return new_.calls() > 0; }));
    return job->job.id;
  }
  void ExpectFindsAll(const std::set<int>& pictures) const {
    for (const int i : pictures) {
      const auto answer = library_->Search({.query = ImageQuery{Bytes(i)}, .k = 1});
      ASSERT_THAT(answer, IsOk());
      ASSERT_THAT(answer->hits, SizeIs(1));
      EXPECT_NEAR(answer->hits[0].score, 1, 1e-4) << i;
      EXPECT_EQ(answer->hits[0].photo.paths.front().path, pictures_ / Name(i));
    }
    EXPECT_EQ(library_->GetStatus().vectors, pictures.size());
    EXPECT_EQ(test::WhatIsInconsistent(*catalog_), "");
  }
  static std::set<int> Numbers(int from, int to) {
    std::set<int> numbers;
    for (int i = from; i < to; ++i) numbers.insert(i);
    return numbers;
  }

  test::TempDir pictures_;
  test::TempDir data_;
  test::ManualClock clock_;
  Metrics metrics_;
  test::FakeEncoderControl old_, new_;
  LibraryOptions options_;
  std::unique_ptr<storage::Catalog> catalog_;
  std::unique_ptr<Library> library_;
  Mutex mutex_;
  std::set<std::string> gone_ GUARDED_BY(mutex_);
};

TEST_F(LibrarySwitch, HasTheOldModelAnswerUntilTheNewOneHasAll) {
  StartWithPictures();
  const uint64_t encoded = old_.pictures();
  SwitchHeld();
  EXPECT_EQ(Answering(), "old@1");
  ExpectFindsAll(Numbers(0, kPictures));
  const auto models = library_->Models();
  ASSERT_THAT(models, SizeIs(2));
  EXPECT_EQ(models[0].model.state, ModelState::kAnswering);
  EXPECT_EQ(models[1].model.id, "new@1");
  EXPECT_EQ(models[1].model.state, ModelState::kFilling);
  EXPECT_EQ(models[1].job->job.kind, "model");
  EXPECT_EQ(NewestJob().job.state, storage::JobState::kRunning);
  new_.LetGo();
  WaitFor("new@1");
  EXPECT_EQ(new_.pictures(), static_cast<uint64_t>(kPictures));
  const uint64_t asked = old_.pictures();
  ExpectFindsAll(Numbers(0, kPictures));
  EXPECT_EQ(old_.pictures(), asked) << "the questions go to the new model";
  EXPECT_GE(asked, encoded);
  ASSERT_TRUE(WaitUntil([&] { return NewestJob().job.state == storage::JobState::kDone; }));
  EXPECT_EQ(NewestJob().job.done, static_cast<uint64_t>(kPictures));
  EXPECT_EQ(NewestJob().job.total, static_cast<uint64_t>(kPictures));
}

TEST_F(LibrarySwitch, AnswersEveryQuestionRightlyWhileItSwitchesToAndFro) {
  StartWithPictures(12);
  std::atomic<int> answered = 0, wrong = 0;
  std::vector<Thread> askers;
  const auto photo = catalog_->ListPhotos({}, 1)->front().id;
  for (int thread = 0; thread < 3; ++thread) {
    askers.emplace_back("asker", [&, thread](const std::stop_token& stop) {
      for (int i = thread; !stop.stop_requested(); ++i) {
        const auto answer = library_->Search({.query = ImageQuery{Bytes(i % 12)}, .k = 1});
        const bool right = answer && answer->hits.size() == 1 && std::abs(answer->hits[0].score - 1) < 1e-4;
        const auto similar = library_->Search({.query = PhotoQuery{photo}, .k = 20, .cutoff = AutoCutoff{}});
        if (!right || !similar || similar->hits.size() != 11) ++wrong;
        ++answered;
      }
    });
  }
  for (const char* to : {"new", "old", "new", "old", "new"}) {
    const int before = answered;
    ASSERT_THAT(library_->SwitchModel(to), IsOk());
    WaitFor(std::string(to) + "@1");
    ASSERT_TRUE(WaitUntil([&] { return answered > before + 6; }));
  }
  askers.clear();
  EXPECT_EQ(wrong, 0);
  ExpectFindsAll(Numbers(0, 12));
}

TEST_F(LibrarySwitch, TakesPhotosThatComeAndLosesThoseThatGoMeanwhile) {
  StartWithPictures();
  SwitchHeld();
  const auto in_index = [&](size_t count) { return WaitUntil([&] { return library_->GetStatus().vectors == count; }); };
  for (int i = 0; i < 6; ++i) std::filesystem::remove(pictures_ / Name(i));
  ASSERT_TRUE(in_index(kPictures - 6));
  for (int i = kPictures; i < kPictures + 12; ++i) pictures_.Write(Name(i), Bytes(i));
  ASSERT_TRUE(in_index(kPictures + 6));
  EXPECT_EQ(Answering(), "old@1");
  ExpectFindsAll(Numbers(6, kPictures + 12));
  new_.LetGo();
  WaitFor("new@1");
  ExpectFindsAll(Numbers(6, kPictures + 12));
}

TEST_F(LibrarySwitch, TakesPhotosThatComeWhileTheySwitchWithoutEnd) {
  StartWithPictures(4);
  int next = 4;
  for (const char* to : {"new", "old", "new"}) {
    ASSERT_THAT(library_->SwitchModel(to), IsOk());
    while (Answering() != std::string(to) + "@1") {
      ASSERT_LT(next, 2000);
      pictures_.Write(Name(next), Bytes(next));
      ++next;
    }
  }
  ASSERT_TRUE(WaitUntil([&] { return catalog_->photo_count() == static_cast<uint64_t>(next); }));
  ASSERT_TRUE(library_->WaitUntilIdle(std::chrono::steady_clock::now() + std::chrono::seconds(60)));
  EXPECT_EQ(Answering(), "new@1");
  ExpectFindsAll(Numbers(0, next));
}

TEST_F(LibrarySwitch, PausesAndGoesOnAfterARestartWithoutEncodingTwice) {
  StartWithPictures();
  const uint64_t job = SwitchHeld();
  ASSERT_THAT(library_->PauseJob(job, true), IsOk());
  new_.LetGo();
  ASSERT_TRUE(WaitForNote("paused"));
  Stop();  // after the batch that it had in hand
  const uint64_t before = new_.pictures();
  EXPECT_LT(before, static_cast<uint64_t>(kPictures));
  Start();
  ASSERT_TRUE(WaitForNote("paused"));
  EXPECT_EQ(Answering(), "old@1");
  EXPECT_EQ(new_.pictures(), before);
  EXPECT_THAT(library_->PauseJob(job + 1000, false), StatusIs(StatusCode::kNotFound));
  ASSERT_THAT(library_->PauseJob(NewestJob().job.id, false), IsOk());
  WaitFor("new@1");
  EXPECT_EQ(new_.pictures(), static_cast<uint64_t>(kPictures));
  ExpectFindsAll(Numbers(0, kPictures));
}

TEST_F(LibrarySwitch, GoesOnByItselfAfterARestart) {
  StartWithPictures();
  SwitchHeld();
  Restart();
  WaitFor("new@1");
  ExpectFindsAll(Numbers(0, kPictures));
  Restart();
  EXPECT_EQ(Answering(), "new@1") << "--model still says old, as it did before the switch";
  ExpectFindsAll(Numbers(0, kPictures));
}

TEST_F(LibrarySwitch, GoesBackWithWhatWasKeptAndEncodesOnlyWhatCameSince) {
  StartWithPictures();
  ASSERT_THAT(library_->SwitchModel("new"), IsOk());
  WaitFor("new@1");
  pictures_.Write(Name(90), Bytes(90));
  ASSERT_TRUE(WaitUntil([&] { return library_->GetStatus().vectors == kPictures + 1; }));
  const uint64_t before = old_.pictures();
  ASSERT_THAT(library_->SwitchModel("old"), IsOk());
  WaitFor("old@1");
  EXPECT_EQ(old_.pictures(), before + 1);
  std::set<int> all = Numbers(0, kPictures);
  all.insert(90);
  ExpectFindsAll(all);
}

TEST_F(LibrarySwitch, RemovesTheOldVectorsWhenTheirTimeIsOver) {
  StartWithPictures();
  ASSERT_THAT(library_->SwitchModel("new"), IsOk());
  WaitFor("new@1");
  clock_.Advance(std::chrono::milliseconds(7 * kDayMs - 1000));
  Restart();
  EXPECT_THAT(library_->Models(), SizeIs(2));
  clock_.Advance(std::chrono::seconds(2));
  Restart();
  ASSERT_TRUE(WaitUntil([&] { return library_->Models().size() == 1; }));
  EXPECT_EQ(Answering(), "new@1");
  ExpectFindsAll(Numbers(0, kPictures));
}

TEST_F(LibrarySwitch, EncodesAPhotoWhoseFilesAreNotThereFromItsThumbnail) {
  StartWithPictures();
  Stop();
  const std::string away = pictures_.path() + ".away";
  std::filesystem::rename(pictures_.path(), away);
  Start();
  ASSERT_THAT(library_->SwitchModel("new"), IsOk());
  WaitFor("new@1");
  EXPECT_EQ(catalog_->photo_count(), static_cast<uint64_t>(kPictures));
  ASSERT_TRUE(WaitUntil([&] { return NewestJob().job.state == storage::JobState::kDone; }));
  EXPECT_THAT(NewestJob().job.error, HasSubstr("30 photos were encoded from their thumbnails"));
  const auto answer = library_->Search({.query = ImageQuery{Bytes(3)}, .k = 1});
  ASSERT_THAT(answer, IsOk());
  EXPECT_GT(answer->hits.front().score, 0.98F);
  Stop();
  std::filesystem::rename(away, pictures_.path());
}

TEST_F(LibrarySwitch, WaitsForAPhotoWithoutFileAndThumbnailUntilItIsGivenUp) {
  options_.scan = false;
  {
    const auto catalog = *storage::Catalog::Open({.folder = data_.path()});
    ASSERT_THAT(catalog->BindModel("old@1", FakeEncoder::kDim), IsOk());
    const auto root = catalog->AddRoot(pictures_.path());
    std::vector<float> vector(FakeEncoder::kDim, 0);
    vector[0] = 1;
    storage::IndexedFile file = test::FileOf({root->id, "lost.png"}, "lost");
    file.vector = vector;
    ASSERT_THAT(catalog->StoreFiles(std::vector{file}), IsOk());
  }
  Start();
  const auto job = library_->SwitchModel("new");
  ASSERT_THAT(job, IsOk());
  ASSERT_TRUE(WaitForNote("lost.png")) << NewestJob().note;
  EXPECT_EQ(Answering(), "old@1");
  EXPECT_THAT(library_->SwitchModel("old"), StatusIs(StatusCode::kAlreadyExists));
  ASSERT_THAT(library_->CancelJob(job->job.id), IsOk());
  EXPECT_EQ(NewestJob().job.state, storage::JobState::kCancelled);
  EXPECT_EQ(catalog_->Models().Filling(), nullptr);
  EXPECT_THAT(library_->CancelJob(job->job.id), StatusIs(StatusCode::kNotFound));
}

TEST_F(LibrarySwitch, WaitsForAModelThatIsNotThereAtTheStart) {
  StartWithPictures();
  SwitchHeld();
  Stop();
  Gone("new", true);
  Start();
  ASSERT_TRUE(WaitForNote("no model \"new\""));
  ExpectFindsAll(Numbers(0, kPictures));
  Gone("new", false);
  WaitFor("new@1");
}

TEST_F(LibrarySwitch, SwitchesWhenAStartAsksForAnotherModelThanTheLast) {
  StartWithPictures();
  new_.Hold();
  Restart("new");  // Stop lets go, so that this is held up only by what follows
  WaitFor("new@1");
  Restart("new");
  EXPECT_EQ(Answering(), "new@1");
  EXPECT_EQ(library_->SourceToLoad("new"), "new");
  ASSERT_THAT(library_->SwitchModel("old"), IsOk());
  WaitFor("old@1");
  EXPECT_EQ(library_->SourceToLoad("new"), "old") << "what was asked for last has the last word";
  Restart("new");
  EXPECT_EQ(Answering(), "old@1");
}

TEST_F(LibrarySwitch, RefusesAStartWithAnotherModelWhenThePresentOneIsGone) {
  StartWithPictures(2);
  Stop();
  Gone("old", true);
  catalog_ = *storage::Catalog::Open({.folder = data_.path()});
  library_ = std::make_unique<Library>(*catalog_, clock_, metrics_, options_);
  EXPECT_THAT(library_->Start(*Load("new"), {.source = "new", .asked = "new"}),
              StatusIs(StatusCode::kUnsupported, testing::AllOf(HasSubstr("old@1"), HasSubstr("no model \"old\""))));
}

TEST_F(LibrarySwitch, RefusesUnknownModelsAndASecondSwitch) {
  StartWithPictures(2);
  EXPECT_THAT(library_->SwitchModel("none"), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(library_->SwitchModel("old"), StatusIs(StatusCode::kAlreadyExists));
  const uint64_t job = SwitchHeld();
  EXPECT_EQ(library_->SwitchModel("new")->job.id, job) << "the same switch again";
  new_.LetGo();
  WaitFor("new@1");
}

}  // namespace
}  // namespace fovea::indexer
