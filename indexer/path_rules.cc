#include "indexer/path_rules.h"

#include <algorithm>
#include <array>

namespace fovea::indexer {
namespace {

constexpr std::array<std::string_view, 14> kExtensions = {"jpg", "jpeg", "jpe",  "jfif", "png",  "webp", "gif",
                                                          "tif", "tiff", "heic", "heif", "hif", "avif", "jxl"};
constexpr std::array<std::string_view, 8> kPassedOver = {"@eaDir",     "#recycle", "$RECYCLE.BIN", "System Volume Information",
                                                         "lost+found", "__MACOSX", "@Recycle",     "@Recently-Snapshot"};

// File names are bytes: only ASCII letters have two cases here.
std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

bool IsPassedOverFolder(std::string_view name) {
  return name.empty() || name.front() == '.' || std::find(kPassedOver.begin(), kPassedOver.end(), name) != kPassedOver.end();
}

bool IsPictureName(std::string_view name) {
  if (name.empty() || name.front() == '.') return false;
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return true;
  return std::find(kExtensions.begin(), kExtensions.end(), LowerAscii(name.substr(dot + 1))) != kExtensions.end();
}

bool IsPicturePath(std::string_view relative_path) {
  for (size_t slash = relative_path.find('/'); slash != std::string_view::npos; slash = relative_path.find('/')) {
    if (IsPassedOverFolder(relative_path.substr(0, slash))) return false;
    relative_path.remove_prefix(slash + 1);
  }
  return IsPictureName(relative_path);
}

std::string JoinPath(std::string_view folder, std::string_view name) {
  std::string path(folder);
  if (!path.empty()) path += '/';
  return path += name;
}

}  // namespace fovea::indexer
