#include "daemon/pull/model_source.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/log.h"
#include "daemon/nearest_name.h"

namespace fovea::daemon {
namespace {

constexpr size_t kMostLetters = 96;

// A part of a repository's name, or of a revision's: it becomes a part of a path and of an address as it is.
bool IsPart(std::string_view part) {
  const auto usual = [](unsigned char letter) { return std::isalnum(letter) != 0 || letter == '-' || letter == '_' || letter == '.'; };
  return !part.empty() && part.size() <= kMostLetters && std::isalnum(static_cast<unsigned char>(part.front())) != 0 &&
         std::all_of(part.begin(), part.end(), usual) && part.find("..") == std::string_view::npos && part.find("--") == std::string_view::npos;
}

std::vector<std::string_view> Parts(std::string_view text) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0;;) {
    const size_t slash = text.find('/', begin);
    parts.push_back(text.substr(begin, slash - begin));
    if (slash == std::string_view::npos) return parts;
    begin = slash + 1;
  }
}

// "refs/pr/1" as one part of a path.
std::string AsFolder(std::string revision) {
  for (size_t at = revision.find('/'); at != std::string::npos; at = revision.find('/')) revision.replace(at, 1, "--");
  return revision;
}

std::vector<std::string> KnownNames() {
  std::vector<std::string> names;
  for (const KnownModel& model : KnownModels()) names.emplace_back(model.name);
  return names;
}

}  // namespace

Result<ModelSource> ParseModelSource(const std::string& text) {
  if (const KnownModel* known = FindKnownModel(text); known != nullptr && !known->sha256.empty()) {
    return ModelSource{.name = std::string(known->name), .known = known};
  }
  const size_t at = text.find('@');
  ModelSource source{.name = text.substr(0, at), .repository = text.substr(0, at)};
  if (at != std::string::npos) source.revision = text.substr(at + 1);
  const std::vector<std::string_view> names = Parts(source.repository), revision = Parts(source.revision);
  if (names.size() != 2 || !std::all_of(names.begin(), names.end(), IsPart) || !std::all_of(revision.begin(), revision.end(), IsPart)) {
    return Failed(InvalidArgument(StrCat("\"", text, "\" is neither a known model", Suggestion(text, KnownNames()),
                                         " nor a Hugging Face repository OWNER/MODEL[@REVISION]; `fovea model list` names the known ones")));
  }
  if (source.revision != "main") source.name += "@" + AsFolder(source.revision);
  source.known = FindKnownModel(source.repository);
  return source;
}

}  // namespace fovea::daemon
