#pragma once
// Builds the towers of a model on reference weights and compares their features with those of the reference.
//
// Owns:    nothing.
// Threads: one per model.
// Errors:  of a test: expectations fail; a model that cannot be built ends the test program.
// Units:   tolerances are absolute unless they are called a share of the norm.
#include <array>
#include <memory>
#include <span>

#include "encoder/clip_config.h"
#include "encoder/clip_towers.h"

namespace fovea::test {

// Un-normalised features as the reference gave them: the norm and the first eight components.
struct ReferenceRow {
  double norm;
  std::array<float, 8> first;
};

double Norm(std::span<const float> row);
void ExpectRow(std::span<const float> row, const ReferenceRow& expected, double tolerance);
// The first rows of `features`, in order; then the same as unit vectors.
void ExpectRows(const encoder::Features& features, std::span<const ReferenceRow> expected, double tolerance);
// The largest difference of two rows as a share of the norm of `b`.
double Distance(std::span<const float> a, std::span<const float> b);

// Writes the model, reads it back through the reader of its layout, builds its towers on the CPU.
std::unique_ptr<encoder::ClipTowers> TowersFromFolder(const encoder::ClipConfig& written,
                                                      encoder::NumberFormat format = encoder::NumberFormat::kFloat32);

}  // namespace fovea::test
