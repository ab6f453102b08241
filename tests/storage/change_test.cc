// Changes whose parts meet each other: the same paths and contents again and again within one write, held against a plain map.
// label: integration
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "storage/catalog.h"
#include "tests/support/catalog_files.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::storage {
namespace {

using test::FileOf;
using test::IsOk;
using test::OpenBound;

class ChangeTest : public testing::Test {
 protected:
  ChangeTest() : catalog_(OpenBound(folder_.path())), root_(catalog_->AddRoot("/photos").value().id) {}
  std::string Any(const char* of, uint64_t among) { return of + std::to_string(random_() % among); }
  void StoreSome() {
    std::vector<IndexedFile> files;
    for (uint64_t i = random_() % 12; i > 0; --i) {
      const std::string path = Any("", 2) + "/" + Any("file", 6), content = Any("content", 8);
      files.push_back(FileOf({root_, path}, content));
      held_[path] = content;
    }
    ASSERT_THAT(catalog_->StoreFiles(files), IsOk());
  }
  void RenameFolder() {
    ASSERT_THAT(test::MoveFolder(*catalog_, {root_, "0"}, {root_, "1"}), IsOk());
    std::map<std::string, std::string> after = held_;
    for (const auto& [path, content] : held_) {
      if (!path.starts_with("0/")) continue;
      after.erase(path);
      after["1" + path.substr(1)] = content;
    }
    held_ = after;
  }
  void ExpectSame() {
    std::map<std::string, Sha256Digest> expected, found;
    std::set<Sha256Digest> contents;
    for (const auto& [path, content] : held_) {
      expected[path] = FileOf({root_, path}, content).photo.content;
      contents.insert(expected[path]);
    }
    ASSERT_THAT(catalog_->ForEachPath(root_, "", [&](const PathRecord& path) {
      const auto photo = catalog_->GetPhoto(path.photo);
      EXPECT_THAT(photo, IsOk()) << path.location.path;
      if (photo) found[path.location.path] = photo->content;
      return true;
    }), IsOk());
    EXPECT_EQ(found, expected);
    EXPECT_EQ(catalog_->photo_count(), contents.size());
    EXPECT_EQ(test::WhatIsInconsistent(*catalog_), "");
  }

  const test::TempDir folder_;
  std::unique_ptr<Catalog> catalog_;
  RootId root_;
  std::mt19937_64 random_{11};
  std::map<std::string, std::string> held_;  // content by path
};

TEST_F(ChangeTest, SeesWhatItAlteredItself) {
  for (int step = 0; step < 150; ++step) {
    step % 10 == 9 ? RenameFolder() : StoreSome();
    ASSERT_NO_FATAL_FAILURE(ExpectSame()) << "step " << step;
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace fovea::storage
