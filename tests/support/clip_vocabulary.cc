#include "tests/support/clip_vocabulary.h"

#include <cstdlib>
#include <filesystem>

namespace fovea::test {

namespace fs = std::filesystem;

std::string ClipVocabularyFolder() {
  const char* deps = std::getenv("FOVEA_DEPS");
  const fs::path libraries = fs::path(deps != nullptr ? deps : FOVEA_SOURCE_DIR "/.deps") / "venv-tests" / "lib";
  std::error_code error;
  for (const auto& python : fs::directory_iterator(libraries, error)) {
    const fs::path folder = python.path() / "site-packages" / "open_clip";
    if (fs::exists(folder / "bpe_simple_vocab_16e6.txt.gz", error)) return folder.string();
  }
  return "";
}

}  // namespace fovea::test
