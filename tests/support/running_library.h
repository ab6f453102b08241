#pragma once
// RunningLibrary is a whole Library on a real store, a real index and real files, with a FakeEncoder, that a test can stop
// and start again.
//
// Owns:    a folder of pictures, a data folder, the catalog and the library.
// Threads: those of the library; the object belongs to the test's thread.
// Errors:  expectations of GoogleTest.
// Units:   file names are relative to the folder of pictures.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/metrics.h"
#include "indexer/library.h"
#include "storage/catalog.h"
#include "tests/support/fake_encoder.h"
#include "tests/support/image_factory.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {

class RunningLibrary {
 public:
  // Short waits, so that tests are fast; `watch` off: one scan per root and start.
  static indexer::LibraryOptions QuickOptions(bool watch);

  explicit RunningLibrary(indexer::LibraryOptions options = QuickOptions(false));
  ~RunningLibrary();

  indexer::Library& library() { return *library_; }
  storage::Catalog& catalog() { return *catalog_; }
  FakeEncoderControl& encoder() { return control_; }
  const TempDir& pictures() const { return pictures_; }
  const TempDir& data() const { return data_; }
  std::string snapshot() const { return data_ / "index.snapshot"; }

  // Adds the folder of pictures (the first time) and starts the library.
  void Start();
  // Stops the library and closes the store; Start opens it again.
  void Stop();
  void Restart() { Stop(); Start(); }
  void WaitIdle();

  // Writes a picture that no other seed looks like; returns its bytes.
  std::string Write(const std::string& name, uint64_t seed);
  // What a metric of this start of the library counts.
  double Count(const std::string& name);

  std::optional<storage::PathRecord> PathOf(const std::string& name);
  storage::PhotoId PhotoAt(const std::string& name);
  std::optional<storage::FailureRecord> FailureOf(const std::string& name);
  // Searching with the file's own bytes gives the photo at this path first, with a score of 1.
  void ExpectFindsItself(const std::string& name);
  // Photos, vectors and paths agree, and every indexed path is this many.
  void ExpectConsistent(uint64_t paths, uint64_t photos);
  storage::RootId root() const { return root_; }

 private:
  const indexer::LibraryOptions options_;
  TempDir pictures_;
  TempDir data_;
  SystemClock clock_;
  FakeEncoderControl control_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<storage::Catalog> catalog_;
  std::unique_ptr<indexer::Library> library_;
  storage::RootId root_;
};

}  // namespace fovea::test
