#pragma once
// Files for a catalog in tests: a photo's bytes stand for its content hash and its vector.
//
// Owns:    a table of vectors that lives as long as the program, so that spans into it stay good.
// Threads: any thread may call.
// Errors:  ends the test program if a catalog cannot be opened.
// Units:   vectors have kTestDim values and unit length.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/catalog.h"

namespace fovea::test {

inline constexpr int64_t kTestDim = 4;
inline constexpr const char* kTestModel = "test-model";

// A catalog in `folder` that is bound to kTestModel.
std::unique_ptr<storage::Catalog> OpenBound(const std::string& folder);
// A unit vector of `dim` values that counts up.
std::vector<float> CountedVector(size_t dim);
// The vector that stands for this content; the same content always gives the same one.
std::span<const float> VectorOf(std::string_view content);
// A file at `location` with this content.
storage::IndexedFile FileOf(const storage::Location& location, std::string_view content);

// Whole operations, batch after batch; they give the photos that went.
Result<std::vector<storage::PhotoId>> RemoveFolder(storage::Catalog& catalog, const storage::Location& folder);
Result<std::vector<storage::PhotoId>> MoveFolder(storage::Catalog& catalog, const storage::Location& from, const storage::Location& to);
Result<std::vector<storage::PhotoId>> RemoveRoot(storage::Catalog& catalog, storage::RootId root);

// Empty when the catalog holds together: record, vector, content and path of every photo are there, nothing dangles and
// the counters are right; else what is wrong.
std::string WhatIsInconsistent(const storage::Catalog& catalog);

}  // namespace fovea::test
