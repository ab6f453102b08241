// What a path given as a model may be, in every layout and container, and what is said of one that is none.
// label: unit
#include "encoder/model_folder.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/matchers.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/published_models.h"
#include "tests/support/temp_dir.h"
#include "tests/support/torch_archive.h"

namespace fovea::test {
namespace {

using namespace encoder;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

Result<ModelFolder> Open(const std::string& path) { return OpenModelFolder(path, SpecialLiterals::kOrdinaryText); }

void WriteVocabulary(const TempDir& folder) {
  for (const auto& [name, content] : VocabularyFileContents({})) folder.Write(name, content);
}

// The smallest model that OpenAI's rules allow: one head of 64 in each tower.
ClipConfig Smallest(Layout layout) {
  ClipConfig config;
  config.layout = layout;
  config.embed_dim = 4;
  const TransformerConfig stack = {.width = 64, .layers = 1, .heads = 1, .mlp_width = 256};
  config.vision = VisionTransformerConfig{.transformer = stack, .patch_size = 8, .image_size = 16};
  config.text = {.transformer = stack, .context_length = 77, .vocab_size = 514};
  config.preprocess.image_size = config.preprocess.resize_to = 16;
  return config;
}
ClipConfig OpenAiModel() { return Smallest(Layout::kOpenAi); }

// With the three scalars that OpenAI's files hold.
std::vector<StoredWeight> OpenAiWeights(const std::string& type = "F32") {
  std::vector<StoredWeight> weights = StoredReferenceWeights(OpenAiModel());
  for (StoredWeight& weight : weights) weight.type = type;
  for (const char* scalar : {"input_resolution", "context_length", "vocab_size"}) {
    weights.push_back({.name = scalar, .shape = {}, .values = [] { return std::vector<float>{16}; }, .type = "I64"});
  }
  return weights;
}

TEST(OpenModelFolder, TakesAnArchiveOfOpenAiAloneOrInAFolder) {
  const TempDir folder;
  WriteVocabulary(folder);
  const std::string path = folder.Write("ViT-tiny.pt", TorchFileOf(TorchFile::kTorchScript, OpenAiWeights("F16")));
  const Result<ModelFolder> file = Open(path), whole = Open(folder.path());
  ASSERT_THAT(file, IsOk());
  ASSERT_THAT(whole, IsOk());
  EXPECT_EQ(file->name, "ViT-tiny");
  EXPECT_EQ(Numbers(file->config), Numbers(OpenAiModel()));
  EXPECT_EQ(Numbers(whole->config), Numbers(file->config));
  EXPECT_EQ(file->id.substr(file->id.find('@')), whole->id.substr(whole->id.find('@'))) << "the same model, whatever it is called";
  EXPECT_STREQ(LayoutName(file->config.layout), "openai");
  EXPECT_THAT(file->notes, AllOf(Contains(HasSubstr("TorchScript")), Contains(HasSubstr("are fp16"))));
  EXPECT_THAT(file->notes, testing::Not(Contains(HasSubstr("do not prove"))));
}

TEST(OpenModelFolder, SaysWhenItTakesAPlainFileForOneOfOpenAi) {
  const TempDir folder;
  WriteVocabulary(folder);
  const Result<ModelFolder> model = Open(folder.Write("tuned.pth", TorchFileOf(TorchFile::kWrapped, OpenAiWeights())));
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(Numbers(model->config), Numbers(OpenAiModel()));
  EXPECT_THAT(model->notes, AllOf(Contains(HasSubstr("do not prove")), Contains(HasSubstr("pickle"))));
}

TEST(OpenModelFolder, TakesPicklesInTheOtherLayouts) {
  struct Case {
    Layout layout;
    const char* file;
    TorchFile kind;
  };
  for (const Case& c : std::vector<Case>{{Layout::kHuggingFace, "pytorch_model.bin", TorchFile::kStateDict},
                                         {Layout::kHuggingFace, "pytorch_model.bin", TorchFile::kLegacy},
                                         {Layout::kOpenClip, "open_clip_pytorch_model.bin", TorchFile::kStateDict},
                                         {Layout::kOpenClip, "open_clip_pytorch_model.pth", TorchFile::kWrapped},
                                         {Layout::kOpenClip, "epoch_31.pt", TorchFile::kWrapped}}) {
    const TempDir folder;
    const ClipConfig config = Smallest(c.layout);
    WriteVocabulary(folder);
    WriteFiles(folder.path(), ConfigFiles(config));
    folder.Write(c.file, TorchFileOf(c.kind, StoredReferenceWeights(config)));
    for (const std::string& path : {folder.path(), folder / c.file}) {
      const Result<ModelFolder> model = Open(path);
      ASSERT_THAT(model, IsOk()) << path;
      EXPECT_EQ(Numbers(model->config), Numbers(config));
      EXPECT_EQ(model->config.layout, c.layout);
    }
  }
}

TEST(OpenModelFolder, FollowsAnIndexOfPickledShards) {
  const TempDir folder;
  const ClipConfig config = Smallest(Layout::kHuggingFace);
  WriteVocabulary(folder);
  WriteFiles(folder.path(), ConfigFiles(config));
  std::vector<StoredWeight> first = StoredReferenceWeights(config), second(first.begin() + 10, first.end());
  first.resize(10);
  nlohmann::json map;
  for (const auto& [name, weights] : {std::pair("pytorch_model-00001-of-00002.bin", first), std::pair("pytorch_model-00002-of-00002.bin", second)}) {
    folder.Write(name, TorchFileOf(TorchFile::kStateDict, weights));
    for (const StoredWeight& weight : weights) map[weight.name] = name;
  }
  WriteFiles(folder.path(), {{"pytorch_model.bin.index.json", {{"weight_map", map}}}});
  EXPECT_THAT(Open(folder.path()), IsOk());
  std::filesystem::remove(folder / "pytorch_model-00002-of-00002.bin");
  EXPECT_THAT(Open(folder.path()), StatusIs(StatusCode::kNotFound, HasSubstr("pytorch_model-00002-of-00002.bin")));
}

// The configuration says nested and the file is flat, and the reverse; and names of open_clip beside a config.json.
TEST(OpenModelFolder, GoesByTheNamesThatTheFileHas) {
  for (const char* prefix : {"", "text."}) {
    const TempDir folder;
    const ClipConfig config = Smallest(Layout::kOpenClip);
    WriteVocabulary(folder);
    std::map<std::string, nlohmann::json> files = ConfigFiles(config);
    files.at("open_clip_config.json")["model_cfg"]["custom_text"] = *prefix == '\0';
    WriteFiles(folder.path(), files);
    std::vector<StoredWeight> weights = StoredReferenceWeights(config, prefix);
    for (StoredWeight& weight : weights) weight.name = "module." + weight.name;
    weights.back().shape = {1};  // logit_scale
    WriteSafetensors(folder / "open_clip_model.safetensors", weights);
    EXPECT_THAT(Open(folder.path()), IsOk()) << prefix;
    WriteFiles(folder.path(), ConfigFiles(Smallest(Layout::kHuggingFace)));
    std::filesystem::rename(folder / "open_clip_model.safetensors", folder / "model.safetensors");
    const Result<ModelFolder> mixed = Open(folder.path());
    ASSERT_THAT(mixed, IsOk());
    EXPECT_EQ(mixed->config.layout, Layout::kHuggingFace);
  }
}

TEST(OpenModelFolder, UsesTheBuiltInVocabularyWhereNoneIsBesideTheWeights) {
  const TempDir folder;
  ClipConfig config = OpenAiModel();
  config.text.vocab_size = 49408;
  WriteHollowWeights(folder / "ViT.safetensors", config);
  const Result<ModelFolder> model = Open(folder / "ViT.safetensors");
  ASSERT_THAT(model, IsOk());
  EXPECT_THAT(model->tokenizer->Encode("a photo of a cat", 77), ElementsAre(49406, 320, 1125, 539, 320, 2368, 49407));
  EXPECT_THAT(model->notes, Contains(HasSubstr("built in")));
}

TEST(OpenModelFolder, PrefersWeightsInTheOrderOfOpenClip) {
  const TempDir folder;
  const ClipConfig config = Smallest(Layout::kOpenClip);
  WriteVocabulary(folder);
  WriteFiles(folder.path(), ConfigFiles(config));
  const std::string weights = TorchFileOf(TorchFile::kStateDict, StoredReferenceWeights(config));
  const std::vector<std::string> names = {"pytorch_model.bin", "model.safetensors", "open_clip_pytorch_model.pth", "open_clip_pytorch_model.bin",
                                          "open_clip_pytorch_model.safetensors", "open_clip_model.safetensors"};
  for (const std::string& name : names) {
    folder.Write(name, weights);
    const Result<ModelFolder> model = Open(folder.path());
    ASSERT_THAT(model, IsOk()) << name;
    EXPECT_EQ(model->weights.files().front()->path(), folder / name);
  }
}

TEST(OpenModelFolder, TellsWhatIsUnusual) {
  const TempDir folder;
  ClipConfig config = TinyOpenClip(Activation::kGelu);
  config.text.vocab_size = 514;
  WriteVocabulary(folder);
  std::map<std::string, nlohmann::json> files = ConfigFiles(config);
  files.at("open_clip_config.json")["preprocess_cfg"] = {{"resize_mode", "squash"}, {"interpolation", "bilinear"}, {"mean", {0.5, 0.5, 0.5}}};
  WriteFiles(folder.path(), files);
  WriteSafetensors(folder / "open_clip_model.safetensors", StoredReferenceWeights(config));
  const Result<ModelFolder> model = Open(folder.path());
  ASSERT_THAT(model, IsOk());
  for (const char* note : {"image: activation GELU in its exact form", "image: heads of 40", "image: MLP of 523 for a width of 120", "text: heads of 24",
                           "text: at most 32 tokens", "text: vocabulary of 514", "squashed to a square", "bilinear", "mean (0.5, 0.5, 0.5)"}) {
    EXPECT_THAT(model->notes, Contains(HasSubstr(note)));
  }
}

TEST(OpenModelFolder, SaysWhatIsMissingOrForeign) {
  const auto file = [](const std::vector<StoredWeight>& weights) { return TorchFileOf(TorchFile::kStateDict, weights); };
  const auto with = [&](const char* name) {
    std::vector<StoredWeight> weights = OpenAiWeights();
    weights[0].name = name;
    return file(weights);
  };
  std::vector<StoredWeight> none = OpenAiWeights();
  std::erase_if(none, [](const StoredWeight& weight) { return weight.name == "ln_final.weight"; });
  struct Case {
    std::string bytes;
    StatusCode code;
    const char* message;
  };
  const std::vector<Case> cases = {
      {file(StoredReferenceWeights(Smallest(Layout::kHuggingFace))), StatusCode::kNotFound, "expected config.json beside them"},
      {file(StoredReferenceWeights(Smallest(Layout::kOpenClip), "text.")), StatusCode::kNotFound, "expected open_clip_config.json beside them"},
      {file(OpenAiWeights()), StatusCode::kNotFound, "vocab.json and merges.txt, tokenizer.json, or bpe_simple_vocab_16e6.txt.gz"},
      {file(none), StatusCode::kCorrupt, "missing \"ln_final.weight\""},
      {with("visual.trunk.blocks.0.norm1.weight"), StatusCode::kUnsupported, "a timm image tower"},
      {with("vision_model.head.probe"), StatusCode::kUnsupported, "a SigLIP model"},
      {with("text.transformer.embeddings.word_embeddings.weight"), StatusCode::kUnsupported, "a text tower of transformers"},
      {"something else", StatusCode::kCorrupt, "header of"},
      {"", StatusCode::kCorrupt, "too few"}};
  for (const Case& c : cases) {
    const TempDir folder;
    EXPECT_THAT(Open(folder.Write("any.pt", c.bytes)), StatusIs(c.code, AllOf(HasSubstr(folder.path()), HasSubstr(c.message), testing::Not(HasSubstr("\n")))));
  }
  const TempDir folder;
  EXPECT_THAT(Open(folder / "none"), StatusIs(StatusCode::kNotFound, HasSubstr("no such folder or file")));
  EXPECT_THAT(Open(folder.path()), StatusIs(StatusCode::kNotFound, HasSubstr("expected config.json (Hugging Face), open_clip_config.json (open_clip), or one of OpenAI's")));
  folder.Write("a.pt", "x");
  folder.Write("b.pt", "x");
  EXPECT_THAT(Open(folder.path()), StatusIs(StatusCode::kNotFound, HasSubstr("of 2 files such as a.pt one may be named")));
}

}  // namespace
}  // namespace fovea::test
