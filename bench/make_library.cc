// make_library DIR N: fills a new data directory with N made-up photos through the code that fovea itself stores with, so
// that everything but decoding and encoding can be tried and measured at a million photos. See --help.
#include <CLI/CLI.hpp>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "base/bounded_queue.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/npy_file.h"
#include "base/worker.h"
#include "bench/synthetic_library.h"
#include "storage/catalog.h"

namespace fovea::bench {
namespace {

using Time = std::chrono::steady_clock::time_point;

struct Options {
  std::string folder;
  uint64_t photos = 0;
  uint64_t seed = 1;
  int64_t dim = 512;
  std::string model_id;
  uint64_t queries = 1000;
  size_t batch = 1000;
};

// Photos that are ready to be stored; the files point into `vectors`.
struct Batch {
  std::vector<float> vectors;
  std::vector<storage::IndexedFile> files;
};

struct Roots {
  storage::RootId library, archive;
};

Batch MakeBatch(const SyntheticLibrary& library, const Roots& roots, uint64_t begin, uint64_t end) {
  const auto dim = static_cast<size_t>(library.vectors().dim());
  Batch batch;
  batch.vectors.resize((end - begin) * dim);
  for (uint64_t photo = begin; photo < end; ++photo) {
    storage::IndexedFile file = library.File(photo, std::span(batch.vectors).subspan((photo - begin) * dim, dim));
    file.location.root = library.InArchive(photo) ? roots.archive : roots.library;
    batch.files.push_back(std::move(file));
  }
  return batch;
}

void ShowProgress(uint64_t stored, uint64_t photos, Time start) {
  const double rate = static_cast<double>(stored) / (MillisecondsSince(start) / 1000);
  std::fprintf(stderr, "%s%llu of %llu photos, %.0f photos/s%s", ::isatty(STDERR_FILENO) ? "\r" : "", static_cast<unsigned long long>(stored),
               static_cast<unsigned long long>(photos), rate, ::isatty(STDERR_FILENO) && stored < photos ? "" : "\n");
}

// Stores what the maker puts into the queue; gives the seconds spent in the store alone.
Result<double> StoreAll(storage::Catalog& catalog, BoundedQueue<Batch>& made, const Options& options) {
  const Time start = std::chrono::steady_clock::now();
  double store_ms = 0;
  uint64_t stored = 0, shown = 0;
  while (std::optional<Batch> batch = made.Pop()) {
    const Time before = std::chrono::steady_clock::now();
    RETURN_IF_ERROR(catalog.StoreFiles(batch->files));
    store_ms += MillisecondsSince(before);
    stored += batch->files.size();
    if (stored < options.photos && stored - shown < std::max<uint64_t>(options.photos / 10, 1)) continue;
    ShowProgress(stored, options.photos, start);
    shown = stored;
  }
  return store_ms / 1000;
}

Result<double> Fill(storage::Catalog& catalog, const SyntheticLibrary& library, const Options& options) {
  ASSIGN_OR_RETURN(const storage::Root first, catalog.AddRoot("/synthetic/photos"));
  ASSIGN_OR_RETURN(const storage::Root second, catalog.AddRoot("/synthetic/archive"));
  const Roots roots{first.id, second.id};
  BoundedQueue<Batch> made(4);
  const Thread maker("maker", [&](const std::stop_token&) {
    for (uint64_t begin = 0; begin < options.photos; begin += options.batch) {
      if (!made.Push(MakeBatch(library, roots, begin, std::min(begin + options.batch, options.photos)))) return;
    }
    made.Close();
  });
  const Result<double> seconds = StoreAll(catalog, made, options);
  made.Close();
  return seconds;
}

Status WriteQueries(const SyntheticVectors& vectors, const Options& options) {
  const auto dim = static_cast<size_t>(vectors.dim());
  std::vector<float> rows(options.queries * dim);
  for (uint64_t text = 0; text < options.queries; ++text) vectors.Text(text, std::span(rows).subspan(text * dim, dim));
  const std::string path = options.folder + "/queries.npy";
  std::ofstream file(path, std::ios::binary);
  file << NpyHeader(options.queries, dim);
  file.write(reinterpret_cast<const char*>(rows.data()), static_cast<std::streamsize>(rows.size() * sizeof(float)));
  file.close();
  return file ? Status() : IoError(StrCat("write \"", path, "\""));
}

Status Run(const Options& options) {
  ASSIGN_OR_RETURN(const auto catalog, storage::Catalog::Open({.folder = options.folder}));
  if (catalog->photo_count() > 0 || !catalog->ListRoots().empty()) {
    return AlreadyExists(StrCat("fill \"", options.folder, "\": it holds ", catalog->photo_count(), " photos; give a new folder"));
  }
  const std::string model = options.model_id.empty() ? StrCat("synthetic@", options.dim, "-", options.seed) : options.model_id;
  RETURN_IF_ERROR(catalog->BindModel(model, options.dim));
  const SyntheticLibrary library(options.dim, options.seed);
  const Time start = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(const double store_seconds, Fill(*catalog, library, options));
  catalog->Close();
  const double seconds = MillisecondsSince(start) / 1000;
  RETURN_IF_ERROR(WriteQueries(library.vectors(), options));
  const auto photos = static_cast<double>(options.photos);
  std::printf("{\"photos\": %llu, \"dim\": %lld, \"seconds\": %.3f, \"store_seconds\": %.3f, \"photos_per_s\": %.0f, \"store_photos_per_s\": %.0f}\n",
              static_cast<unsigned long long>(options.photos), static_cast<long long>(options.dim), seconds, store_seconds, photos / seconds, photos / store_seconds);
  return Status();
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Fills a new data directory with made-up photos: the same ones for a seed, photo i the same whatever N is.\n"
               "Writes DIR/queries.npy too: text vectors, of another distribution than the pictures'. Prints its rates as JSON.");
  app.add_option("DIR", options.folder, "the data directory, as fovea's --data; made if missing, must hold no photos")->required();
  app.add_option("N", options.photos, "how many photos")->required()->check(CLI::Range(uint64_t{1}, uint64_t{100'000'000}));
  app.add_option("--seed", options.seed, "which library")->capture_default_str();
  app.add_option("--dim", options.dim, "values of each vector")->capture_default_str()->check(CLI::Range(8, 4096));
  app.add_option("--model-id", options.model_id, "the model that the vectors pass for, NAME@FINGERPRINT, so that fovea serve takes them");
  app.add_option("--queries", options.queries, "rows of queries.npy")->capture_default_str()->check(CLI::Range(uint64_t{1}, uint64_t{1'000'000}));
  app.add_option("--batch", options.batch, "photos of one synced write")->capture_default_str()->check(CLI::Range(1, 100'000));
  CLI11_PARSE(app, argc, argv);
  SetLogLevel(LogLevel::kWarning);
  const Status status = Run(options);
  if (!status.ok()) std::cerr << "make_library: " << status.message() << std::endl;
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace fovea::bench

int main(int argc, char** argv) { return fovea::bench::Main(argc, argv); }
