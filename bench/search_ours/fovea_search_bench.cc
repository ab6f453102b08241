// fovea_search_bench: exact searches over a file of vectors, as bench/search asks for them.
//
//   make FILE ROWS DIM QUERIES     writes ROWS picture vectors, then QUERIES text vectors, as raw floats
//   serve FILE ROWS DIM QUERIES    answers each line of standard input with one of JSON:
//     search KERNEL COUNT REPEAT   COUNT queries together, REPEAT times; KERNEL: 0 is the fastest, see `kernels`
//     filter PERMILLE REPEAT       one query among PERMILLE of 1000 rows, drawn at random
//     callers COUNT REPEAT         COUNT threads ask one query after the other, as clients do; seconds of all
//     memory REPEAT                reads the byte codes once, on all cores
//     kernels, checked             names of the kernels; ids and scores of the first queries
//   load FILE ROWS DIM SNAPSHOT    writes a snapshot of an index and reads it back
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <random>
#include <sstream>

#include <nlohmann/json.hpp>

#include "base/worker.h"
#include "bench/synthetic_vectors.h"
#include "indexer/exact_scan.h"
#include "indexer/clustered_index.h"
#include "indexer/search_rounds.h"

namespace {

using namespace fovea;
using namespace fovea::indexer;
using nlohmann::json;
using storage::PhotoId;

constexpr size_t kBest = 10;

double ProcessorSeconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double Seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

[[noreturn]] void Fail(const std::string& why) {
  std::cerr << "fovea_search_bench: " << why << "\n";
  std::exit(1);
}

struct Shape {
  std::string file;
  size_t rows, dim, queries;
};

void Make(const Shape& shape) {
  const bench::SyntheticVectors vectors(static_cast<int64_t>(shape.dim), 1);
  std::vector<float> all((shape.rows + shape.queries) * shape.dim);
  std::atomic<size_t> next{0};
  ScanTeam team;
  team.Run(team.threads(), [&](size_t) {
    for (size_t i = next.fetch_add(1); i < shape.rows + shape.queries; i = next.fetch_add(1)) {
      const std::span<float> out(all.data() + i * shape.dim, shape.dim);
      i < shape.rows ? vectors.Picture(i, out) : vectors.Text(i - shape.rows, out);
    }
  });
  std::ofstream file(shape.file, std::ios::binary);
  file.write(reinterpret_cast<const char*>(all.data()), static_cast<std::streamsize>(all.size() * sizeof(float)));
  if (!file.flush()) Fail("cannot write " + shape.file);
}

class Server {
 public:
  explicit Server(const Shape& shape) : dim_(shape.dim), vectors_(shape.dim), codes_(shape.dim), ids_(shape.rows), queries_(shape.queries * shape.dim) {
    std::ifstream file(shape.file, std::ios::binary);
    vectors_.Resize(shape.rows);
    for (size_t row = 0; row < shape.rows; ++row) ids_[row] = PhotoId{row};
    file.read(reinterpret_cast<char*>(vectors_.all().data()), static_cast<std::streamsize>(vectors_.all().size_bytes()));
    file.read(reinterpret_cast<char*>(queries_.data()), static_cast<std::streamsize>(queries_.size() * sizeof(float)));
    if (!file) Fail("cannot read " + shape.file);
    for (const ScanKernel& kernel : UsableScanKernels()) scans_.push_back(std::make_unique<ExactScan>(ExactScan::Options{.threads = 0, .kernel = kernel}));
    code_s_ = Seconds([&] { CodeAllRows(vectors_, scans_[0]->team(), codes_); });
  }

  json Answer(const std::string& line) {
    std::istringstream words(line);
    std::string what;
    size_t first = 0, second = 0, third = 0;
    words >> what >> first >> second >> third;
    if (what == "search") return Search(*scans_.at(first), second, third, nullptr);
    if (what == "filter") return Filtered(first, second);
    if (what == "callers") return Callers(first, second);
    if (what == "memory") return Memory(first);
    if (what == "checked") return Checked();
    json names = json::array();
    for (const auto& scan : scans_) names.push_back(scan->kernel());
    return {{"kernels", names}, {"code_s", code_s_}, {"threads", scans_[0]->team().threads()}};
  }

 private:
  std::vector<ScanQuery> Next(size_t count, const RowFilter* filter) {
    std::vector<ScanQuery> queries;
    for (size_t i = 0; i < count; ++i, ++turn_) {
      queries.push_back({.vector = std::span(queries_).subspan(turn_ * dim_ % queries_.size(), dim_), .k = kBest, .filter = filter});
    }
    return queries;
  }

  json Search(ExactScan& scan, size_t count, size_t repeat, const RowFilter* filter) {
    json seconds = json::array(), processor = json::array();
    size_t rescored = 0;
    for (size_t i = 0; i < repeat; ++i) {
      const auto queries = Next(count, filter);
      std::vector<ScanAnswer> answers;
      const double before = ProcessorSeconds();
      seconds.push_back(Seconds([&] { answers = scan.Search({vectors_, codes_, ids_}, queries); }));
      processor.push_back(ProcessorSeconds() - before);
      for (const ScanAnswer& answer : answers) rescored += answer.rescored;
    }
    return {{"seconds", seconds}, {"processor", processor}, {"rescored", static_cast<double>(rescored) / static_cast<double>(repeat * count)}};
  }

  json Filtered(size_t permille, size_t repeat) {
    std::mt19937_64 random(permille);
    std::vector<uint64_t> bits((ids_.size() + 63) / 64);
    for (size_t row = 0; row < ids_.size(); ++row) bits[row / 64] |= uint64_t{random() % 1000 < permille} << row % 64;
    const RowFilter filter(bits);
    return Search(*scans_[0], 1, repeat, &filter);
  }

  json Callers(size_t count, size_t repeat) {
    const ScanRows rows{vectors_, codes_, ids_};
    SearchRounds rounds;
    const double seconds = Seconds([&] {
      std::vector<Thread> callers;
      for (size_t caller = 0; caller < count; ++caller) {
        callers.emplace_back("caller", [&, caller](const std::stop_token&) {
          for (size_t i = 0; i < repeat; ++i) {
            const ScanQuery query{.vector = std::span(queries_).subspan((caller * repeat + i) * dim_ % queries_.size(), dim_), .k = kBest};
            rounds.Search(std::span(&query, 1), [&](std::span<const ScanQuery> all) { return scans_[0]->Search(rows, all); });
          }
        });
      }
    });
    return {{"seconds", {seconds / static_cast<double>(count * repeat)}}};
  }

  json Memory(size_t repeat) {
    const auto* begin = reinterpret_cast<const char*>(codes_.Block(0).codes);
    const size_t bytes = codes_.blocks() * codes_.block_bytes(), piece = size_t{1} << 20;
    json seconds = json::array();
    std::atomic<uint64_t> all{0};
    for (size_t i = 0; i < repeat; ++i) {
      std::atomic<size_t> next{0};
      seconds.push_back(Seconds([&] {
        scans_[0]->team().Run(scans_[0]->team().threads(), [&](size_t) {
          uint64_t sum = 0;
          for (size_t at = next.fetch_add(piece); at < bytes; at = next.fetch_add(piece)) {
            for (size_t end = std::min(bytes, at + piece); at + 8 <= end; at += 8) {
              uint64_t word;
              std::memcpy(&word, begin + at, sizeof word);
              sum += word;
            }
          }
          all += sum;
        });
      }));
    }
    return {{"seconds", seconds}, {"bytes", bytes}, {"sum", all.load()}};
  }

  json Checked() {
    turn_ = 0;
    json ids = json::array();
    for (const ScanAnswer& answer : scans_[0]->Search({vectors_, codes_, ids_}, Next(16, nullptr))) {
      for (const Neighbour& neighbour : answer.found) ids.push_back(neighbour.id.value);
    }
    return {{"ids", ids}};
  }

  const size_t dim_;
  VectorRows vectors_;
  Int8Rows codes_;
  std::vector<PhotoId> ids_;
  std::vector<float> queries_;
  std::vector<std::unique_ptr<ExactScan>> scans_;  // by kernel
  double code_s_ = 0;
  size_t turn_ = 0;
};

// What a restart costs: the snapshot read, every row coded.
void Load(const Shape& shape, const std::string& snapshot) {
  ClusteredIndex index(static_cast<int64_t>(shape.dim));
  index.Reserve(shape.rows);
  std::vector<float> vector(shape.dim);
  std::ifstream file(shape.file, std::ios::binary);
  for (size_t row = 0; row < shape.rows; ++row) {
    file.read(reinterpret_cast<char*>(vector.data()), static_cast<std::streamsize>(vector.size() * sizeof(float)));
    if (const Status status = index.Add(PhotoId{row + 1}, vector); !status.ok()) Fail(status.message());
  }
  if (const Status status = index.Save(snapshot, "bench", 1); !status.ok()) Fail(status.message());
  json seconds = json::array();
  for (int round = 0; round < 3; ++round) {
    index.Clear();
    Status status;
    seconds.push_back(Seconds([&] { status = index.Load(snapshot, "bench", 1); }));
    if (!status.ok()) Fail(status.message());
  }
  std::cout << json{{"seconds", seconds}} << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) Fail("make|serve|load FILE ROWS DIM QUERIES|SNAPSHOT");
  const std::string what = argv[1];
  Shape shape{argv[2], std::strtoull(argv[3], nullptr, 10), std::strtoull(argv[4], nullptr, 10), 0};
  if (what == "load") return Load(shape, argv[5]), 0;
  shape.queries = std::strtoull(argv[5], nullptr, 10);
  if (what == "make") return Make(shape), 0;
  Server server(shape);
  std::cout << server.Answer("kernels") << std::endl;
  for (std::string line; std::getline(std::cin, line);) std::cout << server.Answer(line) << std::endl;
}
