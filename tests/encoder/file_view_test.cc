// Parts of files shown in memory.
// label: unit
#include "encoder/file_view.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/unique_fd.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

using encoder::FileView;
using testing::HasSubstr;

constexpr size_t kBytes = 20'000;  // a few pages

std::string Pattern() {
  std::string bytes(kBytes, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 + i / 256);
  return bytes;
}

TEST(FileView, ShowsAnyPartOfAFile) {
  const TempDir folder;
  const std::string content = Pattern();
  const Result<UniqueFd> file = OpenForRead(folder.Write("f", content));
  ASSERT_THAT(file, IsOk());
  for (const auto& [offset, bytes] : std::vector<std::pair<int64_t, int64_t>>{{0, 1}, {1, 5000}, {4095, 2}, {4096, 4096}, {8191, 11809}, {0, 20000}}) {
    const Result<FileView> view = FileView::Of(file->get(), "f", offset, bytes);
    ASSERT_THAT(view, IsOk());
    const std::string_view shown(reinterpret_cast<const char*>(view->data()), static_cast<size_t>(bytes));
    EXPECT_EQ(shown, std::string_view(content).substr(static_cast<size_t>(offset), static_cast<size_t>(bytes)));
  }
}

TEST(FileView, KeepsShowingAFileThatIsReplacedOrDeleted) {
  const TempDir folder;
  const std::string content = Pattern(), path = folder.Write("f", content);
  Result<UniqueFd> file = OpenForRead(path);
  ASSERT_THAT(file, IsOk());
  const Result<FileView> view = FileView::Of(file->get(), path, 0, kBytes);
  ASSERT_THAT(view, IsOk());
  *file = UniqueFd();
  std::filesystem::rename(folder.Write("new", "short"), path);
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(view->data()), kBytes), content);
  std::filesystem::remove(path);
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(view->data()), kBytes), content);
}

TEST(FileView, RefusesAPartThatIsNotThere) {
  const TempDir folder;
  const std::string path = folder.Write("f", Pattern());
  const Result<UniqueFd> file = OpenForRead(path);
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(FileView::Of(file->get(), path, 1, kBytes), StatusIs(StatusCode::kCorrupt, HasSubstr(path + ": ends before its data")));
  std::filesystem::resize_file(path, 5000);
  EXPECT_THAT(FileView::Of(file->get(), path, 0, 5001), StatusIs(StatusCode::kCorrupt, HasSubstr("ends before")));
  EXPECT_THAT(FileView::Of(file->get(), path, -1, 10), StatusIs(StatusCode::kCorrupt));
}

}  // namespace
}  // namespace fovea::test
