// Made-up libraries: photo i is the same whatever is stored before it, and the facts are spread as in real ones.
// label: integration
#include "bench/synthetic_library.h"

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "base/log.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::bench {
namespace {

using storage::Catalog;
using storage::PhotoId;
using test::IsOk;
using test::TempDir;

constexpr int64_t kDim = 16;

int Make(const std::string& arguments) {
  const std::string program = std::filesystem::path(FOVEA_BINARY).parent_path() / "make_library";
  const int status = std::system(StrCat(program, " ", arguments, " > /dev/null 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Everything that the store holds, as text.
std::string Everything(const std::string& folder) {
  const auto catalog = Catalog::Open({.folder = folder, .read_only = true});
  EXPECT_THAT(catalog, IsOk());
  std::ostringstream all;
  const auto photos = (*catalog)->ListPhotos(PhotoId{0}, SIZE_MAX).value();
  for (const auto& photo : photos) {
    all << photo.id.value << ToHex(photo.content) << photo.bytes << photo.format << photo.width << 'x' << photo.height << photo.orientation << photo.camera
        << photo.lens << photo.taken_at_ms.value_or(-1) << photo.latitude.value_or(-1) << photo.longitude.value_or(-1);
    const auto locations = (*catalog)->LocationsOf(photo.id).value();
    for (const auto& location : locations) all << location.root.value << location.path;
    all << "\n";
  }
  EXPECT_THAT((*catalog)->BindModel((*catalog)->model()->id, (*catalog)->model()->dim), IsOk());
  EXPECT_THAT((*catalog)->ForEachVector([&](PhotoId id, std::span<const float> vector) {
    all << id.value;
    for (const float value : vector) all << ' ' << value;
    return true;
  }), IsOk());
  return all.str();
}

TEST(MakeLibrary, MakesTheSameLibraryForASeedWhateverTheBatches) {
  const TempDir folder;
  ASSERT_EQ(Make(StrCat(folder / "a", " 300 --dim 16 --seed 5")), 0);
  ASSERT_EQ(Make(StrCat(folder / "b", " 300 --dim 16 --seed 5 --batch 7")), 0);
  ASSERT_EQ(Make(StrCat(folder / "c", " 300 --dim 16 --seed 6")), 0);
  ASSERT_EQ(Make(StrCat(folder / "d", " 40 --dim 16 --seed 5")), 0);
  const std::string all = Everything(folder / "a");
  EXPECT_EQ(Everything(folder / "b"), all);
  EXPECT_NE(Everything(folder / "c"), all);
  std::istringstream lines(all), fewer(Everything(folder / "d"));
  std::string line, same;
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(std::getline(lines, line) && std::getline(fewer, same));
    EXPECT_EQ(same, line) << "photo " << i << " does not depend on how many there are";
  }
}

TEST(MakeLibrary, WritesTextVectorsForNumpy) {
  const TempDir folder;
  ASSERT_EQ(Make(StrCat(folder / "a", " 3 --dim 16 --queries 5")), 0);
  std::ifstream in(folder / "a/queries.npy", std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  ASSERT_EQ(bytes.size() % 64, 5 * 16 * sizeof(float) % 64);
  EXPECT_THAT(bytes, testing::StartsWith("\x93NUMPY"));
  EXPECT_THAT(bytes, testing::HasSubstr("'shape': (5, 16), }"));
  std::vector<float> expected(16), found(16);
  SyntheticVectors(16, 1).Text(4, expected);
  std::copy_n(bytes.end() - 64, 64, reinterpret_cast<char*>(found.data()));
  EXPECT_EQ(found, expected);
}

TEST(MakeLibrary, RefusesALibraryThatHoldsPhotosAndAbsurdArguments) {
  const TempDir folder;
  ASSERT_EQ(Make(StrCat(folder / "a", " 3 --dim 16")), 0);
  EXPECT_EQ(Make(StrCat(folder / "a", " 3 --dim 16")), 1);
  EXPECT_NE(Make(StrCat(folder / "b", " 0")), 0);
  EXPECT_NE(Make(StrCat(folder / "b", " 3 --dim 5")), 0);
  EXPECT_NE(Make(folder / "b"), 0);
}

TEST(SyntheticLibraryFacts, AreSpreadAsInARealLibrary) {
  const SyntheticLibrary library(kDim, 1);
  std::vector<float> vector(kDim);
  std::set<std::string> cameras, paths;
  std::set<int> years, orientations;
  int placed = 0, archived = 0, dated = 0;
  constexpr int kPhotos = 20'000;
  for (int i = 0; i < kPhotos; ++i) {
    const auto file = library.File(static_cast<uint64_t>(i) * 50, vector);
    cameras.insert(file.photo.camera);
    paths.insert(file.location.path);
    orientations.insert(file.photo.orientation);
    placed += file.photo.latitude.has_value();
    archived += library.InArchive(static_cast<uint64_t>(i) * 50);
    if (!file.photo.taken_at_ms) continue;
    ++dated;
    years.insert(std::stoi(file.location.path.substr(8, 4)));
  }
  EXPECT_EQ(paths.size(), kPhotos);
  EXPECT_EQ(cameras.size(), 40);
  EXPECT_THAT(orientations, testing::ElementsAre(1, 3, 6, 8));
  EXPECT_EQ(*years.begin(), 2005);
  EXPECT_EQ(*years.rbegin(), 2025);
  EXPECT_NEAR(placed, kPhotos / 2, kPhotos / 20);
  EXPECT_NEAR(archived, kPhotos / 16, kPhotos / 50);
  EXPECT_GT(dated, kPhotos * 0.95);
}

}  // namespace
}  // namespace fovea::bench
