#include "encoder/clip_merges.h"

// The assembler takes the file as it is, so that no step of the build turns it into a source first.
asm(R"(
  .pushsection .rodata
  .global fovea_clip_merges_begin
  .global fovea_clip_merges_end
fovea_clip_merges_begin:
  .incbin "encoder/vocabularies/clip_merges.txt.gz"
fovea_clip_merges_end:
  .byte 0
  .popsection
)");

extern "C" const char fovea_clip_merges_begin, fovea_clip_merges_end;

namespace fovea::encoder {

std::string_view PackedClipMerges() { return {&fovea_clip_merges_begin, &fovea_clip_merges_end}; }

}  // namespace fovea::encoder
