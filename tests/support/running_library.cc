#include "tests/support/running_library.h"

#include <gmock/gmock.h>

#include "encoder/decoder.h"
#include "tests/support/matchers.h"

namespace fovea::test {

using indexer::ImageQuery;
using indexer::LibraryOptions;
using storage::Location;

LibraryOptions RunningLibrary::QuickOptions(bool watch) {
  LibraryOptions options;
  options.batch_size = 8;
  options.batch_wait_ms = 5;
  options.settle_ms = 50;
  options.reconcile_s = 0;
  options.thumbnail_px = 64;
  options.snapshot_every_s = 0;
  options.watch = watch;
  return options;
}

RunningLibrary::RunningLibrary(LibraryOptions options) : options_(options) {
  static const Status decoder = encoder::InitDecoder(1);
  EXPECT_THAT(decoder, IsOk());
}

RunningLibrary::~RunningLibrary() {
  control_.LetGo();
  Stop();
}

void RunningLibrary::Start() {
  metrics_ = std::make_unique<Metrics>();
  auto catalog = storage::Catalog::Open({.folder = data_.path()});
  ASSERT_THAT(catalog, IsOk());
  catalog_ = *std::move(catalog);
  library_ = std::make_unique<indexer::Library>(*catalog_, clock_, *metrics_, options_);
  if (root_.value == 0) {
    const auto root = library_->AddRoot(pictures_.path());
    ASSERT_THAT(root, IsOk());
    root_ = root->id;
  }
  ASSERT_THAT(library_->Start(std::make_unique<FakeEncoder>(control_)), IsOk());
}

void RunningLibrary::Stop() {
  if (!library_) return;
  library_->Stop();
  library_.reset();
  catalog_.reset();
}

void RunningLibrary::WaitIdle() {
  ASSERT_TRUE(library_->WaitUntilIdle(std::chrono::steady_clock::now() + std::chrono::seconds(60)));
}

std::string RunningLibrary::Write(const std::string& name, uint64_t seed) {
  const std::string bytes = MakePicture({.width = 96, .height = 64, .format = PictureFormat::kPng, .seed = seed});
  pictures_.Write(name, bytes);
  return bytes;
}

double RunningLibrary::Count(const std::string& name) { return metrics_->GetCounter(name, "").value(); }

std::optional<storage::PathRecord> RunningLibrary::PathOf(const std::string& name) {
  auto path = catalog_->GetPath({root_, name});
  return path ? std::optional(*std::move(path)) : std::nullopt;
}

storage::PhotoId RunningLibrary::PhotoAt(const std::string& name) {
  const auto path = PathOf(name);
  EXPECT_TRUE(path) << name;
  return path ? path->photo : storage::PhotoId{};
}

std::optional<storage::FailureRecord> RunningLibrary::FailureOf(const std::string& name) {
  auto failure = catalog_->GetFailure({root_, name});
  return failure ? std::optional(*std::move(failure)) : std::nullopt;
}

void RunningLibrary::ExpectFindsItself(const std::string& name) {
  const auto bytes = ReadFile(pictures_ / name, int64_t{1} << 30);
  ASSERT_THAT(bytes, IsOk());
  const auto answer = library_->Search({.query = ImageQuery{*bytes}, .k = 3});
  ASSERT_THAT(answer, IsOk()) << name;
  ASSERT_FALSE(answer->hits.empty()) << name;
  EXPECT_NEAR(answer->hits.front().score, 1, 1e-4) << name;
  EXPECT_EQ(answer->hits.front().photo.record.id, PhotoAt(name)) << name;
}

void RunningLibrary::ExpectConsistent(uint64_t paths, uint64_t photos) {
  const auto status = library_->GetStatus();
  EXPECT_EQ(status.photos, photos);
  EXPECT_EQ(status.vectors, photos);
  EXPECT_EQ(catalog_->indexed_path_count(root_), paths);
  EXPECT_EQ(status.pending, 0u);
}

}  // namespace fovea::test
