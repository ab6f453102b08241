// Loading whole model folders and using them as the rest of fovea does.
// label: integration
#include "encoder/clip_model.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "encoder/device_choice.h"
#include "tests/support/matchers.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

using namespace encoder;
using testing::HasSubstr;
namespace fs = std::filesystem;

Result<std::unique_ptr<ClipModel>> Load(const std::string& folder, ClipModelOptions options = {}) {
  options.device = DeviceChoice::kCpu;
  return ClipModel::Load(folder, options);
}

std::vector<float> Texts(ClipModel& model, const std::vector<std::string>& texts) {
  const Result<Features> features = model.EncodeTexts(texts);
  EXPECT_THAT(features, IsOk());
  return features->values;
}

TEST(ClipModel, LoadsBothLayoutsAndGivesTheSameFeatures) {
  const TempDir folder;
  ClipConfig config = TinyVitWithVocabulary();
  WriteModelFolder(folder / "open", config);
  config.layout = Layout::kHuggingFace;
  WriteModelFolder(folder / "hugging", config);
  const auto open = Load(folder / "open"), hugging = Load(folder / "hugging/");
  ASSERT_THAT(open, IsOk());
  ASSERT_THAT(hugging, IsOk());
  EXPECT_EQ((*open)->info().name, "open");
  EXPECT_EQ((*hugging)->info().name, "hugging");
  EXPECT_EQ((*open)->info().layout, "open_clip");
  EXPECT_EQ((*hugging)->info().layout, "huggingface");
  EXPECT_EQ((*hugging)->info().precision, CpuHasBfloat16() ? "bf16" : "fp32");
  EXPECT_EQ((*hugging)->info().device, "cpu");
  EXPECT_EQ((*hugging)->info().architecture, "ViT 3 x 128, patch 16, 64 px; text 2 x 64");
  EXPECT_EQ((*open)->info().parameters, (*hugging)->info().parameters);
  const std::vector<std::string> texts = {"a cat", "", std::string(500, 'x')};
  EXPECT_EQ(Texts(**open, texts), Texts(**hugging, texts));
  const std::vector<ModelInput> pictures(3, {std::vector<uint8_t>(64 * 64 * 3, 99)});
  const auto features = (*open)->EncodeImages(pictures);
  ASSERT_THAT(features, IsOk());
  EXPECT_EQ(features->values, (*hugging)->EncodeImages(pictures)->values);
}

TEST(ClipModel, KnowsAFolderByItsContentAndName) {
  const TempDir folder;
  const ClipConfig config = TinyVitWithVocabulary();
  WriteModelFolder(folder / "a", config);
  const std::string id = (*Load(folder / "a"))->info().id;
  EXPECT_THAT(id, testing::StartsWith("a@"));
  EXPECT_EQ((*Load(folder / "a"))->info().id, id);
  {  // one flipped bit in the middle of the second half of the weights' beginning
    std::fstream weights(folder / "a/open_clip_model.safetensors", std::ios::in | std::ios::out | std::ios::binary);
    weights.seekp(-100, std::ios::end);
    weights.put('\1');
  }
  EXPECT_NE((*Load(folder / "a"))->info().id, id);
  WriteModelFolder(folder / "a", config);
  EXPECT_EQ((*Load(folder / "a"))->info().id, id);
}

TEST(ClipModel, TellsWhatTheModelSaysOfItself) {
  const TempDir folder;
  WriteModelFolder(folder / "a", TinyVitWithVocabulary());
  EXPECT_EQ((*Load(folder / "a"))->info().description, "");
  WriteFiles(folder / "a", {{"fovea.json", {{"description", "knows drawings"}}}});
  EXPECT_EQ((*Load(folder / "a"))->info().description, "knows drawings");
}

TEST(ClipModel, BreaksUpLiteralSpecialsUnlessAskedNotTo) {
  const TempDir folder;
  WriteModelFolder(folder / "a", TinyVitWithVocabulary());
  const auto safe = Load(folder / "a"), reference = Load(folder / "a", {.text_rules = TextRules::kReference});
  ASSERT_THAT(safe, IsOk());
  ASSERT_THAT(reference, IsOk());
  const std::string ended = "cat <|endoftext|> dog";
  EXPECT_EQ(Texts(**reference, {ended}), Texts(**reference, {"cat"}));
  EXPECT_NE(Texts(**safe, {ended}), Texts(**safe, {"cat"}));
}

TEST(ClipModel, RefusesAPrecisionTheDeviceDoesNotHave) {
  const TempDir folder;
  WriteModelFolder(folder / "a", TinyVitWithVocabulary());
  EXPECT_THAT(Load(folder / "a", {.precision = "fp16"}), StatusIs(StatusCode::kUnsupported, HasSubstr("fp16 needs a CUDA device")));
  EXPECT_THAT(Load(folder / "a", {.precision = "int4"}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("found \"int4\", expected auto, fp32, fp16, bf16 or int8")));
  const auto bf16 = Load(folder / "a", {.precision = "bf16"});
  if (CpuHasBfloat16()) {
    EXPECT_THAT(bf16, IsOk());
  } else {
    EXPECT_THAT(bf16, StatusIs(StatusCode::kUnsupported, HasSubstr("bf16 needs a CPU with")));
  }
  EXPECT_THAT(Load(folder / "a", {.precision = "fp32"}), IsOk());
}

TEST(ChooseDevice, TakesBf16ByItselfOnlyForTransformers) {
  ClipConfig resnet, transformer;
  resnet.vision = ModifiedResnetConfig{};
  transformer.vision = VisionTransformerConfig{};
  const auto format = [](const ClipConfig& config, const char* precision) {
    return ChooseDevice({.device = DeviceChoice::kCpu, .precision = precision}, config)->format;
  };
  EXPECT_EQ(format(transformer, "auto"), CpuHasBfloat16() ? NumberFormat::kBfloat16 : NumberFormat::kFloat32);
  EXPECT_EQ(format(resnet, "auto"), NumberFormat::kFloat32);
  EXPECT_EQ(format(resnet, "int8"), NumberFormat::kInt8);
}

// One line, with the file that is at fault, for every way in which a folder can be incomplete or wrong.
TEST(ClipModel, NamesWhatIsWrongWithAFolder) {
  struct Case {
    Layout layout;
    std::function<void(const std::string& folder)> damage;
    StatusCode code;
    const char* message;
  };
  const auto remove = [](const char* name) { return [name](const std::string& folder) { fs::remove(folder + "/" + name); }; };
  const auto cut = [](const char* name) {
    return [name](const std::string& folder) { fs::resize_file(folder + "/" + name, fs::file_size(folder + "/" + name) / 2); };
  };
  const std::vector<Case> cases = {
      {Layout::kHuggingFace, [](const std::string& folder) { fs::remove_all(folder); }, StatusCode::kNotFound, "no such folder"},
      {Layout::kHuggingFace, remove("config.json"), StatusCode::kNotFound, "expected config.json beside them"},
      {Layout::kHuggingFace, remove("preprocessor_config.json"), StatusCode::kNotFound, "preprocessor_config.json"},
      {Layout::kHuggingFace, remove("model.safetensors"), StatusCode::kNotFound, "model.safetensors"},
      {Layout::kHuggingFace, remove("merges.txt"), StatusCode::kNotFound, "vocab.json and merges.txt"},
      {Layout::kHuggingFace, cut("config.json"), StatusCode::kCorrupt, "config.json: not valid JSON"},
      {Layout::kHuggingFace, cut("model.safetensors"), StatusCode::kCorrupt, "model.safetensors: "},
      {Layout::kHuggingFace, cut("vocab.json"), StatusCode::kCorrupt, "vocab.json"},
      {Layout::kOpenClip, cut("open_clip_model.safetensors"), StatusCode::kCorrupt, "open_clip_model.safetensors: "},
      {Layout::kOpenClip, remove("open_clip_model.safetensors"), StatusCode::kNotFound, "open_clip_model.safetensors"},
      {Layout::kOpenClip,
       [](const std::string& folder) {
         ClipConfig other = TinyVitWithVocabulary();
         other.embed_dim = 31;
         WriteFiles(folder, ConfigFiles(other));
       },
       StatusCode::kCorrupt, "\"visual.proj\" has shape [128, 32], expected [128, 31]"},
      {Layout::kOpenClip,
       [](const std::string& folder) {
         ClipConfig small = TinyVit();
         WriteModelFolder(folder, small);
       },
       StatusCode::kCorrupt, "the vocabulary has 514 entries, the model's vocab_size is 512"}};
  for (const Case& c : cases) {
    const TempDir folder;
    ClipConfig config = TinyVitWithVocabulary();
    config.layout = c.layout;
    WriteModelFolder(folder / "m", config);
    c.damage(folder / "m");
    const auto model = Load(folder / "m");
    ASSERT_THAT(model, StatusIs(c.code, HasSubstr(c.message)));
    EXPECT_THAT(model.error().message(), testing::AllOf(HasSubstr(folder.path()), testing::Not(HasSubstr("\n"))));
  }
}

TEST(ClipModel, RefusesAnEndIdThatTheVocabularyDoesNotHave) {
  const TempDir folder;
  ClipConfig config = TinyVitWithVocabulary();
  config.layout = Layout::kHuggingFace;
  WriteModelFolder(folder / "m", config);
  nlohmann::json file = ConfigFiles(config)["config.json"];
  file["text_config"]["eos_token_id"] = 400;
  WriteFiles(folder / "m", {{"config.json", file}});
  EXPECT_THAT(Load(folder / "m"), StatusIs(StatusCode::kUnsupported, HasSubstr("ends a text with id 400")));
  file["text_config"]["eos_token_id"] = 513;
  WriteFiles(folder / "m", {{"config.json", file}});
  EXPECT_THAT(Load(folder / "m"), IsOk());
}

}  // namespace
}  // namespace fovea::test
