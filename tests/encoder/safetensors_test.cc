// The container of the weights: what a good one holds, and that every bad one is refused by name.
// label: unit
#include "encoder/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

using namespace encoder;
using nlohmann::json;
using testing::HasSubstr;

std::string Bytes(uint64_t length, const std::string& header, const std::string& data) {
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

std::string Container(const json& header, size_t data_bytes) {
  const std::string text = header.dump();
  std::string data(data_bytes, '\0');
  for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i);
  return Bytes(text.size(), text, data);
}

json Tensor(const char* type, const json& shape, const json& offsets) { return {{"dtype", type}, {"shape", shape}, {"data_offsets", offsets}}; }

const json kGood = {{"__metadata__", {{"format", "pt"}}},
                    {"a", Tensor("F32", {2, 3}, {0, 24})},
                    {"b", Tensor("F16", json::array(), {24, 26})},
                    {"c", Tensor("I64", {1}, {26, 34})},
                    {"none", Tensor("BF16", {0, 5}, {34, 34})}};
constexpr size_t kGoodBytes = 34;

TEST(OpenSafetensors, ReadsTableAndData) {
  const TempDir folder;
  const Result<TensorFile> file = OpenSafetensors(folder.Write("model.safetensors", Container(kGood, kGoodBytes)));
  ASSERT_THAT(file, IsOk());
  ASSERT_EQ(file->tensors().size(), 4u);
  const StoredTensor& a = file->tensors().at("a");
  EXPECT_EQ(a.type, TensorType::kFloat32);
  EXPECT_EQ(a.shape, Shape({2, 3}));
  EXPECT_EQ(a.bytes, 24);
  EXPECT_EQ(file->tensors().at("b").shape, Shape());
  std::array<std::byte, 2> b{};
  ASSERT_THAT(file->Read(file->tensors().at("b").offset, b), IsOk());
  EXPECT_EQ(b[0], std::byte{24});
  EXPECT_EQ(b[1], std::byte{25});
}

TEST(OpenSafetensors, RefusesAFileCutAtAnyLength) {
  const TempDir folder;
  const std::string whole = Container(kGood, kGoodBytes);
  for (size_t length = 0; length < whole.size(); ++length) {
    const std::string path = folder.Write("model.safetensors", whole.substr(0, length));
    EXPECT_THAT(OpenSafetensors(path), StatusIs(StatusCode::kCorrupt, HasSubstr(path))) << length << " of " << whole.size();
  }
  EXPECT_THAT(OpenSafetensors(folder.Write("long", whole + "x")), StatusIs(StatusCode::kCorrupt));
}

TEST(OpenSafetensors, RefusesAbsurdHeaderLengths) {
  const TempDir folder;
  for (const uint64_t length : {uint64_t{1000}, uint64_t{1} << 31, uint64_t{1} << 62, ~uint64_t{0}}) {
    EXPECT_THAT(OpenSafetensors(folder.Write("f", Bytes(length, "{}", ""))), StatusIs(StatusCode::kCorrupt, HasSubstr("header of")));
  }
}

TEST(OpenSafetensors, RefusesHeadersThatAreNoTable) {
  const TempDir folder;
  const std::vector<std::string> headers = {"", "[]", "null", "{", "\"a\"", "{\"a\": }", std::string(1000, '['), "{\"a\xff\": 1}"};
  for (const std::string& header : headers) {
    EXPECT_THAT(OpenSafetensors(folder.Write("f", Bytes(header.size(), header, ""))), StatusIs(StatusCode::kCorrupt)) << header;
  }
}

struct BadEntry {
  json entry;
  const char* message;
};

TEST(OpenSafetensors, NamesTheTensorThatIsWrong) {
  const int64_t huge = int64_t{1} << 62;
  const std::vector<BadEntry> entries = {
      {json(5), "expected an object"},
      {json::object(), "no dtype"},
      {Tensor("F31", {2}, {0, 8}), "F31"},
      {{{"dtype", 32}, {"shape", {2}}, {"data_offsets", {0, 8}}}, "no dtype"},
      {{{"dtype", "F32"}, {"data_offsets", {0, 8}}}, "shape"},
      {Tensor("F32", "2", {0, 8}), "shape"},
      {Tensor("F32", {-2}, {0, 8}), "shape"},
      {Tensor("F32", {1.5}, {0, 8}), "shape"},
      {Tensor("F32", json::array({1, 1, 1, 1, 1, 1, 1, 1, 2}), {0, 8}), "shape"},
      {Tensor("F32", {2}, {0}), "data_offsets"},
      {Tensor("F32", {2}, {-8, 8}), "data_offsets"},
      {Tensor("F32", {2}, {8, 0}), "reach over"},
      {Tensor("F32", {2}, {0, 16}), "reach over"},
      {Tensor("F32", {2}, {huge, huge + 8}), "reach over"},
      {Tensor("F32", {3}, {0, 8}), "does not take"},
      {Tensor("F32", {huge, 4}, {0, 8}), "does not take"},
      {Tensor("F32", {huge, 0}, {0, 8}), "does not take"}};
  const TempDir folder;
  for (const BadEntry& bad : entries) {
    const Result<TensorFile> file = OpenSafetensors(folder.Write("f", Container({{"the.name", bad.entry}}, 8)));
    ASSERT_FALSE(file.has_value()) << bad.entry;
    EXPECT_THAT(file.error().message(), testing::AllOf(HasSubstr("\"the.name\""), HasSubstr(bad.message)));
  }
}

TEST(OpenSafetensors, RefusesOverlapsAndHoles) {
  const TempDir folder;
  const json overlap = {{"a", Tensor("U8", {6}, {0, 6})}, {"b", Tensor("U8", {4}, {4, 8})}};
  EXPECT_THAT(OpenSafetensors(folder.Write("f", Container(overlap, 8))), StatusIs(StatusCode::kCorrupt, HasSubstr("\"b\"")));
  const json hole = {{"a", Tensor("U8", {2}, {0, 2})}, {"b", Tensor("U8", {4}, {4, 8})}};
  EXPECT_THAT(OpenSafetensors(folder.Write("f", Container(hole, 8))), StatusIs(StatusCode::kCorrupt, HasSubstr("hole")));
}

TEST(OpenSafetensors, IsAnErrorWhenTheFileIsCutAfterOpening) {
  const TempDir folder;
  const std::string path = folder.Write("f", Container(kGood, kGoodBytes));
  const Result<TensorFile> file = OpenSafetensors(path);
  ASSERT_THAT(file, IsOk());
  std::filesystem::resize_file(path, 20);
  std::array<std::byte, 24> data{};
  EXPECT_THAT(file->Read(file->tensors().at("a").offset, data), StatusIs(StatusCode::kCorrupt, HasSubstr("ends before its data")));
}

TEST(OpenSafetensors, IsNotFoundWhenThereIsNone) {
  const TempDir folder;
  EXPECT_THAT(OpenSafetensors(folder / "none"), StatusIs(StatusCode::kNotFound));
}

}  // namespace
}  // namespace fovea::test
