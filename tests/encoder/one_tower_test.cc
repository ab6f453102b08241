// transformers' exports of one tower, with its projection and without: the tower that is there, and the one that is not.
// label: integration
#include <gtest/gtest.h>

#include "encoder/clip_model.h"
#include "encoder/model_folder.h"
#include "encoder/weight_names.h"
#include "tests/support/matchers.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

using namespace encoder;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

const std::vector<std::string> kTexts = {"a cat", "", "two dogs on a beach"};

ClipConfig Whole() {
  ClipConfig config = TinyVitWithVocabulary();
  config.layout = Layout::kHuggingFace;
  return config;
}

ClipConfig One(Towers tower, bool projected = true) {
  ClipConfig config = Whole();
  config.towers = tower;
  config.projected = projected;
  if (!projected) config.embed_dim = tower == Towers::kImage ? 128 : 64;
  return config;
}

std::vector<ModelInput> Pictures() {
  std::vector<ModelInput> pictures(2, {std::vector<uint8_t>(64 * 64 * 3)});
  for (size_t i = 0; i < pictures[0].rgb.size(); ++i) {
    pictures[0].rgb[i] = static_cast<uint8_t>(i * 7 % 251);
    pictures[1].rgb[i] = static_cast<uint8_t>(i / 48);
  }
  return pictures;
}

class OneTower : public testing::Test {
 protected:
  std::unique_ptr<ClipModel> Write(const std::string& name, const ClipConfig& config) const {
    WriteModelFolder(folder_ / name, config);
    return Load(name);
  }
  std::unique_ptr<ClipModel> Load(const std::string& name) const {
    auto model = ClipModel::Load(folder_ / name, {.device = DeviceChoice::kCpu, .precision = "fp32"});
    EXPECT_THAT(model, IsOk());
    return model ? *std::move(model) : nullptr;
  }
  // The same tensors without the tower's name, as transformers 5 writes a tower that was never part of a whole model.
  void WriteUnnamed(const std::string& name, const ClipConfig& config) const {
    WriteModelFolder(folder_ / name, config);
    std::vector<StoredWeight> weights = StoredReferenceWeights(config);
    weights.pop_back();  // logit_scale
    for (StoredWeight& weight : weights) weight.name.erase(0, weight.name.find('.') + 1);
    WriteSafetensors(folder_ / name + "/model.safetensors", weights);
  }

  const TempDir folder_;
};

TEST_F(OneTower, TheImageTowerAloneGivesTheWholeModelsFeatures) {
  const auto whole = Write("whole", Whole()), image = Write("image", One(Towers::kImage));
  ASSERT_TRUE(whole && image);
  EXPECT_EQ(image->EncodeImages(Pictures())->values, whole->EncodeImages(Pictures())->values);
  EXPECT_EQ(image->info().architecture, "ViT 3 x 128, patch 16, 64 px");
  EXPECT_EQ(image->info().embed_dim, 32);
  EXPECT_FALSE(image->info().has_text_tower);
  EXPECT_THAT(image->EncodeTexts(kTexts), StatusIs(StatusCode::kUnsupported, HasSubstr("no text tower")));
}

TEST_F(OneTower, TheTextTowerAloneGivesTheWholeModelsFeatures) {
  const auto whole = Write("whole", Whole()), text = Write("text", One(Towers::kText));
  ASSERT_TRUE(whole && text);
  EXPECT_EQ(text->EncodeTexts(kTexts)->values, whole->EncodeTexts(kTexts)->values);
  EXPECT_EQ(text->info().architecture, "text 2 x 64");
  EXPECT_FALSE(text->info().has_image_tower);
  EXPECT_THAT(text->EncodeImages(Pictures()), StatusIs(StatusCode::kUnsupported, HasSubstr("no image tower")));
  EXPECT_LT(text->info().parameters, whole->info().parameters);
}

TEST_F(OneTower, WithoutProjectionTheFeaturesAreTheTowersOwn) {
  for (const Towers tower : {Towers::kImage, Towers::kText}) {
    const bool image = tower == Towers::kImage;
    const auto named = Write("named", One(tower, false));
    WriteUnnamed("unnamed", One(tower, false));
    const auto unnamed = Load("unnamed");
    ASSERT_TRUE(named && unnamed);
    const auto features = image ? named->EncodeImages(Pictures()) : named->EncodeTexts(kTexts);
    ASSERT_THAT(features, IsOk());
    EXPECT_EQ(features->dim, image ? 128 : 64);
    EXPECT_EQ(named->info().embed_dim, features->dim);
    EXPECT_EQ(features->values, (image ? unnamed->EncodeImages(Pictures()) : unnamed->EncodeTexts(kTexts))->values);
    EXPECT_THAT(named->info().architecture, testing::EndsWith(", no projection"));
  }
}

TEST_F(OneTower, TheNotesSayWhatIsMissing) {
  WriteModelFolder(folder_ / "image", One(Towers::kImage, false));
  const auto opened = OpenModelFolder(folder_ / "image", SpecialLiterals::kOrdinaryText);
  ASSERT_THAT(opened, IsOk());
  EXPECT_THAT(opened->notes, AllOf(Contains(HasSubstr("no text tower")), Contains(HasSubstr("no projection")),
                                   testing::Not(Contains(HasSubstr("vocabulary")))));
}

TEST_F(OneTower, AConfigurationThatPromisesMoreOrLessThanTheWeightsIsRefusedByTensor) {
  const auto loaded = [&](const ClipConfig& said, const ClipConfig& stored) {
    WriteModelFolder(folder_ / "a", said);
    WriteSafetensors(folder_ / "a" + "/model.safetensors", StoredReferenceWeights(stored));
    return ClipModel::Load(folder_ / "a", {.device = DeviceChoice::kCpu});
  };
  EXPECT_THAT(loaded(Whole(), One(Towers::kImage)), StatusIs(StatusCode::kCorrupt, HasSubstr("missing \"text_model.embeddings.token_embedding.weight\"")));
  EXPECT_THAT(loaded(One(Towers::kText), Whole()), StatusIs(StatusCode::kCorrupt, HasSubstr("unexpected \"vision_model.")));
  EXPECT_THAT(loaded(One(Towers::kImage), One(Towers::kImage, false)), StatusIs(StatusCode::kCorrupt, HasSubstr("missing \"visual_projection.weight\"")));
  EXPECT_THAT(loaded(One(Towers::kText, false), One(Towers::kText)), StatusIs(StatusCode::kCorrupt, HasSubstr("unexpected \"text_projection.weight\"")));
}

}  // namespace
}  // namespace fovea::test
