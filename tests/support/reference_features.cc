#include "tests/support/reference_features.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <numeric>

#include "encoder/huggingface_config.h"
#include "encoder/open_clip_config.h"
#include "indexer/unit_vector.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

using namespace encoder;

template <typename T>
T OrAbort(Result<T> result) {
  if (result) return *std::move(result);
  std::cerr << result.error().message() << "\n";
  std::abort();
}

}  // namespace

double Norm(std::span<const float> row) { return std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0)); }

void ExpectRow(std::span<const float> row, const ReferenceRow& expected, double tolerance) {
  EXPECT_NEAR(Norm(row), expected.norm, tolerance);
  for (size_t i = 0; i < expected.first.size(); ++i) EXPECT_NEAR(row[i], expected.first[i], tolerance) << "component " << i;
}

void ExpectRows(const Features& features, std::span<const ReferenceRow> expected, double tolerance) {
  ASSERT_GE(features.rows, static_cast<int64_t>(expected.size()));
  Features units = features;
  ASSERT_TRUE(indexer::MakeUnitRows(units).ok());
  for (size_t i = 0; i < expected.size(); ++i) {
    SCOPED_TRACE(testing::Message() << "row " << i);
    ExpectRow(features.Row(static_cast<int64_t>(i)), expected[i], tolerance);
    ReferenceRow unit = {1, expected[i].first};
    for (float& component : unit.first) component = static_cast<float>(component / expected[i].norm);
    ExpectRow(units.Row(static_cast<int64_t>(i)), unit, tolerance / expected[i].norm + 1e-6);
  }
}

double Distance(std::span<const float> a, std::span<const float> b) {
  double most = 0;
  for (size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return most / Norm(b);
}

std::unique_ptr<ClipTowers> TowersFromFolder(const ClipConfig& written, NumberFormat format) {
  const TempDir folder;
  WriteModelFolder(folder.path(), written);
  const bool hugging_face = written.layout == Layout::kHuggingFace;
  const ClipConfig config = OrAbort(hugging_face ? ReadHuggingFaceConfig(folder.path()) : ReadOpenClipConfig(folder.path()));
  const ModelWeights weights = OrAbort(ModelWeights::Open(folder.path(), config));
  return OrAbort(ClipTowers::Build(config, weights, Device::kCpu, format));
}

}  // namespace fovea::test
