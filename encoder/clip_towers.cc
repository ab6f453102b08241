#include "encoder/clip_towers.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>
#include <variant>

#include "base/log.h"
#include "encoder/clip_model.h"
#include "encoder/device_choice.h"
#include "encoder/modified_resnet.h"
#include "encoder/pixel_scale.h"
#include "encoder/start_pages.h"
#include "encoder/tensor_memory.h"
#include "encoder/text_transformer.h"
#include "encoder/vision_transformer.h"
#include "encoder/weight_reader.h"

namespace fovea::encoder {
namespace {

using VisionTower = std::variant<VisionTransformer, ModifiedResnet>;

// Most rows that one run of a network takes: enough to keep the device busy, few enough for its memory.
constexpr int64_t kPicturesPerRunCpu = 64, kPicturesPerRunCuda = 256;
constexpr size_t kTextsPerRun = 256;
constexpr const char* kNoImageTower = "encode pictures: the model has no image tower, its text tower alone was exported";
constexpr const char* kNoTextTower = "encode texts: the model has no text tower, its image tower alone was exported";
// Below this many multiplications one thread does a run alone: waking the others, and waiting for those that a busy machine
// keeps from running, takes longer than the work (docs/decisions/003-one-thread-for-small-texts.md).
constexpr int64_t kMultiplicationsForOneThread = 64'000'000;

// Torch's message goes on for many lines (it tells where in Torch); the first one says what happened.
std::string FirstLine(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  const std::string text = torch_error != nullptr ? torch_error->what_without_backtrace() : error.what();
  const size_t begin = std::min(text.find_first_not_of('\n'), text.size());
  return text.substr(begin, text.find('\n', begin) - begin);
}

// What the allocator of the CPU, cuBLAS and cuDNN throw has no type of its own.
bool IsOutOfMemory(const std::exception& error, const std::string& line) {
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr || dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return true;
  for (const char* sign : {"DefaultCPUAllocator: ", "CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED"}) {
    if (line.find(sign) != std::string::npos) return true;
  }
  return false;
}

// Runs `work` as every call into Torch runs: without autograd, its exceptions turned into kInternal, or into kBusy when the
// device's memory does not hold so many rows (encoder.h).
template <typename Work>
auto WithTorch(const char* what, Work work) -> decltype(work()) {
  try {
    const c10::InferenceMode guard;
    return work();
  } catch (const std::exception& error) {
    const std::string line = FirstLine(error);
    const std::string text = StrCat(what, ": ", line);
    return Failed(IsOutOfMemory(error, line) ? Busy(text) : Internal(text));
  }
}

// While it lives, Torch's operators on this thread run on one thread.
class OneThread {
 public:
  OneThread() : before_(at::get_num_threads()) { at::set_num_threads(1); }
  ~OneThread() { at::set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  const int before_;
};

at::ScalarType ScalarTypeOf(NumberFormat format) {
  switch (format) {
    case NumberFormat::kFloat16: return at::kHalf;
    case NumberFormat::kBfloat16: return at::kBFloat16;
    case NumberFormat::kInt8: return CpuHasBfloat16() ? at::kBFloat16 : at::kFloat;  // around the matrices of bytes
    default: return at::kFloat;
  }
}

std::optional<VisionTower> BuildVision(WeightReader& reader, const ClipConfig& config) {
  if (!config.HasImageTower()) return std::nullopt;
  if (const auto* vit = std::get_if<VisionTransformerConfig>(&config.vision)) return VisionTransformer(reader, *vit);
  return ModifiedResnet(reader, std::get<ModifiedResnetConfig>(config.vision));
}

std::optional<TextTransformer> BuildText(WeightReader& reader, const ClipConfig& config) {
  if (!config.HasTextTower()) return std::nullopt;
  return TextTransformer(reader, config.text);
}

size_t UsedLength(const std::vector<int64_t>& row) {
  return static_cast<size_t>(std::max_element(row.begin(), row.end()) - row.begin()) + 1;
}

// Texts of like length, so that little of a run is padding.
struct Bucket {
  std::vector<size_t> rows;
  size_t length = 0;  // of the longest
};

std::vector<Bucket> Buckets(std::span<const std::vector<int64_t>> rows) {
  std::vector<size_t> order(rows.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::vector<size_t> lengths;
  for (const auto& row : rows) lengths.push_back(UsedLength(row));
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return lengths[a] < lengths[b]; });
  std::vector<Bucket> buckets;
  size_t most_length = 0;
  for (const size_t row : order) {
    if (buckets.empty() || lengths[row] > most_length || buckets.back().rows.size() == kTextsPerRun) {
      buckets.emplace_back();
      most_length = lengths[row] + std::max<size_t>(4, lengths[row] / 4);
    }
    buckets.back().rows.push_back(row);
    buckets.back().length = lengths[row];
  }
  return buckets;
}

at::Tensor PaddedIds(std::span<const std::vector<int64_t>> rows, const Bucket& bucket) {
  at::Tensor ids = at::zeros({static_cast<int64_t>(bucket.rows.size()), static_cast<int64_t>(bucket.length)}, at::kLong);
  int64_t* out = ids.mutable_data_ptr<int64_t>();
  for (const size_t row : bucket.rows) {
    std::copy_n(rows[row].begin(), UsedLength(rows[row]), out);
    out += bucket.length;
  }
  return ids;
}

}  // namespace

struct ClipTowers::Impl {
  Impl(const ClipConfig& config, WeightReader& reader, at::Device where)
      : side(config.ImageSize()), embed_dim(config.embed_dim), context_length(config.text.context_length),
        vocab_size(config.text.vocab_size), device(where), scale(config.preprocess), vision(BuildVision(reader, config)),
        text(BuildText(reader, config)) {
    scale_table = at::from_blob(const_cast<float*>(scale.table().data()), {256 * 3}, at::kFloat).clone().to(device);
  }

  int64_t PictureNumbers() const { return side * side * 3; }
  int64_t PicturesPerRun() const { return device.is_cpu() ? kPicturesPerRunCpu : kPicturesPerRunCuda; }

  at::Tensor RunVision(const at::Tensor& pictures) const {
    return std::visit([&](const auto& tower) { return tower.Forward(pictures); }, *vision);
  }

  // [batch, side, side, 3] fp32 on the device, scaled. Bytes travel to a GPU as bytes.
  at::Tensor Scaled(std::span<const ModelInput> pictures) const {
    const auto batch = static_cast<int64_t>(pictures.size());
    const size_t numbers = static_cast<size_t>(PictureNumbers());
    if (device.is_cpu()) {
      at::Tensor scaled = at::empty({batch, side, side, 3}, at::kFloat);
      float* out = scaled.mutable_data_ptr<float>();
      for (const ModelInput& picture : pictures) {
        scale.Apply(picture.rgb, std::span(out, numbers));
        out += numbers;
      }
      return scaled;
    }
    at::Tensor bytes = at::empty({batch, side, side, 3}, at::kByte);
    uint8_t* out = bytes.mutable_data_ptr<uint8_t>();
    for (const ModelInput& picture : pictures) out = std::copy(picture.rgb.begin(), picture.rgb.end(), out);
    const at::Tensor places = bytes.to(device).to(at::kInt).mul_(3).add_(at::arange(3, at::TensorOptions(device).dtype(at::kInt)));
    return scale_table.index_select(0, places.flatten()).view(places.sizes());
  }

  Features EmptyFeatures(size_t rows) const {
    Features features{.rows = static_cast<int64_t>(rows), .dim = embed_dim, .values = {}};
    features.values.resize(rows * static_cast<size_t>(embed_dim));
    return features;
  }

  // Copies the rows of `result` to the places in `features` that `place` gives.
  template <typename Place>
  void Store(const at::Tensor& result, Features& features, Place place) const {
    const at::Tensor rows = result.to(at::kCPU, at::kFloat).contiguous();
    const float* from = rows.const_data_ptr<float>();
    for (int64_t i = 0; i < rows.size(0); ++i) {
      std::copy_n(from + i * embed_dim, embed_dim, features.values.begin() + static_cast<int64_t>(place(i)) * embed_dim);
    }
  }

  const int64_t side, embed_dim, context_length, vocab_size;
  const at::Device device;
  const PixelScale scale;
  at::Tensor scale_table;
  bool IsSmall(const Bucket& bucket) const {
    return device.is_cpu() && static_cast<int64_t>(bucket.rows.size() * bucket.length) * text->multiplications_per_token() < kMultiplicationsForOneThread;
  }

  const std::optional<VisionTower> vision;
  const std::optional<TextTransformer> text;
};

bool CudaIsThere() { return at::globalContext().hasCUDA(); }

int CudaDevices() { return static_cast<int>(at::getNumGPUs()); }

void SetTorchThreads(int threads) {
  UseTensorMemory();
  at::set_num_threads(std::max(1, threads));
}

ClipTowers::ClipTowers(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ClipTowers::~ClipTowers() = default;

Result<std::unique_ptr<ClipTowers>> ClipTowers::Build(const ClipConfig& config, const ModelWeights& weights, Device device, NumberFormat format,
                                                      int cuda_index) {
  return WithTorch("load the model", [&]() -> Result<std::unique_ptr<ClipTowers>> {
    const at::Device where = device == Device::kCuda ? at::Device(at::kCUDA, static_cast<at::DeviceIndex>(cuda_index)) : at::Device(at::kCPU);
    WeightReader reader(weights, where, ScalarTypeOf(format), format == NumberFormat::kInt8);
    auto impl = std::make_unique<Impl>(config, reader, where);
    RETURN_IF_ERROR(reader.status());
    TrimTensorMemory();
    LeaveStartPages();
    return std::unique_ptr<ClipTowers>(new ClipTowers(std::move(impl)));
  });
}

Result<Features> ClipTowers::EncodePictures(std::span<const ModelInput> pictures) const {
  if (!impl_->vision) return Failed(Unsupported(kNoImageTower));
  for (const ModelInput& picture : pictures) {
    if (static_cast<int64_t>(picture.rgb.size()) != impl_->PictureNumbers()) {
      return Failed(InvalidArgument(StrCat("encode picture: found ", picture.rgb.size(), " bytes, expected ", impl_->side, " x ", impl_->side, " x 3")));
    }
  }
  return WithTorch("run the image tower", [&]() -> Result<Features> {
    Features features = impl_->EmptyFeatures(pictures.size());
    const auto step = static_cast<size_t>(impl_->PicturesPerRun());
    for (size_t first = 0; first < pictures.size(); first += step) {
      const auto run = pictures.subspan(first, std::min(step, pictures.size() - first));
      impl_->Store(impl_->RunVision(impl_->Scaled(run)), features, [&](int64_t i) { return first + static_cast<size_t>(i); });
    }
    return features;
  });
}

Result<Features> ClipTowers::EncodeScaled(std::span<const float> pictures) const {
  if (!impl_->vision) return Failed(Unsupported(kNoImageTower));
  const auto numbers = static_cast<size_t>(impl_->PictureNumbers());
  if (pictures.size() % numbers != 0) return Failed(InvalidArgument("encode scaled pictures: not a whole number of pictures"));
  return WithTorch("run the image tower", [&]() -> Result<Features> {
    const auto batch = static_cast<int64_t>(pictures.size() / numbers);
    Features features = impl_->EmptyFeatures(static_cast<size_t>(batch));
    const at::Tensor planes = at::from_blob(const_cast<float*>(pictures.data()), {batch, 3, impl_->side, impl_->side}, at::kFloat);
    const at::Tensor scaled = planes.to(impl_->device).permute({0, 2, 3, 1}).contiguous();
    if (batch > 0) impl_->Store(impl_->RunVision(scaled), features, [](int64_t i) { return i; });
    return features;
  });
}

Result<Features> ClipTowers::EncodeTokens(std::span<const std::vector<int64_t>> rows) const {
  if (!impl_->text) return Failed(Unsupported(kNoTextTower));
  for (const auto& row : rows) {
    const bool fits = !row.empty() && static_cast<int64_t>(row.size()) <= impl_->context_length;
    if (!fits) return Failed(InvalidArgument(StrCat("encode tokens: found ", row.size(), " ids, expected 1 to ", impl_->context_length)));
    const auto [least, most] = std::minmax_element(row.begin(), row.end());
    if (*least < 0 || *most >= impl_->vocab_size) return Failed(InvalidArgument("encode tokens: an id is outside the vocabulary"));
  }
  return WithTorch("run the text tower", [&]() -> Result<Features> {
    Features features = impl_->EmptyFeatures(rows.size());
    for (const Bucket& bucket : Buckets(rows)) {
      std::optional<OneThread> alone;
      if (impl_->IsSmall(bucket)) alone.emplace();
      const at::Tensor ids = PaddedIds(rows, bucket).to(impl_->device);
      impl_->Store(impl_->text->Forward(ids), features, [&](int64_t i) { return bucket.rows[static_cast<size_t>(i)]; });
    }
    return features;
  });
}

}  // namespace fovea::encoder
