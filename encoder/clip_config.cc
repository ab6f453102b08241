#include "encoder/clip_config.h"

#include "base/log.h"

namespace fovea::encoder {
namespace {

std::string Describe(const VisionTransformerConfig& vision) {
  return StrCat("ViT ", vision.transformer.layers, " x ", vision.transformer.width, ", patch ", vision.patch_size);
}

std::string Describe(const ModifiedResnetConfig& vision) {
  const auto& b = vision.blocks;
  return StrCat("ResNet ", b[0], ",", b[1], ",", b[2], ",", b[3], " width ", vision.width);
}

}  // namespace

const char* LayoutName(Layout layout) {
  switch (layout) {
    case Layout::kHuggingFace: return "huggingface";
    case Layout::kOpenClip: return "open_clip";
    case Layout::kOpenAi: return "openai";
  }
  return "";
}

int64_t ClipConfig::ImageSize() const {
  return std::visit([](const auto& tower) { return tower.image_size; }, vision);
}

std::string ClipConfig::Architecture() const {
  std::string parts;
  if (HasImageTower()) parts = StrCat(std::visit([](const auto& tower) { return Describe(tower); }, vision), ", ", ImageSize(), " px");
  if (towers == Towers::kBoth) parts += "; ";
  if (HasTextTower()) parts += StrCat("text ", text.transformer.layers, " x ", text.transformer.width);
  return projected ? parts : parts + ", no projection";
}

}  // namespace fovea::encoder
