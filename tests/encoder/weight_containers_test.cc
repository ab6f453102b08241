// One model written in every layout and container gives the same features, to the bit where the numbers are the same.
// label: unit
#include <gtest/gtest.h>

#include "encoder/clip_model.h"
#include "encoder/clip_towers.h"
#include "encoder/model_folder.h"
#include "tests/support/matchers.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/reference_weights.h"
#include "tests/support/temp_dir.h"
#include "tests/support/torch_archive.h"

namespace fovea::test {
namespace {

using namespace encoder;

ClipConfig Tiny(Layout layout) {
  ClipConfig config = TinyVitWithVocabulary();
  config.layout = layout;
  return config;
}

std::vector<StoredWeight> As(const std::string& type, std::vector<StoredWeight> weights) {
  for (StoredWeight& weight : weights) weight.type = type;
  return weights;
}

// Features of a picture and a text, by the model that `path` is.
std::vector<float> FeaturesOf(const std::string& path) {
  SetTorchThreads(1);  // so small a model is done sooner alone
  Result<ModelFolder> model = OpenModelFolder(path, SpecialLiterals::kOrdinaryText);
  EXPECT_THAT(model, IsOk());
  const auto towers = ClipTowers::Build(model->config, model->weights, Device::kCpu, NumberFormat::kFloat32);
  EXPECT_THAT(towers, IsOk());
  std::vector<float> all = (*towers)->EncodeScaled(ReferencePictures(1, 64))->values;
  const std::vector<std::vector<int64_t>> rows = {{512, 5, 6, 7, 513}};
  const Result<Features> text = (*towers)->EncodeTokens(rows);
  EXPECT_THAT(text, IsOk());
  all.insert(all.end(), text->values.begin(), text->values.end());
  return all;
}

struct Written {
  explicit Written(Layout layout) {
    for (const auto& [name, content] : VocabularyFileContents({})) folder.Write(name, content);
    if (layout != Layout::kOpenAi) WriteFiles(folder.path(), ConfigFiles(Tiny(layout)));
  }
  std::vector<float> Features(const std::string& name, const std::string& bytes) { return FeaturesOf(folder.Write(name, bytes)); }
  TempDir folder;
};

TEST(WeightContainers, GiveTheSameFeatures) {
  const std::vector<StoredWeight> flat = StoredReferenceWeights(Tiny(Layout::kOpenAi));
  Written open_clip(Layout::kOpenClip), openai(Layout::kOpenAi), hugging_face(Layout::kHuggingFace);
  WriteSafetensors(open_clip.folder / "plain.safetensors", flat);
  const std::vector<float> expected = FeaturesOf(open_clip.folder / "plain.safetensors");
  ASSERT_EQ(expected.size(), 64u);
  EXPECT_EQ(openai.Features("script.pt", TorchFileOf(TorchFile::kTorchScript, flat)), expected);
  EXPECT_EQ(openai.Features("state.pt", TorchFileOf(TorchFile::kStateDict, flat)), expected);
  EXPECT_EQ(openai.Features("wrapped.pt", TorchFileOf(TorchFile::kWrapped, flat)), expected);
  EXPECT_EQ(openai.Features("legacy.pt", TorchFileOf(TorchFile::kLegacy, flat)), expected);
  EXPECT_EQ(open_clip.Features("nested.bin", TorchFileOf(TorchFile::kStateDict, StoredReferenceWeights(Tiny(Layout::kOpenClip), "text."))), expected);
  EXPECT_EQ(hugging_face.Features("pytorch_model.bin", TorchFileOf(TorchFile::kStateDict, StoredReferenceWeights(Tiny(Layout::kHuggingFace)))), expected);
}

TEST(WeightContainers, OfHalfPrecisionGiveFeaturesWithinItsRounding) {
  const std::vector<StoredWeight> flat = StoredReferenceWeights(Tiny(Layout::kOpenAi));
  Written openai(Layout::kOpenAi);
  const std::vector<float> expected = openai.Features("single.pt", TorchFileOf(TorchFile::kTorchScript, flat));
  const std::vector<float> half = openai.Features("half.pt", TorchFileOf(TorchFile::kTorchScript, As("F16", flat)));
  const std::vector<float> brain = openai.Features("brain.pt", TorchFileOf(TorchFile::kTorchScript, As("BF16", flat)));
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(half[i], expected[i], 2e-2);
    EXPECT_NEAR(brain[i], expected[i], 2e-1);
  }
  EXPECT_NE(half, expected);
  WriteSafetensors(openai.folder / "half.safetensors", As("F16", flat));
  EXPECT_EQ(FeaturesOf(openai.folder / "half.safetensors"), half);
}

// torch.save keeps a transposed tensor as it lies in memory: its numbers are read by their strides.
TEST(WeightContainers, AreReadByTheirStrides) {
  const std::vector<StoredWeight> flat = StoredReferenceWeights(Tiny(Layout::kOpenAi));
  Written openai(Layout::kOpenAi);
  const std::vector<float> expected = openai.Features("plain.pt", TorchFileOf(TorchFile::kStateDict, flat));
  std::string items;
  std::vector<ZipFile> files = {{"a/data.pkl", ""}};
  for (const StoredWeight& weight : flat) {
    PickledTensor tensor = {.key = std::to_string(files.size()), .shape = weight.shape};
    StoredWeight stored = weight;
    if (weight.shape.size() == 2) {
      tensor.strides = {1, weight.shape[0]};
      stored.values = [&weight] {
        const std::vector<float> values = weight.values();
        const auto rows = static_cast<size_t>(weight.shape[0]), columns = static_cast<size_t>(weight.shape[1]);
        std::vector<float> turned(values.size());
        for (size_t i = 0; i < values.size(); ++i) turned[i % columns * rows + i / columns] = values[i];
        return turned;
      };
    }
    items += PickledText(weight.name) + PickledTensorOf(tensor);
    files.push_back({"a/data/" + tensor.key, ValueBytes(stored)});
  }
  files[0].content = PickleOf("}(" + items + "u");
  EXPECT_EQ(openai.Features("turned.pt", ZipOf(files)), expected);
}

}  // namespace
}  // namespace fovea::test
