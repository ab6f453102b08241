// Files of torch.save and torch.jit.save: what a good one holds, that a bad one is refused by name, and that none is ever run.
// label: unit
#include "encoder/pickled_tensors.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "encoder/pickle_reader.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/torch_archive.h"

namespace fovea::test {
namespace {

using namespace encoder;
using testing::AllOf;
using testing::HasSubstr;

StoredWeight Weight(const std::string& name, const Shape& shape, std::vector<float> values, const std::string& type) {
  return {.name = name, .shape = shape, .values = [values = std::move(values)] { return values; }, .type = type};
}

std::vector<StoredWeight> SomeWeights() {
  return {Weight("visual.conv1.weight", {2, 3}, {1, 2, 3, 4, 5, 6}, "F16"), Weight("visual.proj", {2}, {-1.5, 2.5}, "F32"),
          Weight("logit_scale", {}, {4.5}, "BF16"), Weight("vocab_size", {}, {49408}, "I64")};
}

std::string Contents(const TensorFile& file, const std::string& name) {
  const StoredTensor& tensor = file.tensors().at(name);
  std::string bytes(static_cast<size_t>(tensor.bytes), '\0');
  EXPECT_THAT(file.Read(tensor.offset, std::as_writable_bytes(std::span(bytes))), IsOk());
  return bytes;
}

Result<TensorFile> OpenBytes(const TempDir& folder, const std::string& bytes) { return OpenPickledTensors(folder.Write("f.pt", bytes)); }

// An archive whose pickle holds `value`, with one entry of eight numbers.
Result<TensorFile> OpenValue(const TempDir& folder, const std::string& value) {
  return OpenBytes(folder, ZipOf({{"a/data.pkl", PickleOf(value)}, {"a/data/0", std::string(32, '\1')}}));
}

// A file that is rewritten thousands of times.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("weights", 0)) {}
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_.get()); }
  Result<TensorFile> Open(const std::string& bytes) {
    EXPECT_EQ(ftruncate(fd_.get(), 0), 0);
    EXPECT_EQ(pwrite(fd_.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    return OpenPickledTensors(path());
  }

 private:
  UniqueFd fd_;
};

TEST(OpenPickledTensors, ReadsEveryKindOfFile) {
  const TempDir folder;
  for (const TorchFile kind : {TorchFile::kStateDict, TorchFile::kWrapped, TorchFile::kTorchScript, TorchFile::kLegacy}) {
    const std::vector<StoredWeight> weights = SomeWeights();
    const Result<TensorFile> file = OpenBytes(folder, TorchFileOf(kind, weights));
    ASSERT_THAT(file, IsOk());
    EXPECT_EQ(file->container(), kind == TorchFile::kTorchScript ? Container::kTorchScript : Container::kPickle);
    ASSERT_EQ(file->tensors().size(), weights.size());
    for (const StoredWeight& weight : weights) {
      EXPECT_EQ(file->tensors().at(weight.name).shape, weight.shape);
      EXPECT_EQ(file->tensors().at(weight.name).strides, Shape());
      EXPECT_EQ(Contents(*file, weight.name), ValueBytes(weight)) << weight.name;
    }
    EXPECT_EQ(file->tensors().at("logit_scale").type, TensorType::kBfloat16);
  }
}

TEST(OpenPickledTensors, ReadsTheFiguresOf64BitArchives) {
  const TempDir folder;
  const std::string pickle = PickleOf("}" + PickledText("a") + PickledTensorOf({.key = "0", .shape = {2, 4}}) + "s");
  const Result<TensorFile> file = OpenBytes(folder, ZipOf({{"a/data.pkl", pickle}, {"a/data/0", std::string(32, '\2')}}, ZipFigures::k64));
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(Contents(*file, "a"), std::string(32, '\2'));
}

TEST(OpenPickledTensors, KnowsATransposedTensorAndOneInsideItsStorage) {
  const TempDir folder;
  const Result<TensorFile> file = OpenValue(folder, "}(" + PickledText("turned") + PickledTensorOf({.key = "0", .shape = {4, 2}, .strides = {1, 4}}) +
                                                        PickledText("inside") + PickledTensorOf({.key = "0", .shape = {2, 1, 2}, .strides = {2, 77, 1}, .first = 3, .elements = 8}) + "u");
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(file->tensors().at("turned").strides, Shape({1, 4}));
  EXPECT_EQ(file->tensors().at("inside").strides, Shape()) << "an extent of 1 may have any stride";
  EXPECT_EQ(file->tensors().at("inside").offset, file->tensors().at("turned").offset + 12);
  EXPECT_EQ(file->tensors().at("inside").bytes, 16);
}

TEST(OpenPickledTensors, TakesOnlyTensorsOfAStateDict) {
  const TempDir folder;
  const std::string tensor = PickledTensorOf({.key = "0", .shape = {8}});
  const std::string parameter = PickledCall("torch._utils", "_rebuild_parameter", PickledTuple(tensor + "\x89" + "N"));
  const Result<TensorFile> file = OpenValue(folder, "}(" + PickledText("a") + parameter + PickledText("epoch") + PickledInteger(3) + PickledText("rate") + "G" +
                                                        std::string(8, '\0') + PickledText("deep") + "}" + PickledText("b") + tensor + "s" + PickledInteger(5) + tensor + "u");
  ASSERT_THAT(file, IsOk());
  ASSERT_EQ(file->tensors().size(), 1u);
  EXPECT_EQ(file->tensors().begin()->first, "a");
}

// What a hostile file does: a call of os.system by each way that a pickle has of naming a function. Were one of them made, the
// file that it writes would be there.
TEST(OpenPickledTensors, RefusesACallByNameAndRunsNothing) {
  const TempDir folder;
  const std::string command = PickledTuple(PickledText("touch " + (folder / "ran")));
  const std::string by_stack = PickledText("os") + PickledText("system") + "\x93" + command + "R";
  struct Case {
    std::string value;
    const char* name;
  };
  const std::vector<Case> cases = {
      {PickledCall("os", "system", command), "\"os.system\""},
      {PickledCall("posix", "system", command), "\"posix.system\""},
      {by_stack, "\"os.system\""},
      {"cos\nsystem\n" + command + "\x81", "\"os.system\""},
      {"}" + PickledText("a") + PickledCall("builtins", "eval", command) + "s", "\"builtins.eval\""},
      {PickledCall("torch", "load", command), "\"torch.load\""},
      {PickledCall("torch._utils", "_rebuild_tensor_v2x", command), "\"torch._utils._rebuild_tensor_v2x\""},
      {PickledCall("torch", "FloatStorage", command), "\"torch.FloatStorage()\""},
      {PickledCall("__torch__.os", "system", command), "\"__torch__.os.system()\""},
      {"ccollections\nOrderedDict\n" + command + "\x81", "\"collections.OrderedDict()\""},
      {"(" + PickledText("touch x") + "ios\nsystem\n", "code 105"}};
  for (const Case& c : cases) {
    const Result<TensorFile> file = OpenValue(folder, c.value);
    ASSERT_THAT(file, StatusIs(StatusCode::kUnsupported, HasSubstr(c.name)));
    EXPECT_THAT(file.error().message(), AllOf(HasSubstr(folder / "f.pt"), testing::Not(HasSubstr("\n"))));
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "ran"));
}

TEST(OpenPickledTensors, RefusesTensorsThatMakeNoSense) {
  const int64_t huge = int64_t{1} << 61;
  struct Case {
    PickledTensor tensor;
    const char* message;
  };
  const std::vector<Case> cases = {{{.key = "1", .shape = {8}}, "a/data/1\" is not in the archive"},
                                   {{.key = "../0", .shape = {8}}, "is not in the archive"},
                                   {{.key = "0", .shape = {9}}, "has 32 bytes, expected 36"},
                                   {{.key = "0", .type = "I64", .shape = {8}}, "has 32 bytes, expected 64"},
                                   {{.key = "0", .shape = {huge}, .elements = huge}, "elements"},
                                   {{.key = "0", .shape = {huge / 2, 4}, .elements = 8}, "does not lie in the 8 elements"},
                                   {{.key = "0", .shape = {8}, .first = 1, .elements = 8}, "does not lie in the 8 elements"},
                                   {{.key = "0", .shape = {2}, .strides = {8}, .elements = 8}, "does not lie in the 8 elements"},
                                   {{.key = "0", .shape = {2}, .strides = {INT64_MAX}, .elements = 8}, "does not lie"},
                                   {{.key = "0", .shape = {huge}, .strides = {0}, .elements = 8}, "does not lie"},
                                   {{.key = "0", .shape = {2}, .strides = {-1}, .elements = 8}, "none below 0"},
                                   {{.key = "0", .shape = {8}, .strides = {1, 1}}, "as many strides"},
                                   {{.key = "0", .shape = {1, 1, 1, 1, 1, 1, 1, 1, 8}}, "at most 8 extents"}};
  const TempDir folder;
  for (const Case& c : cases) {
    const Result<TensorFile> file = OpenValue(folder, "}" + PickledText("the.name") + PickledTensorOf(c.tensor) + "s");
    ASSERT_THAT(file, StatusIs(StatusCode::kCorrupt, HasSubstr(c.message)));
    EXPECT_THAT(file.error().message(), HasSubstr("tensor \"the.name\""));
  }
}

TEST(OpenPickledTensors, RefusesAFileCutAtAnyLength) {
  MemoryFile memory;
  for (const TorchFile kind : {TorchFile::kStateDict, TorchFile::kTorchScript, TorchFile::kLegacy}) {
    const std::string whole = TorchFileOf(kind, SomeWeights());
    for (size_t length = 4; length < whole.size(); ++length) {
      const Result<TensorFile> file = memory.Open(whole.substr(0, length));
      ASSERT_FALSE(file.has_value()) << length << " of " << whole.size();
      ASSERT_THAT(file.error().message(), HasSubstr(memory.path()));
    }
  }
}

TEST(OpenPickledTensors, SurvivesEveryDamagedByte) {
  MemoryFile memory;
  for (const TorchFile kind : {TorchFile::kWrapped, TorchFile::kTorchScript, TorchFile::kLegacy}) {
    std::string bytes = TorchFileOf(kind, SomeWeights());
    for (size_t i = 0; i < bytes.size(); ++i) {
      const char damage = "\xff\x01\x80"[i % 3];
      bytes[i] = static_cast<char>(bytes[i] ^ damage);
      const Result<TensorFile> file = memory.Open(bytes);
      bytes[i] = static_cast<char>(bytes[i] ^ damage);
      if (!file) continue;
      for (const auto& [name, tensor] : file->tensors()) {
        ASSERT_TRUE(tensor.offset >= 0 && tensor.bytes >= 0 && tensor.offset + tensor.bytes <= file->size_bytes()) << name << ", byte " << i;
      }
    }
  }
}

TEST(OpenPickledTensors, SaysWhatIsWrongWithAnArchive) {
  const std::string pickle = PickleOf("}");
  struct Case {
    std::string bytes;
    StatusCode code;
    const char* message;
  };
  std::string damaged = ZipOf({{"a/data.pkl", pickle}});
  damaged[damaged.find("\x80\x02}")] = '\x81';
  const std::vector<Case> cases = {
      {ZipOf({{"word/document.xml", "x"}}), StatusCode::kCorrupt, "without a data.pkl"},
      {ZipOf({{"a/b/data.pkl", pickle}}), StatusCode::kCorrupt, "without a data.pkl"},
      {ZipOf({{"a/data.pkl", pickle}, {"b/data.pkl", pickle}}), StatusCode::kCorrupt, "more than one data.pkl"},
      {ZipOf({{"a/data.pkl", pickle}, {"a/data.pkl", pickle}}), StatusCode::kCorrupt, "stands twice"},
      {ZipOf({{"a/data.pkl", pickle}, {"a/byteorder", "big"}}), StatusCode::kUnsupported, "byteorder: found \"big\", expected little"},
      {damaged, StatusCode::kCorrupt, "checksum"},
      {ZipOf({{"a/data.pkl", pickle}}) + "more", StatusCode::kCorrupt, "cut, or bytes follow"},
      {ZipOf({{"a/data.pkl", PickleOf(PickledInteger(5))}}), StatusCode::kCorrupt, "neither a state dict nor a module"},
      {PickleOf("}"), StatusCode::kUnsupported, "torch.save did not write"}};
  const TempDir folder;
  for (const Case& c : cases) EXPECT_THAT(OpenBytes(folder, c.bytes), StatusIs(c.code, AllOf(HasSubstr(folder / "f.pt"), HasSubstr(c.message))));
}

TEST(OpenPickledTensors, RefusesACompressedEntryThatItNeeds) {
  const TempDir folder;
  std::string bytes = ZipOf({{"a/data.pkl", PickleOf("}")}});
  const size_t directory = bytes.find("PK\x01\x02");
  bytes[directory + 10] = 8;  // deflate
  EXPECT_THAT(OpenBytes(folder, bytes), StatusIs(StatusCode::kUnsupported, HasSubstr("compressed")));
}

TEST(ReadPickle, RefusesWhatIsAbsurd) {
  const std::string memo = "\x80\x02}r\xff\xff\xff\xff.";  // a place four thousand million in the memo costs nothing
  EXPECT_THAT(ReadPickle(memo), IsOk());
  EXPECT_THAT(ReadPickle("\x80\x02j\xff\xff\xff\xff."), StatusIs(StatusCode::kCorrupt, HasSubstr("recalls 4294967295")));
  EXPECT_THAT(ReadPickle("\x80\x02X\xff\xff\xff\xff" "abc."), StatusIs(StatusCode::kCorrupt, HasSubstr("cut")));
  EXPECT_THAT(ReadPickle("\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff" "abc."), StatusIs(StatusCode::kCorrupt, HasSubstr("cut")));
  EXPECT_THAT(ReadPickle("\x80\x02\x8b\xff\xff\xff\xff."), StatusIs(StatusCode::kCorrupt, HasSubstr("cut")));
  EXPECT_THAT(ReadPickle(std::string(1'100'000, ']') + "."), StatusIs(StatusCode::kCorrupt, HasSubstr("more than")));
  EXPECT_THAT(ReadPickle("]" + std::string(1'100'000, '2') + "."), StatusIs(StatusCode::kCorrupt, HasSubstr("more than")));
  EXPECT_THAT(ReadPickle("]" + std::string(1'100'000, '\x94') + "."), StatusIs(StatusCode::kCorrupt, HasSubstr("more than"))) << "or one place remembered again and again";
  EXPECT_THAT(ReadPickle(std::string(1'100'000, '(') + "."), StatusIs(StatusCode::kCorrupt, HasSubstr("more than")));
}

// Copies of a long list cost two bytes each: together they are held to the same limit.
TEST(ReadPickle, CountsTheItemsOfAllContainers) {
  std::string pickle = "](" + std::string(1000, ')') + "eq\x01" + "0";
  for (int i = 0; i < 5000; ++i) pickle += "(h\x01" "d0";
  EXPECT_FALSE(ReadPickle(pickle + ").").has_value());
  std::string calls = "((" + std::string(200'000, ')') + "tq\x01" "0";
  for (int i = 0; i < 1000; ++i) calls += "ctorch._utils\n_rebuild_tensor\nh\x01R0";
  EXPECT_THAT(ReadPickle(calls + ")."), StatusIs(StatusCode::kCorrupt, HasSubstr("more than")));
}

TEST(ReadPickle, IsNotTroubledByDepth) {
  std::string deep;
  for (int i = 0; i < 500'000; ++i) deep += "](";
  const Result<PickleValues> cut = ReadPickle(deep);
  EXPECT_THAT(cut, StatusIs(StatusCode::kCorrupt));
  std::string nested = ")";
  for (int i = 0; i < 900'000; ++i) nested += '\x85';  // a tuple in a tuple in a tuple ...
  EXPECT_THAT(ReadPickle(nested + "."), IsOk());
}

TEST(ReadPickle, RefusesSenselessCodes) {
  for (const char* pickle : {".", "0.", "(.", "t.", "u.", "s.", "a.", "R.", "b.", "Q.", ")R.", "))R.", "]Q.", "\x81.", "\x93.", "1.", "2.", "}]s.", "])a", "I12x\n.",
                             "g99999999999999999999\n.", "(]}u.", "\x85.", "q\x01.", "\xff.", "c\n.", ")]}b."}) {
    EXPECT_FALSE(ReadPickle(pickle).has_value()) << pickle;
  }
}

TEST(OpenPickledTensors, RefusesModulesThatHoldThemselves) {
  const TempDir folder;
  const std::string self = "c__torch__.m\nPart\n)\x81q\x01}" + PickledText("inner") + "h\x01sb";
  EXPECT_THAT(OpenValue(folder, self), StatusIs(StatusCode::kCorrupt, HasSubstr("deep")));
  // Sixty modules, each holding the next twice: 2^60 ways down.
  std::string many = "c__torch__.m\nPart\n)\x81q" + std::string(1, '\0');
  for (char i = 1; i < 30; ++i) {
    const std::string before = std::string("h") + static_cast<char>(i - 1);
    many += "c__torch__.m\nPart\n)\x81}(" + PickledText("a") + before + PickledText("b") + before + "ubq" + i;
  }
  EXPECT_THAT(OpenValue(folder, many), StatusIs(StatusCode::kCorrupt, HasSubstr("more than a model can")));
}

// A model whose table was 640 bytes long (80 02 in hexadecimal, as a pickle begins) was taken for a pickle.
TEST(LooksPickled, TellsASafetensorsTableOfAnyLengthFromAPickle) {
  using namespace std::string_view_literals;
  EXPECT_FALSE(LooksPickled("\x80\x02\0\0\0\0\0\0{"sv));
  EXPECT_FALSE(LooksPickled("PK\x03\x04\0\0\0\0{"sv));
  EXPECT_TRUE(LooksPickled("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9"sv));
  EXPECT_TRUE(LooksPickled("PK\x03\x04\0\0\0\0\0"sv));
  EXPECT_TRUE(LooksPickled("\x80\x02"sv));
}

}  // namespace
}  // namespace fovea::test
