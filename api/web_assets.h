#pragma once
// The files of the web page, built into the binary by web/CMakeLists.txt, which generates this header's source file.
//
// Owns:    nothing; the bytes live as long as the program.
// Threads: any thread may read.
// Errors:  none.
// Units:   none.
#include <span>
#include <string_view>

namespace fovea::api {

struct WebAsset {
  std::string_view path;          // "/", "/app.js"
  std::string_view content_type;  // "text/html; charset=utf-8"
  std::string_view etag;          // quoted, changes with the content
  std::string_view body;
};

std::span<const WebAsset> WebAssets();

}  // namespace fovea::api
