#include "daemon/pull/known_models.h"

#include <algorithm>
#include <array>

namespace fovea::daemon {
namespace {

constexpr int64_t kRn50 = 102'007'137, kRn101 = 119'688'033, kRn50x4 = 178'300'601, kRn50x16 = 290'979'217, kRn50x64 = 623'258'305;
constexpr int64_t kB32 = 151'277'313, kB32At256 = 151'288'833, kB16 = 149'620'737, kL14 = 427'616'513, kL14At336 = 427'944'193;
constexpr int64_t kH14 = 986'109'441, kH14At378 = 986'714'881, kG14 = 1'366'678'273, kBigG14 = 2'539'567'105;

constexpr std::string_view kMit = "MIT", kNoTrade = "CC BY-NC 4.0: not for trade", kApple = "Apple's own, see its repository";

// A repository holds its weights as fp32.
constexpr KnownModel Repository(std::string_view name, int64_t parameters, int dim, int image_px, std::string_view licence, std::string_view quality) {
  return {.name = name, .sha256 = "", .parameters = parameters, .dim = dim, .image_px = image_px, .download_mib = parameters * 4 / (1 << 20),
          .licence = licence, .quality = quality};
}
// OpenAI's files hold most weights as fp16.
constexpr KnownModel OpenAi(std::string_view name, std::string_view sha256, int64_t parameters, int dim, int image_px, int64_t download_mib,
                            std::string_view quality) {
  return {.name = name, .sha256 = sha256, .parameters = parameters, .dim = dim, .image_px = image_px, .download_mib = download_mib,
          .licence = kMit, .quality = quality};
}

constexpr std::array kModels = {
    OpenAi("RN50", "afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762", kRn50, 1024, 224, 244, "modest, small, convolutions"),
    OpenAi("RN101", "8fa8567bab74a42d41c5915025a8e4538c3bdbe8804a470a72f30b0d94fab599", kRn101, 512, 224, 278, "modest, small, convolutions"),
    OpenAi("RN50x4", "7e526bd135e493cef0776de27d5f42653e6b4c8bf9e0f653bb11773263205fdd", kRn50x4, 640, 288, 402, "fair, convolutions"),
    OpenAi("RN50x16", "52378b407f34354e150460fe41077663dd5b39c54cd0bfd2b27167a4a06ec9aa", kRn50x16, 768, 384, 630, "good, slow on a CPU"),
    OpenAi("RN50x64", "be1cfb55d75a9666199fb2206c106743da0f6468c9d327f3e0d0a543a9919d9c", kRn50x64, 1024, 448, 1285, "good, very slow on a CPU"),
    OpenAi("ViT-B-32", "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af", kB32, 512, 224, 338, "fair, the fastest: a good first one"),
    OpenAi("ViT-B-16", "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f", kB16, 512, 224, 335, "good, small"),
    OpenAi("ViT-L-14", "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836", kL14, 768, 224, 890, "very good, slow on a CPU"),
    OpenAi("ViT-L-14-336px", "3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02", kL14At336, 768, 336, 891,
           "best of OpenAI's nine, slow on a CPU"),
    Repository("openai/clip-vit-base-patch32", kB32, 512, 224, kMit, "as ViT-B-32, weights as fp32"),
    Repository("openai/clip-vit-base-patch16", kB16, 512, 224, kMit, "as ViT-B-16, weights as fp32"),
    Repository("openai/clip-vit-large-patch14", kL14, 768, 224, kMit, "as ViT-L-14, weights as fp32"),
    Repository("openai/clip-vit-large-patch14-336", kL14At336, 768, 336, kMit, "as ViT-L-14-336px, weights as fp32"),
    Repository("laion/CLIP-ViT-B-32-laion2B-s34B-b79K", kB32, 512, 224, kMit, "better than ViT-B-32, as fast"),
    Repository("laion/CLIP-ViT-B-16-laion2B-s34B-b88K", kB16, 512, 224, kMit, "good, small"),
    Repository("laion/CLIP-ViT-L-14-laion2B-s32B-b82K", kL14, 768, 224, kMit, "very good, slow on a CPU"),
    Repository("laion/CLIP-ViT-H-14-laion2B-s32B-b79K", kH14, 1024, 224, kMit, "excellent, for a GPU"),
    Repository("laion/CLIP-ViT-g-14-laion2B-s34B-b88K", kG14, 1024, 224, kMit, "excellent, for a GPU"),
    Repository("laion/CLIP-ViT-bigG-14-laion2B-39B-b160k", kBigG14, 1280, 224, kMit, "excellent, for a large GPU"),
    Repository("laion/CLIP-ViT-B-32-DataComp.XL-s13B-b90K", kB32, 512, 224, kMit, "better than ViT-B-32, as fast"),
    Repository("laion/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K", kB32At256, 512, 256, kMit, "good for its size, fast"),
    Repository("laion/CLIP-ViT-B-16-DataComp.XL-s13B-b90K", kB16, 512, 224, kMit, "very good for its size"),
    Repository("laion/CLIP-ViT-L-14-DataComp.XL-s13B-b90K", kL14, 768, 224, kMit, "excellent for its size, slow on a CPU"),
    Repository("apple/DFN2B-CLIP-ViT-B-16", kB16, 512, 224, kApple, "very good for its size"),
    Repository("apple/DFN2B-CLIP-ViT-L-14", kL14, 768, 224, kApple, "excellent for its size, slow on a CPU"),
    Repository("apple/DFN5B-CLIP-ViT-H-14", kH14, 1024, 224, kApple, "excellent, for a GPU"),
    Repository("apple/DFN5B-CLIP-ViT-H-14-378", kH14At378, 1024, 378, kApple, "among the best of all, for a GPU"),
    Repository("timm/vit_base_patch32_clip_224.metaclip_2pt5b", kB32, 512, 224, kNoTrade, "better than ViT-B-32, as fast"),
    Repository("timm/vit_base_patch16_clip_224.metaclip_2pt5b", kB16, 512, 224, kNoTrade, "very good for its size"),
    Repository("timm/vit_large_patch14_clip_224.metaclip_2pt5b", kL14, 768, 224, kNoTrade, "excellent for its size, slow on a CPU"),
    Repository("timm/vit_huge_patch14_clip_224.metaclip_2pt5b", kH14, 1024, 224, kNoTrade, "excellent, for a GPU"),
};

// OpenAI writes "ViT-B/32" and "ViT-L/14@336px", open_clip "ViT-L-14-336".
std::string Canonical(std::string_view name) {
  std::string canonical(name);
  if (canonical.starts_with("ViT-")) std::replace_if(canonical.begin(), canonical.end(), [](char letter) { return letter == '/' || letter == '@'; }, '-');
  return canonical == "ViT-L-14-336" ? "ViT-L-14-336px" : canonical;
}

}  // namespace

std::string KnownModel::FileName() const { return std::string(name) + ".pt"; }

std::span<const KnownModel> KnownModels() { return kModels; }

const KnownModel* FindKnownModel(std::string_view name) {
  const std::string canonical = Canonical(name);
  const auto found = std::find_if(kModels.begin(), kModels.end(), [&](const KnownModel& model) { return model.name == canonical; });
  return found == kModels.end() ? nullptr : &*found;
}

}  // namespace fovea::daemon
