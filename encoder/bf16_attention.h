#pragma once
// Bf16Attention is softmax(Q K^T / sqrt(width)) V of one head, by the CPU's bf16 instructions.
//
// Owns:    scratch memory for one head; one object per thread.
// Threads: one.
// Errors:  none. Requires a CPU for which Bf16Attention::IsThere().
// Shapes:  tokens x width, rows `stride` numbers apart; width and stride even. Products are summed in fp32, probabilities
//          rounded to bf16.
#include <cstdint>
#include <vector>

#include "encoder/bfloat16.h"

namespace fovea::encoder {

class Bf16Attention {
 public:
  struct Shape {
    int64_t tokens = 0;
    int64_t width = 0;   // of a head
    int64_t stride = 0;  // of q, k and v
    int64_t out_stride = 0;
    bool causal = false;  // a token attends to itself and to those before it
  };
  struct Head {
    const Bfloat16* q = nullptr;
    const Bfloat16* k = nullptr;
    const Bfloat16* v = nullptr;
    Bfloat16* out = nullptr;
  };

  static bool IsThere();
  explicit Bf16Attention(const Shape& shape);
  void Run(const Head& head);

 private:
  // What the instructions multiply lies in pairs of bf16: neighbours in a row for keys, in a column for values.
  void PackKeysAndValues(const Head& head);
  template <int kRows>
  void RunRows(const Head& head, int64_t first);

  const Shape shape_;
  const int64_t columns_;               // tokens, rounded up to what a step takes
  const int64_t lanes_;                 // width, rounded up to whole registers
  std::vector<uint32_t> keys_;          // [width / 2][columns]
  std::vector<uint32_t> values_;        // [columns / 2][lanes]
  std::vector<float> scores_;           // [rows of a step][columns]
  std::vector<Bfloat16> probabilities_;  // [rows of a step][columns]
};

}  // namespace fovea::encoder
