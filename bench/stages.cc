#include "bench/stages.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>

#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/sha256.h"
#include "base/unique_fd.h"
#include "base/worker.h"
#include "encoder/decoder.h"
#include "encoder/preprocess.h"
#include "encoder/thumbnail.h"
#include "indexer/clustered_index.h"
#include "indexer/unit_vector.h"
#include "storage/catalog.h"

namespace fovea::bench {
namespace {

constexpr int64_t kLimitBytes = int64_t{256} << 20;

struct Prepared {
  Sha256Digest content{};
  encoder::ModelInput input;
  std::string thumbnail;
};

double Rate(size_t count, std::chrono::steady_clock::time_point start) {
  return static_cast<double>(count) / (MillisecondsSince(start) / 1000);
}

// Runs `body(i)` for every i below `count` on `threads` threads; the first failure ends it.
Status OnAllCores(size_t count, int threads, const std::function<Status(size_t)>& body) {
  std::atomic<size_t> next = 0;
  Mutex mutex;
  Status failure;
  {
    std::vector<Thread> workers;
    for (int t = 0; t < threads; ++t) {
      workers.emplace_back("bench" + std::to_string(t), [&](const std::stop_token&) {
        for (size_t i = next++; i < count; i = next++) {
          if (Status status = body(i); !status.ok()) {
            MutexLock lock(mutex);
            failure = status;
            next = count;
          }
        }
      });
    }
  }
  return failure;
}

Status PrepareOne(const encoder::PreprocessProfile& profile, const std::string& path, Prepared& out) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kLimitBytes));
  encoder::DecodeOptions options;
  options.min_short_side_px = std::max(profile.resize_to, 320);
  ASSIGN_OR_RETURN(const encoder::Decoded decoded, encoder::DecodeBytes(bytes, options));
  ASSIGN_OR_RETURN(out.input, encoder::Preprocess(decoded.pixels, profile));
  ASSIGN_OR_RETURN(out.thumbnail, encoder::MakeThumbnail(decoded.pixels, 320));
  return Status();
}

Result<double> MeasureRead(const std::vector<std::string>& files, std::vector<Prepared>& prepared, int threads) {
  const auto start = std::chrono::steady_clock::now();
  RETURN_IF_ERROR(OnAllCores(files.size(), threads, [&](size_t i) -> Status {
    ASSIGN_OR_RETURN(const std::string bytes, ReadFile(files[i], kLimitBytes));
    prepared[i].content = Sha256(bytes);
    return Status();
  }));
  return Rate(files.size(), start);
}

Result<double> MeasureDecode(const encoder::Encoder& encoder, const std::vector<std::string>& files, std::vector<Prepared>& prepared,
                             int threads) {
  const auto start = std::chrono::steady_clock::now();
  RETURN_IF_ERROR(OnAllCores(files.size(), threads, [&](size_t i) {
    return PrepareOne(encoder.preprocess(), files[i], prepared[i]).WithContext(files[i]);
  }));
  return Rate(files.size(), start);
}

Result<double> MeasureEncode(encoder::Encoder& encoder, const std::vector<Prepared>& prepared, size_t batch_size,
                             std::vector<float>& vectors) {
  std::vector<encoder::ModelInput> batch;
  const auto start = std::chrono::steady_clock::now();
  for (size_t begin = 0; begin < prepared.size(); begin += batch_size) {
    batch.clear();
    for (size_t i = begin; i < std::min(prepared.size(), begin + batch_size); ++i) batch.push_back(prepared[i].input);
    ASSIGN_OR_RETURN(const encoder::Features features, encoder.EncodeImages(batch));
    for (int64_t row = 0; row < features.rows; ++row) {
      ASSIGN_OR_RETURN(const std::vector<float> unit, indexer::UnitVector(features.Row(row)));
      vectors.insert(vectors.end(), unit.begin(), unit.end());
    }
  }
  return Rate(prepared.size(), start);
}

Result<double> MeasureWrite(const std::string& folder, const encoder::ModelInfo& info, const std::vector<Prepared>& prepared,
                            std::span<const float> vectors, size_t batch_size) {
  ASSIGN_OR_RETURN(const auto catalog, storage::Catalog::Open({.folder = folder}));
  RETURN_IF_ERROR(catalog->BindModel(info.id, info.embed_dim));
  ASSIGN_OR_RETURN(const storage::Root root, catalog->AddRoot("/bench"));
  const auto dim = static_cast<size_t>(info.embed_dim);
  const auto start = std::chrono::steady_clock::now();
  for (size_t begin = 0; begin < prepared.size(); begin += batch_size) {
    std::vector<storage::IndexedFile> batch;
    for (size_t i = begin; i < std::min(prepared.size(), begin + batch_size); ++i) {
      storage::IndexedFile file;
      file.location = {root.id, StrCat("folder", i / 1000, "/", i, ".jpg")};
      file.photo.content = prepared[i].content;
      file.photo.format = "jpeg";
      file.vector = vectors.subspan(i * dim, dim);
      file.thumbnail = prepared[i].thumbnail;
      batch.push_back(std::move(file));
    }
    RETURN_IF_ERROR(catalog->StoreFiles(batch));
  }
  return Rate(prepared.size(), start);
}

Result<double> MeasureIndex(int64_t dim, std::span<const float> vectors, size_t count) {
  indexer::ClusteredIndex index(dim);
  const auto width = static_cast<size_t>(dim);
  const auto start = std::chrono::steady_clock::now();
  for (size_t i = 0; i < count; ++i) RETURN_IF_ERROR(index.Add(storage::PhotoId{i + 1}, vectors.subspan(i * width, width)));
  return Rate(count, start);
}

}  // namespace

double StageRates::slowest() const { return std::min({read, decode, encode, write, index}); }

Result<StageRates> MeasureStages(encoder::Encoder& encoder, const std::vector<std::string>& files, const std::string& scratch,
                                 int threads, int batch_size) {
  StageRates rates;
  std::vector<Prepared> prepared(files.size());
  std::vector<float> vectors;
  const auto batch = static_cast<size_t>(batch_size);
  ASSIGN_OR_RETURN(rates.read, MeasureRead(files, prepared, threads));
  ASSIGN_OR_RETURN(rates.decode, MeasureDecode(encoder, files, prepared, threads));
  ASSIGN_OR_RETURN(rates.encode, MeasureEncode(encoder, prepared, batch, vectors));
  ASSIGN_OR_RETURN(rates.write, MeasureWrite(scratch, encoder.info(), prepared, vectors, batch));
  ASSIGN_OR_RETURN(rates.index, MeasureIndex(encoder.info().embed_dim, vectors, files.size()));
  return rates;
}

}  // namespace fovea::bench
