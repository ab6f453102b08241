// Import: photos with vectors that were made elsewhere are found, and nothing is encoded.
// label: process
#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <sstream>

#include "base/log.h"
#include "base/npy_file.h"
#include "tests/support/daemon_process.h"
#include "tests/support/image_factory.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

constexpr uint64_t kPictures = 6;
constexpr uint64_t kDim = 128;  // of fovea-tiny
const std::string kParquet = FOVEA_SOURCE_DIR "/tests/parquet/clip_retrieval/metadata/";

// The two bytes of a float16.
std::string HalfOf(float value) {
  int exponent = 0;
  std::frexp(value, &exponent);
  const bool normal = value != 0 && exponent > -14;
  const long steps = std::lround(std::ldexp(std::fabs(value), normal ? 11 - exponent : 24));
  const auto bits = static_cast<uint16_t>((value < 0 ? 0x8000 : 0) + (normal ? ((exponent + 14) << 10) + steps - 1024 : steps));
  return {static_cast<char>(bits & 0xff), static_cast<char>(bits >> 8)};
}

class Import : public testing::Test {
 protected:
  void SetUp() override {
    for (uint64_t i = 0; i < kPictures; ++i) folder_.Write(StrCat("root/", i, ".jpg"), MakePicture({.seed = 700 + i}));
    ASSERT_EQ(Run({"index", "--data", data_, folder_ / "root"}).exit_code, 0);
    ASSERT_EQ(Run({"export", out_, "--data", data_}).exit_code, 0);
    model_ = json::parse(Run({"model", "inspect", "fovea-tiny"}).output)["id"];
  }
  Finished Run(std::vector<std::string> arguments) const { return RunFovea({.arguments = std::move(arguments)}); }
  Finished RunImport(const std::string& from) const {
    return Run({"import", from, "--data", fresh_, "--root", folder_ / "root", "--model-id", model_});
  }
  // Paths and scores of the best, which do not depend on ids.
  static json Answer(const DaemonProcess& daemon) {
    json answer;
    const Reply reply = daemon.Get("/v1/search?q=a%20red%20car&k=10");
    for (const auto& hit : reply.json["results"]) answer.push_back({hit["path"], hit["score"]});
    return answer;
  }
  // clip-retrieval's files for the pictures, with the exported vectors twice as long.
  std::string WriteClipRetrieval(const std::string& records, const std::string& ending) const {
    const std::string folder = folder_ / "clip";
    std::string npy = ContentOf(out_ + "/vectors.npy");
    const size_t begin = npy.size() - kPictures * kDim * sizeof(float);
    for (size_t at = begin; at < npy.size(); at += sizeof(float)) {
      float value = 0;
      std::memcpy(&value, npy.data() + at, sizeof value);
      value *= 2;
      std::memcpy(npy.data() + at, &value, sizeof value);
    }
    folder_.Write("clip/img_emb/img_emb_0.npy", npy);
    folder_.Write("clip/metadata/metadata_0." + ending, records);
    return folder;
  }
  // The path of the photo in each row of an export.
  static std::vector<std::string> Paths(const std::string& folder) {
    std::vector<std::string> paths;
    std::istringstream lines(ContentOf(folder + "/photos.jsonl"));
    for (std::string line; std::getline(lines, line);) paths.push_back(json::parse(line)["paths"][0]["path"]);
    return paths;
  }
  static std::map<std::string, std::vector<float>> Vectors(const std::string& folder) {
    const auto reader = NpyReader::Open(folder + "/vectors.npy");
    std::map<std::string, std::vector<float>> vectors;
    uint64_t row = 0;
    for (const std::string& path : Paths(folder)) {
      vectors[path].resize(kDim);
      if (!reader || !reader->Read(row++, vectors[path]).ok()) ADD_FAILURE() << path;
    }
    return vectors;
  }

  const TempDir folder_;
  const std::string data_ = folder_ / "data", fresh_ = folder_ / "fresh", out_ = folder_ / "out";
  std::string model_;
};

TEST_F(Import, GivesTheSameAnswersAsTheLibraryThatWasExportedAndEncodesNothing) {
  const Finished imported = RunImport(out_);
  ASSERT_EQ(imported.exit_code, 0) << imported.errors;
  EXPECT_THAT(imported.output, HasSubstr("imported: 6 photos, 0 known before, 0 refused"));
  json before, record;
  {
    DaemonProcess daemon({.data = data_});
    ASSERT_TRUE(daemon.WaitForPhotos(kPictures));
    ASSERT_TRUE(daemon.WaitUntilReady());
    before = Answer(daemon);
    record = daemon.Get("/v1/photos/1").json;
  }
  DaemonProcess daemon({.data = fresh_});
  ASSERT_TRUE(daemon.WaitForPhotos(kPictures));
  ASSERT_TRUE(daemon.WaitUntilReady());
  EXPECT_EQ(Answer(daemon), before);
  ASSERT_EQ(before.size(), kPictures);
  EXPECT_EQ(daemon.Metric("fovea_photos_encoded_total"), 0) << "nobody pays twice";
  for (const json& photo : daemon.Photos()) {
    if (photo["path"] != record["path"]) continue;
    const json whole = daemon.Get(StrCat("/v1/photos/", photo["id"])).json;
    for (const char* fact : {"sha256", "format", "bytes", "width", "height", "orientation", "taken_at", "camera"}) EXPECT_EQ(whole[fact], record[fact]) << fact;
    EXPECT_EQ(daemon.Get(StrCat("/v1/photos/", photo["id"], "/thumbnail")).status, 200);
  }
  const Finished busy = RunImport(out_);
  EXPECT_EQ(busy.exit_code, 1);
  EXPECT_THAT(busy.errors, AllOf(HasSubstr("holds the lock"), HasSubstr(StrCat(daemon.process().pid()))));
  ASSERT_EQ(daemon.Stop(), 0);
  EXPECT_THAT(RunImport(out_).output, HasSubstr("imported: 0 photos, 6 known before, 0 refused"));
  EXPECT_EQ(Run({"verify", "--data", fresh_}).exit_code, 0);
}

TEST_F(Import, TakesClipRetrievalsFilesAndNamesRowsThatDoNotFit) {
  std::vector<std::string> paths = Paths(out_);
  folder_.Write("elsewhere/a.jpg", MakePicture({.seed = 1}));
  folder_.Write("root/text.jpg", "no picture");
  paths[1] = folder_ / "elsewhere/a.jpg";
  paths[2] = folder_ / "root/none.jpg";
  paths[3] = folder_ / "root/text.jpg";
  std::string csv = "caption,image_path\r\n";
  for (const std::string& path : paths) csv += StrCat("\"a \"\"b\"\",\nc\",", path, "\r\n");
  const Finished imported = RunImport(WriteClipRetrieval(csv, "csv"));
  EXPECT_EQ(imported.exit_code, 3) << imported.errors;
  EXPECT_THAT(imported.output, HasSubstr("imported: 3 photos, 0 known before, 3 refused"));
  EXPECT_THAT(imported.errors, AllOf(HasSubstr("elsewhere/a.jpg\": it lies in no root"), HasSubstr("none.jpg\": no such file"), HasSubstr("text.jpg\": ")));
  EXPECT_EQ(Run({"verify", "--data", fresh_}).exit_code, 0) << "stored at unit length";
}

TEST_F(Import, TakesParquetAndHalvesAsClipRetrievalLeavesThem) {
  const std::map<std::string, std::vector<float>> before = Vectors(out_);
  const auto write = [&](const std::string& number, const std::vector<std::string>& names) {
    std::string file = NpyHeader(names.size(), kDim);
    file.replace(file.find("<f4"), 3, "<f2");
    for (const std::string& name : names) {
      for (const float value : name.empty() ? std::vector<float>(kDim, 1) : before.at(folder_ / name)) file += HalfOf(value);
    }
    folder_.Write(StrCat("clip/img_emb/img_emb_", number, ".npy"), file);
    folder_.Write(StrCat("clip/metadata/metadata_", number, ".parquet"), ContentOf(StrCat(kParquet, "metadata_", number, ".parquet")));
  };
  write("00", {"root/3.jpg", "root/0.jpg", "root/5.jpg", "root/1.jpg"});
  write("02", {"root/4.jpg", "", "root/2.jpg"});
  const Finished imported = RunFovea({.arguments = {"import", "clip", "--data", fresh_, "--root", "root", "--model-id", model_}, .folder = folder_.path()});
  EXPECT_EQ(imported.exit_code, 3) << imported.errors;
  EXPECT_THAT(imported.output, HasSubstr("imported: 6 photos, 0 known before, 1 refused"));
  EXPECT_THAT(imported.errors, HasSubstr("refused: read \"clip/metadata/metadata_02.parquet\", record 2: no path"));
  ASSERT_EQ(Run({"export", folder_ / "again", "--data", fresh_}).exit_code, 0);
  const auto after = Vectors(folder_ / "again");
  ASSERT_EQ(after.size(), kPictures);
  for (const auto& [path, vector] : before) {
    EXPECT_THAT(after.at(path), testing::Pointwise(testing::FloatNear(1e-3f), vector)) << path << " has its own vector";
  }
}

TEST_F(Import, RefusesAFileThatHasChangedSinceItsVectorWasMade) {
  folder_.Write("root/0.jpg", MakePicture({.seed = 999}));
  const Finished imported = RunImport(out_);
  EXPECT_EQ(imported.exit_code, 3);
  EXPECT_THAT(imported.errors, AllOf(HasSubstr("0.jpg"), HasSubstr("has changed since")));
  EXPECT_THAT(imported.output, HasSubstr("imported: 5 photos"));
}

TEST_F(Import, RefusesTheWholeBeforeAnythingIsStored) {
  std::string jsonl;
  for (const std::string& path : Paths(out_)) jsonl += json{{"image_path", path}}.dump() + "\n";
  const std::string clip = WriteClipRetrieval(jsonl + jsonl, "jsonl");
  EXPECT_THAT(RunImport(clip).errors, AllOf(HasSubstr("has 6 rows"), HasSubstr("12 records")));
  folder_.Write("clip/metadata/metadata_0.jsonl", jsonl.substr(0, jsonl.size() / 2 - 5));
  EXPECT_THAT(RunImport(clip).errors, HasSubstr("no JSON"));
  fs::rename(clip + "/metadata/metadata_0.jsonl", clip + "/metadata/metadata_0.parquet");
  EXPECT_THAT(RunImport(clip).errors, AllOf(HasSubstr("metadata_0.parquet"), HasSubstr("no Parquet file")));
  fs::copy_file(kParquet + "metadata_02.parquet", clip + "/metadata/metadata_0.parquet", fs::copy_options::overwrite_existing);
  EXPECT_THAT(RunImport(clip).errors, AllOf(HasSubstr("has 6 rows"), HasSubstr("3 records")));
  fs::remove(clip + "/metadata/metadata_0.parquet");
  EXPECT_THAT(RunImport(clip).errors, HasSubstr("no metadata/metadata_0.parquet, .jsonl or .csv"));
  EXPECT_FALSE(fs::exists(fresh_));
  folder_.Write("clip/metadata/metadata_0.jsonl", jsonl);
  folder_.Write("clip/img_emb/img_emb_0.npy", NpyHeader(200'000'000, 512));
  EXPECT_THAT(RunImport(clip).errors, HasSubstr("speaks of 200000000 rows"));
  folder_.Write("clip/img_emb/img_emb_0.npy", NpyHeader(6, 64) + std::string(6 * 64 * 4, '\1'));
  const Finished other = Run({"import", clip, "--data", data_, "--same-model"});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.errors, AllOf(HasSubstr("128 values"), HasSubstr("64")));
  EXPECT_THAT(Run({"import", out_, "--data", data_, "--model-id", "other@1"}).errors, HasSubstr("not other@1"));
  EXPECT_THAT(Run({"import", out_, "--data", fresh_, "--same-model"}).errors, HasSubstr("no model yet"));
  EXPECT_THAT(Run({"import", out_, "--data", fresh_, "--model-id", model_}).errors, HasSubstr("no roots"));
  EXPECT_EQ(Run({"import", out_, "--data", fresh_}).exit_code, 2) << "one of --model-id and --same-model";
  EXPECT_EQ(Run({"import", folder_ / "root", "--data", fresh_, "--same-model"}).exit_code, 1);
}

}  // namespace
}  // namespace fovea::test
