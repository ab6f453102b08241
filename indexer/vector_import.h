#pragma once
// VectorImport stores photos whose vectors were made elsewhere: each file is read as ever (hash, facts, thumbnail), only the encoding is
// spared. For a catalog on which no Library runs: the index takes the vectors in at its next start.
//
// Owns:    the threads "import0"... Borrows catalog and clock.
// Threads: one thread calls Store at a time.
// Errors:  of a row: kInvalidArgument for a path outside of every root or a vector without direction, kNotFound, what the decoder says, kCorrupt
//          when the file has another content than the row says. Of the call: what the catalog refuses.
// Units:   vectors have the dimension of the model that the catalog is bound to; of any length, they are normalised here.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/sha256.h"
#include "base/worker.h"
#include "indexer/picture_reader.h"
#include "storage/catalog.h"

namespace fovea::indexer {

class VectorImport {
 public:
  struct Options {
    encoder::DecodeLimits limits;
    int thumbnail_px = 320;
    size_t threads = 2;
  };
  struct Row {
    std::string path;  // absolute
    std::span<const float> vector;
    std::optional<Sha256Digest> content = {};  // of the file that the vector was made of
  };
  VectorImport(storage::Catalog& catalog, const Clock& clock, const Options& options);
  VectorImport(const VectorImport&) = delete;
  VectorImport& operator=(const VectorImport&) = delete;

  struct Taken {
    uint64_t stored = 0;
    uint64_t known = 0;  // were there with this very stamp
    std::vector<Status> refused = {};  // why, with the path; in order
  };
  // In one synced write: after a kill all of these rows are there, or none.
  Result<Taken> Store(std::span<const Row> rows);

 private:
  struct Prepared;
  Prepared Prepare(const Row& row) const;
  Result<storage::Location> Locate(const std::string& path) const;

  storage::Catalog& catalog_;
  const std::vector<storage::Root> roots_;
  const PictureReader reader_;
  Worker worker_;
};

}  // namespace fovea::indexer
