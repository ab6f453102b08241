// What is said when a library and a model do not belong together.
// label: unit
#include "indexer/model_mismatch.h"

#include <gmock/gmock.h>

namespace fovea::indexer {
namespace {

using testing::HasSubstr;

TEST(ModelMismatch, NamesBothModelsAndTheCommandsThatStayAndSwitch) {
  EXPECT_EQ(ModelMismatch({.library = "/my data/it's", .photos = 12, .stored_id = "fovea-tiny@ab", .stored_dim = 256, .asked_id = "ViT-B-32@cd", .asked_dim = 512}),
            "the library '/my data/it'\\''s' holds 12 photos as vectors of model fovea-tiny@ab (256 numbers each), asked for ViT-B-32@cd (512); "
            "to stay: --model 'fovea-tiny'; to switch: fovea serve --model 'ViT-B-32'; or index into a new library: "
            "fovea index --model 'ViT-B-32' --data '/my data/it'\\''s.ViT-B-32' FOLDER");
}

TEST(ModelMismatch, TellsOtherWeightsUnderTheSameNameApart) {
  const std::string message =
      ModelMismatch({.library = "/d", .photos = 1, .stored_id = "clip@ab", .stored_dim = 512, .asked_id = "clip@cd", .asked_dim = 512});
  EXPECT_THAT(message, HasSubstr("give the folder of the clip that made it: --model FOLDER"));
}

TEST(ModelMismatch, SaysWhyItIsNotSwitched) {
  EXPECT_THAT(ModelMismatch({.library = "/d", .photos = 1, .stored_id = "clip@ab", .stored_dim = 512, .asked_id = "clip@cd", .asked_dim = 512, .why_not = "no room"}),
              testing::AllOf(HasSubstr("; no room"), testing::Not(HasSubstr("index into"))));
}

}  // namespace
}  // namespace fovea::indexer
