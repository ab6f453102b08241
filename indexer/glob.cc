#include "indexer/glob.h"

#include <vector>

namespace fovea::indexer {
namespace {

constexpr std::string_view kSpecial = "*?[";

// Whether `byte` is in the class that begins after the '[' at pattern[at]; `end` is set behind its ']'. False with end == at + 1 when
// the bracket is never closed.
bool InClass(std::string_view pattern, size_t at, char byte, size_t& end) {
  size_t i = at + 1;
  const bool inverted = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (inverted) ++i;
  const size_t first = i;
  bool found = false;
  for (; i < pattern.size() && (pattern[i] != ']' || i == first); ++i) {
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      found = found || (pattern[i] <= byte && byte <= pattern[i + 2]);
      i += 2;
    } else {
      found = found || pattern[i] == byte;
    }
  }
  if (i >= pattern.size()) {
    end = at + 1;
    return byte == '[';
  }
  end = i + 1;
  return found != inverted && byte != '/';
}

}  // namespace

// fits[j]: the pattern so far fits the first j bytes of the path.
bool GlobMatches(std::string_view pattern, std::string_view path) {
  std::vector<char> fits(path.size() + 1, 0), next(path.size() + 1, 0);
  fits[0] = 1;
  for (size_t i = 0; i < pattern.size();) {
    std::fill(next.begin(), next.end(), char{0});
    size_t end = i + 1;
    if (pattern[i] == '*') {
      const bool across = end < pattern.size() && pattern[end] == '*';
      if (across) ++end;
      const bool folder = across && end < pattern.size() && pattern[end] == '/';  // "**/" may stand for no folder at all
      if (folder) ++end;
      bool running = false;
      for (size_t j = 0; j <= path.size(); ++j) {
        running = running || fits[j] != 0;
        if (folder) {
          next[j] = static_cast<char>(fits[j] != 0 || (running && j > 0 && path[j - 1] == '/'));
        } else {
          next[j] = static_cast<char>(running);
          if (!across && j < path.size() && path[j] == '/') running = false;
        }
      }
    } else {
      for (size_t j = 0; j < path.size(); ++j) {
        size_t behind = i + 1;
        const bool one = pattern[i] == '?' ? path[j] != '/' : pattern[i] == '[' ? InClass(pattern, i, path[j], behind) : pattern[i] == path[j];
        if (fits[j] != 0 && one) next[j + 1] = 1;
      }
      if (pattern[i] == '[') InClass(pattern, i, 'x', end);
    }
    fits.swap(next);
    i = end;
  }
  return fits[path.size()] != 0;
}

std::string_view FixedPartOf(std::string_view pattern) {
  const std::string_view plain = pattern.substr(0, pattern.find_first_of(kSpecial));
  const size_t slash = plain.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : plain.substr(0, slash);
}

}  // namespace fovea::indexer
