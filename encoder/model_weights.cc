#include "encoder/model_weights.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/log.h"
#include "encoder/expected_weights.h"
#include "encoder/model_place.h"
#include "encoder/weight_names.h"

namespace fovea::encoder {
namespace {

constexpr size_t kMostNamed = 3;  // of each kind of fault in one message
constexpr const char* kUnnamedTower = "encoder.layers.0.layer_norm1.weight";  // "vision_model." or "text_model." would stand before it

bool IsFloating(TensorType type) {
  return type == TensorType::kFloat64 || type == TensorType::kFloat32 || type == TensorType::kFloat16 || type == TensorType::kBfloat16;
}

std::optional<WeightSource::Part> Find(const WeightFiles& files, const std::string& name) {
  for (const auto& file : files) {
    const auto found = file->tensors().find(name);
    if (found != file->tensors().end()) return WeightSource::Part{.file = file.get(), .tensor = &found->second};
  }
  return std::nullopt;
}

bool AnyBegins(const TensorTable& tensors, const std::string& beginning) {
  const auto found = tensors.lower_bound(beginning);
  return found != tensors.end() && found->first.starts_with(beginning);
}

WeightNaming NamingOf(const WeightFiles& files, Layout configured) {
  WeightNaming naming = {.layout = LayoutOfNames(files).value_or(configured)};
  if (Find(files, "text.token_embedding.weight")) naming.text_prefix = "text.";
  naming.linear_text_projection = Find(files, naming.text_prefix + "text_projection.weight").has_value();
  naming.unnamed_tower = Find(files, kUnnamedTower).has_value();
  return naming;
}

// The shape that one of `parts` stored tensors must have so that together they give `whole`.
Shape PartShape(const Shape& whole, const StoredName& name) {
  Shape shape = whole;
  shape[0] /= static_cast<int64_t>(name.parts.size());
  if (name.transposed) std::reverse(shape.begin(), shape.end());
  return shape;
}

// What is wrong with a set of files, gathered over all tensors so that one line tells the whole story.
class Faults {
 public:
  void Missing(const std::string& name) { Add(missing_, StrCat("missing \"", name, "\"")); }
  void Wrong(const std::string& name, const std::string& what) { Add(wrong_, StrCat("\"", name, "\" ", what)); }
  void Unexpected(const std::string& name) { Add(unexpected_, StrCat("unexpected \"", name, "\"")); }

  Status AsStatus(const std::string& path) const {
    if (missing_.empty() && wrong_.empty() && unexpected_.empty()) return Status::Ok();
    std::string text;
    for (const auto* kind : {&missing_, &wrong_, &unexpected_}) {
      for (size_t i = 0; i < std::min(kind->size(), kMostNamed); ++i) text += (text.empty() ? "" : "; ") + (*kind)[i];
      if (kind->size() > kMostNamed) text += StrCat(" and ", kind->size() - kMostNamed, " more");
    }
    return Corrupt(path + ": " + text);
  }

 private:
  static void Add(std::vector<std::string>& list, std::string text) { list.push_back(std::move(text)); }
  std::vector<std::string> missing_, wrong_, unexpected_;
};

struct Finding {
  const WeightFiles& files;
  std::set<std::string> used;
  Faults faults;

  // The source of one expected tensor; what is wrong with it goes to `faults`.
  WeightSource Take(const ExpectedWeight& expected, const StoredName& stored) {
    WeightSource source;
    source.transposed = stored.transposed;
    const Shape shape = PartShape(expected.shape, stored);
    for (const std::string& name : stored.parts) {
      const auto part = Find(files, name);
      if (!part) {
        faults.Missing(name);
        continue;
      }
      used.insert(name);
      if (part->tensor->shape != shape) {
        faults.Wrong(name, StrCat("has shape ", ToString(part->tensor->shape), ", expected ", ToString(shape)));
      } else if (!IsFloating(part->tensor->type)) {
        faults.Wrong(name, "holds integers, expected F32, F16, BF16 or F64");
      }
      source.parts.push_back(*part);
    }
    return source;
  }

  void LookForUnexpected() {
    for (const auto& file : files) {
      for (const auto& [name, tensor] : file->tensors()) {
        if (!used.contains(name) && !IsNotNeeded(name)) faults.Unexpected(name);
      }
    }
  }
};

}  // namespace

Status CheckFamiliar(const WeightFiles& files) {
  struct Foreign {
    const char* beginning;
    const char* what;
  };
  constexpr std::array<Foreign, 4> kForeign = {{{"visual.trunk.", "a timm image tower"},
                                                {"vision_model.head.probe", "a SigLIP model"},
                                                {"text.transformer.embeddings.", "a text tower of transformers"},
                                                {"text_decoder.", "a CoCa model"}}};
  for (const auto& file : files) {
    for (const Foreign& foreign : kForeign) {
      if (!AnyBegins(file->tensors(), foreign.beginning)) continue;
      return Unsupported(StrCat(file->path(), ": found tensors \"", foreign.beginning, "...\" of ", foreign.what,
                                ", expected CLIP's own Vision Transformer or ResNet and text transformer"));
    }
  }
  return Status::Ok();
}

Result<ModelWeights> ModelWeights::Open(const std::string& folder, const ClipConfig& config) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, FindWeightFiles(folder, config.layout));
  ASSIGN_OR_RETURN(WeightFiles files, OpenWeightFiles(folder, names));
  return Take(std::move(files), config);
}

Result<ModelWeights> ModelWeights::Take(WeightFiles files, const ClipConfig& config) {
  ModelWeights weights;
  weights.files_ = std::move(files);
  const WeightNaming naming = NamingOf(weights.files_, config.layout);
  Finding finding{.files = weights.files_, .used = {}, .faults = {}};
  for (const ExpectedWeight& expected : ExpectedWeights(config)) {
    weights.sources_[expected.key] = finding.Take(expected, StoredNames(naming, expected.key));
    int64_t numbers = 1;
    for (const int64_t extent : expected.shape) numbers *= extent;
    weights.parameters_ += numbers;
  }
  finding.LookForUnexpected();
  RETURN_IF_ERROR(finding.faults.AsStatus(weights.files_.front()->path()));
  return weights;
}

}  // namespace fovea::encoder
