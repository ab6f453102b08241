// NearDuplicates on a real store: what it finds, keeps over a reopening, and how a search ends early.
// label: integration
#include "indexer/near_duplicates.h"

#include <gmock/gmock.h>

#include <cmath>
#include <future>
#include <numeric>

#include "indexer/duplicates_record.h"
#include "tests/support/matchers.h"
#include "tests/support/random_vectors.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throwing_clock.h"
#include "tests/support/wait_until.h"

namespace fovea::indexer {
namespace {

using storage::Catalog;
using storage::IndexedFile;
using storage::JobState;
using storage::PhotoId;
using test::IsOk;
using test::StatusIs;
using testing::UnorderedElementsAre;

constexpr size_t kDim = 64;
constexpr int64_t kNoon = 1'700'000'000'000;

class NearDuplicatesTest : public testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    auto opened = Catalog::Open({.folder = data_.path()});
    ASSERT_THAT(opened, IsOk());
    catalog_ = *std::move(opened);
    ASSERT_THAT(catalog_->BindModel("m@1", kDim), IsOk());
    if (catalog_->ListRoots().empty()) {
      ASSERT_THAT(catalog_->AddRoot("/photos"), IsOk());
    }
    root_ = catalog_->ListRoots().front().id;
    jobs_ = std::make_unique<JobBoard>(*catalog_, clock_);
    duplicates_ = std::make_unique<NearDuplicates>(*catalog_, clock_, *jobs_);
  }
  void Close() {
    duplicates_.reset();
    jobs_.reset();
    catalog_.reset();
  }
  // A vector at a cosine of `near` from the one of `topic`.
  std::vector<float> Vector(uint64_t topic, double near = 1) {
    const std::vector<float> first = test::RandomVectors(topic).Unit(kDim);
    std::vector<float> other = test::RandomVectors(++noise_ + 1'000'000).Unit(kDim);
    const float along = std::inner_product(first.begin(), first.end(), other.begin(), 0.0f);
    for (size_t i = 0; i < kDim; ++i) other[i] -= along * first[i];
    other = test::Normalised(std::move(other));
    std::vector<float> vector(kDim);
    for (size_t i = 0; i < kDim; ++i) vector[i] = static_cast<float>(near * first[i] + std::sqrt(1 - near * near) * other[i]);
    return vector;
  }
  PhotoId Store(const std::string& path, const std::vector<float>& vector, std::optional<int64_t> taken_ms, int width = 4000) {
    IndexedFile file;
    file.location = {root_, path};
    file.photo.content[0] = static_cast<uint8_t>(++stored_);
    file.photo.content[1] = static_cast<uint8_t>(stored_ >> 8);
    file.photo.width = width;
    file.photo.height = width * 3 / 4;
    file.photo.bytes = width * 100;
    file.photo.taken_at_ms = taken_ms;
    file.photo.camera = "Alder 100";
    file.photo.format = "jpeg";
    file.vector = vector;
    return catalog_->StoreFiles(std::span(&file, 1)).value().front().photo;
  }
  JobState Search(const DuplicateRequest& request = {.copies = 0.97f, .bursts = 0.9f}) {
    const auto job = duplicates_->Begin(request);
    EXPECT_THAT(job, IsOk());
    EXPECT_TRUE(test::WaitUntil([&] { return !duplicates_->Running(); }));
    return jobs_->List(1).front().job.state;
  }
  std::vector<DuplicateGroup> All() { return duplicates_->Groups(duplicates_->Last().report.run, 0, SIZE_MAX); }
  // Holds the next search up, just before it keeps what it found, until the promise is kept.
  std::shared_future<void> HoldUp(std::promise<void>& let_go) {
    auto arrived = std::make_shared<std::promise<void>>();
    clock_.ThrowIn("duplicates", 1, [arrived, go = let_go.get_future().share()] {
      arrived->set_value();
      go.wait();
    });
    return arrived->get_future().share();
  }

  test::TempDir data_;
  test::ThrowingClock clock_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<JobBoard> jobs_;
  std::unique_ptr<NearDuplicates> duplicates_;
  storage::RootId root_;
  uint64_t stored_ = 0, noise_ = 0;
};

std::vector<uint64_t> Ids(const DuplicateGroup& group) {
  std::vector<uint64_t> ids;
  for (const auto& member : group.members) ids.push_back(member.id.value);
  return ids;
}

TEST_F(NearDuplicatesTest, FindsWhatIsThereAndNothingElse) {
  for (uint64_t i = 0; i < 40; ++i) Store("other/" + std::to_string(i) + "x.jpg", Vector(1000 + i), kNoon + static_cast<int64_t>(i) * 86'400'000);
  const PhotoId picture = Store("a.jpg", Vector(1), kNoon), saved = Store("saved.jpg", Vector(1, 0.99), std::nullopt, 800);
  const PhotoId one = Store("b1.jpg", Vector(2), kNoon), two = Store("b2.jpg", Vector(2, 0.95), kNoon + 1500), three = Store("b3.jpg", Vector(2, 0.94), kNoon + 2500);
  Store("later.jpg", Vector(2, 0.999), kNoon + 3'600'000);
  IndexedFile again;
  again.location = {root_, "again/a.jpg"};
  again.photo = catalog_->GetPhoto(picture).value();
  ASSERT_THAT(catalog_->StoreFiles(std::span(&again, 1)), IsOk());

  ASSERT_EQ(Search(), JobState::kDone);
  const auto job = jobs_->List(1).front().job;
  EXPECT_EQ(job.kind, "duplicates");
  EXPECT_EQ(job.total, 46u);
  EXPECT_EQ(job.done, 46u);
  const auto groups = All();
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0].kind, DuplicateKind::kIdentical);
  EXPECT_THAT(Ids(groups[0]), UnorderedElementsAre(picture.value));
  EXPECT_EQ(groups[1].kind, DuplicateKind::kCopies);
  EXPECT_THAT(Ids(groups[1]), UnorderedElementsAre(picture.value, saved.value));
  EXPECT_EQ(groups[1].keep, picture);
  EXPECT_NEAR(groups[1].score(), 0.99, 0.002);
  EXPECT_EQ(groups[2].kind, DuplicateKind::kBurst);
  EXPECT_THAT(Ids(groups[2]), UnorderedElementsAre(one.value, two.value, three.value));
  const auto last = duplicates_->Last();
  EXPECT_EQ(last.report.photos, 46u);
  EXPECT_EQ(last.report.last, PhotoId{46});
  EXPECT_THAT(last.groups, testing::ElementsAre(1, 1, 1));
}

TEST_F(NearDuplicatesTest, TakesALevelOrFindsOne) {
  for (uint64_t i = 0; i < 200; ++i) Store(std::to_string(i) + ".jpg", Vector(1000 + i), std::nullopt);
  Store("a.jpg", Vector(1), std::nullopt);
  Store("b.jpg", Vector(1, 0.985), std::nullopt);
  ASSERT_EQ(Search({.copies = 0.99f, .bursts = {}}), JobState::kDone);
  EXPECT_TRUE(All().empty());
  ASSERT_EQ(Search({}), JobState::kDone);
  EXPECT_EQ(All().size(), 1u);
  const PairLevels levels = duplicates_->Last().report.levels;
  EXPECT_NEAR(levels.copies, 0.977, 0.002) << "unrelated vectors have a cosine of 0";
  EXPECT_NEAR(levels.bursts, 0.885, 0.01);
  EXPECT_EQ(duplicates_->Last().report.run, 2u);
}

TEST_F(NearDuplicatesTest, FindsNothingInAnEmptyLibrary) {
  ASSERT_EQ(Search(), JobState::kDone);
  EXPECT_TRUE(All().empty());
  EXPECT_EQ(duplicates_->Last().report.run, 1u);
}

TEST_F(NearDuplicatesTest, KeepsTheLastReportOverAReopening) {
  Store("a.jpg", Vector(1), kNoon);
  Store("b.jpg", Vector(1, 0.99), kNoon);
  ASSERT_EQ(Search(), JobState::kDone);
  const auto before = duplicates_->Last();
  Close();
  Open();
  EXPECT_EQ(duplicates_->Last().report.made_at_ms, before.report.made_at_ms);
  EXPECT_EQ(duplicates_->Last().report.model, "m@1");
  ASSERT_EQ(All().size(), 1u);
  EXPECT_THAT(Ids(All()[0]), UnorderedElementsAre(1, 2));
  EXPECT_TRUE(duplicates_->Groups(before.report.run + 1, 0, 10).empty()) << "of another run";
  ASSERT_EQ(Search(), JobState::kDone);
  EXPECT_EQ(duplicates_->Last().report.run, before.report.run + 1);
}

TEST_F(NearDuplicatesTest, ForgetsAReportThatCannotBeRead) {
  Store("a.jpg", Vector(1), kNoon);
  Store("b.jpg", Vector(1, 0.99), kNoon);
  ASSERT_EQ(Search(), JobState::kDone);
  std::string bytes = catalog_->GetIndexValue(kDuplicatesName).value();
  bytes.pop_back();
  ASSERT_THAT(catalog_->PutIndexValue(kDuplicatesName, bytes), IsOk());
  Close();
  Open();
  EXPECT_EQ(duplicates_->Last().report.run, 0u);
  ASSERT_EQ(Search(), JobState::kDone);
  EXPECT_EQ(All().size(), 1u);
}

TEST_F(NearDuplicatesTest, RunsOneSearchAtATimeAndEndsItOnRequest) {
  Store("a.jpg", Vector(1), kNoon);
  Store("b.jpg", Vector(1, 0.99), kNoon);
  ASSERT_EQ(Search(), JobState::kDone);
  std::promise<void> let_go;
  const auto arrived = HoldUp(let_go);
  const auto job = duplicates_->Begin({});
  ASSERT_THAT(job, IsOk());
  arrived.wait();
  EXPECT_THAT(duplicates_->Begin({}), StatusIs(StatusCode::kBusy));
  ASSERT_TRUE(duplicates_->Running());
  EXPECT_EQ(duplicates_->Running()->job.id, job->job.id);
  EXPECT_FALSE(duplicates_->Cancel(job->job.id + 1)) << "another job";
  EXPECT_TRUE(duplicates_->Cancel(job->job.id));
  let_go.set_value();
  EXPECT_TRUE(test::WaitUntil([&] { return !duplicates_->Running(); }));
  EXPECT_EQ(jobs_->List(1).front().job.state, JobState::kCancelled);
  EXPECT_EQ(duplicates_->Last().report.run, 1u) << "the last report stays";
  EXPECT_FALSE(duplicates_->Cancel(job->job.id)) << "it has ended";
  EXPECT_EQ(Search(), JobState::kDone);
}

TEST_F(NearDuplicatesTest, StopsWithItsOwner) {
  std::promise<void> let_go;
  const auto arrived = HoldUp(let_go);
  ASSERT_THAT(duplicates_->Begin({}), IsOk());
  arrived.wait();
  duplicates_->RequestStop();
  let_go.set_value();
  duplicates_->Stop();
  EXPECT_EQ(jobs_->List(1).front().job.state, JobState::kCancelled);
  EXPECT_THAT(duplicates_->Begin({}), StatusIs(StatusCode::kBusy));
}

}  // namespace
}  // namespace fovea::indexer
