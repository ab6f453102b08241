// label: unit
#include "daemon/import_rows.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "base/log.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::daemon {
namespace {

using test::IsOk;
using test::StatusIs;
using test::TempDir;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kParquet = FOVEA_SOURCE_DIR "/tests/parquet/";

class Rows : public testing::Test {
 protected:
  // The paths of each record.
  static Result<std::vector<std::vector<std::string>>> Read(const std::string& path) {
    ASSIGN_OR_RETURN(ImportRows rows, ImportRows::Open(path));
    std::vector<std::vector<std::string>> paths;
    for (;;) {
      ASSIGN_OR_RETURN(const std::optional<ImportRecord> record, rows.Next());
      if (!record) return paths;
      paths.push_back(record->paths);
    }
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    const auto parts = FindImportParts(folder_.path());
    for (const ImportPart& part : parts.value_or(std::vector<ImportPart>{})) {
      names.push_back(std::filesystem::path(part.vectors).filename().string() + " " + std::filesystem::path(part.records).filename().string());
    }
    return names;
  }
  const TempDir folder_;
};

TEST_F(Rows, KeepTheirPlaceWithoutAPath) {
  for (const std::string& path : {folder_.Write("a.csv", "image_path,caption\na,x\n,y\nb,z\n"), folder_.Write("a.jsonl", R"({"image_path":"a"}
{"image_path":null}
{"image_path":"b"})")}) {
    const auto rows = Read(path);
    ASSERT_THAT(rows, IsOk());
    EXPECT_THAT(*rows, ElementsAre(ElementsAre("a"), IsEmpty(), ElementsAre("b"))) << path;
  }
  const auto rows = Read(kParquet + "clip_retrieval/metadata/metadata_02.parquet");
  ASSERT_THAT(rows, IsOk());
  EXPECT_THAT(*rows, ElementsAre(ElementsAre("root/4.jpg"), IsEmpty(), ElementsAre("root/2.jpg")));
}

TEST_F(Rows, AreNamedInWhatIsSaidOfThem) {
  EXPECT_THAT(Read(folder_.Write("a.jsonl", "{\"image_path\":\"a\"}\n{\"caption\":\"b\"}\n")), StatusIs(StatusCode::kCorrupt, AllOf(HasSubstr("a.jsonl"), HasSubstr("record 2"))));
  EXPECT_THAT(Read(folder_.Write("a.csv", "caption,image_path\nx,a\ny\n")), StatusIs(StatusCode::kCorrupt, AllOf(HasSubstr("a.csv"), HasSubstr("record 2"))));
  EXPECT_THAT(Read(folder_.Write("a.parquet", "PAR1 and so on PAR1")), StatusIs(StatusCode::kCorrupt, HasSubstr("a.parquet")));
}

TEST_F(Rows, AreCountedByParquetItself) {
  EXPECT_EQ(ImportRows::Open(kParquet + "pyarrow_large.parquet")->stated(), 100'000u);
  EXPECT_EQ(ImportRows::Open(folder_.Write("a.csv", "image_path\na\n"))->stated(), std::nullopt);
}

TEST_F(Rows, LieInNumberedPartsWithZerosAndGaps) {
  for (const char* name : {"img_emb/img_emb_10.npy", "img_emb/img_emb_02.npy", "img_emb/img_emb_00.npy", "img_emb/img_emb_x.npy", "img_emb/img_emb_.npy",
                           "img_emb/img_emb_00.npy.part", "metadata/metadata_00.parquet", "metadata/metadata_02.parquet", "metadata/metadata_02.csv",
                           "metadata/metadata_10.jsonl", "metadata/metadata_10.parquet"}) {
    folder_.Write(name, "");
  }
  EXPECT_THAT(Names(), ElementsAre("img_emb_00.npy metadata_00.parquet", "img_emb_02.npy metadata_02.csv", "img_emb_10.npy metadata_10.jsonl"));
  folder_.Write("img_emb/img_emb_11.npy", "");
  EXPECT_THAT(FindImportParts(folder_.path()), StatusIs(StatusCode::kNotFound, HasSubstr("no metadata/metadata_11.parquet")));
}

TEST_F(Rows, LieInPartsInTheOrderOfTheirNumbers) {
  for (const char* number : {"9", "10", "1"}) {
    folder_.Write(StrCat("img_emb/img_emb_", number, ".npy"), "");
    folder_.Write(StrCat("metadata/metadata_", number, ".parquet"), "");
  }
  EXPECT_THAT(Names(), ElementsAre("img_emb_1.npy metadata_1.parquet", "img_emb_9.npy metadata_9.parquet", "img_emb_10.npy metadata_10.parquet"));
}

TEST_F(Rows, LieNowhereInAnotherFolder) { EXPECT_THAT(FindImportParts(folder_.path()), StatusIs(StatusCode::kNotFound, HasSubstr("neither"))); }

}  // namespace
}  // namespace fovea::daemon
