# fovea::warnings carries the warning flags; every target of ours links it PRIVATE.
add_library(fovea_warnings INTERFACE)
add_library(fovea::warnings ALIAS fovea_warnings)
target_compile_options(fovea_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -Woverloaded-virtual $<$<BOOL:${FOVEA_WERROR}>:-Werror>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)
