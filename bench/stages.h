#pragma once
// The pipeline's stages measured alone on the same pictures: read + hash, decode + resize + thumbnail, encode, write, index.
//
// Owns:    nothing beyond a call.
// Threads: decode runs on all cores; encode on Torch's threads; write on one, as in the daemon.
// Errors:  the first failure ends the measurement.
// Units:   photos per second.
#include <string>
#include <vector>

#include "base/status.h"
#include "encoder/encoder.h"

namespace fovea::bench {

struct StageRates {
  double read = 0;
  double decode = 0;  // decode + resize + thumbnail
  double encode = 0;
  double write = 0;
  double index = 0;
  double slowest() const;
};

Result<StageRates> MeasureStages(encoder::Encoder& encoder, const std::vector<std::string>& files, const std::string& scratch,
                                 int threads, int batch_size);

}  // namespace fovea::bench
