#include "indexer/unit_vector.h"

#include <cmath>

#include "base/log.h"

namespace fovea::indexer {

Status MakeUnit(std::span<float> vector) {
  double squares = 0;
  for (const float value : vector) squares += static_cast<double>(value) * value;
  if (!std::isfinite(squares)) return InvalidArgument("normalise a vector: it holds a value that is not finite");
  if (squares <= 0) return InvalidArgument("normalise a vector: its length is zero");
  const double scale = 1.0 / std::sqrt(squares);
  for (float& value : vector) value = static_cast<float>(value * scale);
  return Status();
}

Result<std::vector<float>> UnitVector(std::span<const float> features) {
  std::vector<float> unit(features.begin(), features.end());
  RETURN_IF_ERROR(MakeUnit(unit));
  return unit;
}

Status MakeUnitRows(encoder::Features& features) {
  const auto dim = static_cast<size_t>(features.dim);
  for (size_t row = 0; row < static_cast<size_t>(features.rows); ++row) {
    const Status status = MakeUnit(std::span(features.values).subspan(row * dim, dim));
    if (!status.ok()) return status.WithContext(StrCat("row ", row));
  }
  return Status();
}

}  // namespace fovea::indexer
