#pragma once
// BatchRunner runs batches on one Encoder: rows of several callers together, in smaller runs when memory is short, caller by
// caller when a batch fails, so that one caller's bad input does not fail its neighbours.
//
// Owns:    what it knows of the device's speed and memory. Borrows the Encoder and the Metrics.
// Threads: one thread runs batches and asks for the limits.
// Errors:  the Encoder's; kInternal when not even one row fits the memory, or when the Encoder throws: the batch ends, not
//          the process.
// Units:   rows. Metrics: fovea_encode_seconds{tower}, fovea_encode_batch_rows{tower}, fovea_encode_out_of_memory_total.
#include <functional>
#include <span>
#include <vector>

#include "base/metrics.h"
#include "base/status.h"
#include "encoder/encode_lanes.h"
#include "encoder/encoder.h"
#include "encoder/row_limit.h"

namespace fovea::encoder {

class BatchRunner {
 public:
  struct Options {
    RowLimit::Options pictures;
    RowLimit::Options texts;
  };
  BatchRunner(Encoder& encoder, Metrics& metrics, Options options);
  BatchRunner(const BatchRunner&) = delete;
  BatchRunner& operator=(const BatchRunner&) = delete;

  // One answer for each slice, in order. Pictures are borrowed from their calls and given back.
  std::vector<Result<Features>> Run(const EncodeBatch& batch);
  // Whether the device works at all: a grey picture and a plain text.
  Status Probe();
  EncodeLanes::Limits limits() const;
  const ModelInfo& info() const { return encoder_.info(); }

 private:
  Result<Features> RunTogether(std::span<const Slice> slices);
  Result<Features> RunPictures(std::span<const ModelInput> inputs);
  Result<Features> RunTexts(std::span<const std::string> texts);
  // In runs that fit the memory. `run` takes a range of rows, [first, first + count).
  Result<Features> RunInParts(size_t rows, RowLimit& limit, Histogram& seconds, Histogram& batch_rows,
                              const std::function<Result<Features>(size_t first, size_t count)>& run);

  Encoder& encoder_;
  RowLimit pictures_, texts_;
  Histogram &image_seconds_, &text_seconds_, &image_rows_, &text_rows_;
  Counter& out_of_memory_;
};

}  // namespace fovea::encoder
