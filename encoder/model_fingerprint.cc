#include "encoder/model_fingerprint.h"

#include <algorithm>
#include <filesystem>
#include <span>

#include "base/sha256.h"
#include "base/unique_fd.h"

namespace fovea::encoder {
namespace {

constexpr int64_t kMostSmallBytes = int64_t{64} << 20;
constexpr int64_t kSamples = 64;
constexpr int64_t kSampleBytes = 4096;
constexpr size_t kDigits = 16;

// Hashes of parts are gathered and hashed again, so that no part can run into the next.
void Add(std::string& digests, std::string_view bytes) {
  const Sha256Digest digest = Sha256(bytes);
  digests.append(digest.begin(), digest.end());
}

Status AddWeights(std::string& digests, const TensorFile& file) {
  Add(digests, file.table());
  Add(digests, std::to_string(file.size_bytes()));
  std::string sample;
  for (int64_t i = 0; i < kSamples; ++i) {
    const int64_t bytes = std::min(kSampleBytes, file.size_bytes());
    sample.resize(static_cast<size_t>(bytes));
    const int64_t last = file.size_bytes() - bytes;
    RETURN_IF_ERROR(file.Read(last / (kSamples - 1) * i, std::as_writable_bytes(std::span(sample))));
    Add(digests, sample);
  }
  return Status::Ok();
}

}  // namespace

Result<std::string> ModelFingerprint(const std::vector<std::string>& small_files, const WeightFiles& weights) {
  std::string digests;
  for (const std::string& path : small_files) {
    ASSIGN_OR_RETURN(const std::string content, ReadFile(path, kMostSmallBytes));
    Add(digests, std::filesystem::path(path).filename().string());
    Add(digests, content);
  }
  for (const auto& file : weights) RETURN_IF_ERROR(AddWeights(digests, *file));
  return ToHex(Sha256(digests)).substr(0, kDigits);
}

}  // namespace fovea::encoder
