// fovea_ann_bench: approximate searches over a file of vectors, as bench/ann asks for them.
//
//   queries FILE DIM COUNT                 writes COUNT text vectors as raw floats
//   build VECTORS ROWS DIM FOLDER          trains and fills an index over the first ROWS vectors, and keeps it in FOLDER
//   serve VECTORS ROWS DIM FOLDER QUERIES  answers each line of standard input with one of JSON:
//     search THREADS REPEAT                all queries, REPEAT times, by THREADS callers that ask one after the other
//     exact REPEAT                         the same, one after the other, exactly
//     filter PERMILLE KIND REPEAT          among PERMILLE of 1000 photos; KIND: random, or folder (as they come one after the other)
//     best K REPEAT                        the K best of each query
// With FOVEA_BENCH_MEMORY_MIB the index of `serve` keeps within it, and the rest in a file in FOLDER.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <random>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "base/worker.h"
#include "bench/synthetic_vectors.h"
#include "indexer/clustered_index.h"

namespace {

using namespace fovea;
using namespace fovea::indexer;
using nlohmann::json;
using storage::PhotoId;

constexpr size_t kBest = 10;
constexpr const char* kModel = "bench";

[[noreturn]] void Fail(const std::string& why) {
  std::cerr << "fovea_ann_bench: " << why << "\n";
  std::exit(1);
}

void Check(const Status& status) {
  if (!status.ok()) Fail(status.message());
}

double Seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double ProcessorSeconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

size_t ResidentBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return 1024 * std::strtoull(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

void MakeQueries(const std::string& path, size_t dim, size_t count) {
  const bench::SyntheticVectors vectors(static_cast<int64_t>(dim), 1);
  std::vector<float> all(count * dim);
  for (size_t i = 0; i < count; ++i) vectors.Text(i, std::span(all).subspan(i * dim, dim));
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(all.data()), static_cast<std::streamsize>(all.size() * sizeof(float)));
  if (!file.flush()) Fail("cannot write " + path);
}

// Of as many texts as the library takes, none of which is asked.
std::vector<float> UsualQuery(size_t dim) {
  constexpr size_t kTexts = 24, kFirst = 1'000'000;
  const bench::SyntheticVectors vectors(static_cast<int64_t>(dim), 1);
  std::vector<float> text(dim), mean(dim);
  for (size_t i = 0; i < kTexts; ++i) {
    vectors.Text(kFirst + i, text);
    for (size_t at = 0; at < dim; ++at) mean[at] += text[at] / kTexts;
  }
  return mean;
}

struct Shape {
  std::string file;
  size_t rows = 0, dim = 0;
  std::string folder;
};

void Build(const Shape& shape) {
  std::filesystem::create_directories(shape.folder);
  ClusteredIndex index(static_cast<int64_t>(shape.dim), {.threads = 0, .approximate_from = shape.rows});
  std::vector<float> vector(shape.dim);
  std::ifstream file(shape.file, std::ios::binary);
  const double before = ProcessorSeconds();
  const double seconds = Seconds([&] {
    // The lists are trained once all are there, as after a first start.
    for (size_t row = 0; row < shape.rows; ++row) {
      if (!file.read(reinterpret_cast<char*>(vector.data()), static_cast<std::streamsize>(vector.size() * sizeof(float)))) Fail("cannot read " + shape.file);
      Check(index.Add(PhotoId{row + 1}, vector));
    }
    index.StartSorting([&] { return UsualQuery(shape.dim); });
    if (!index.WaitUntilSorted(std::chrono::steady_clock::now() + std::chrono::hours(2))) Fail("the lists took too long");
  });
  const json facts{{"seconds", seconds}, {"processor", ProcessorSeconds() - before}, {"lists", index.state().lists}};
  Check(index.Save(shape.folder + "/index.snapshot", kModel, 1));
  Check(index.SaveLists(shape.folder + "/index.lists", kModel));
  std::ofstream(shape.folder + "/built.json") << facts;
}

ClusteredIndex::Options OptionsFor(const Shape& shape) {
  ClusteredIndex::Options options{.threads = 0, .approximate_from = std::min<size_t>(shape.rows, 1000)};
  if (const char* memory = std::getenv("FOVEA_BENCH_MEMORY_MIB")) {
    options.memory_bytes = std::strtoull(memory, nullptr, 10) << 20;
    options.overflow_folder = shape.folder;
  }
  return options;
}

class Server {
 public:
  Server(const Shape& shape, const std::string& queries)
      : rows_(shape.rows), index_(static_cast<int64_t>(shape.dim), OptionsFor(shape)) {
    const size_t before = ResidentBytes();
    load_s_ = Seconds([&] {
      Check(index_.LoadLists(shape.folder + "/index.lists", kModel));
      Check(index_.Load(shape.folder + "/index.snapshot", kModel, 1));
    });
    bytes_ = ResidentBytes() - before;
    std::ifstream file(queries, std::ios::binary | std::ios::ate);
    const auto bytes = static_cast<size_t>(file.tellg());
    queries_.resize(bytes / (shape.dim * sizeof(float)), std::vector<float>(shape.dim));
    file.seekg(0);
    for (auto& query : queries_) file.read(reinterpret_cast<char*>(query.data()), static_cast<std::streamsize>(shape.dim * sizeof(float)));
    if (!file || queries_.empty()) Fail("cannot read " + queries);
    std::ifstream(shape.folder + "/built.json") >> built_;
  }

  json Hello() const { return {{"bytes", bytes_}, {"load_s", load_s_}, {"built", built_}, {"lists", index_.state().lists}}; }

  json Answer(const std::string& line) {
    std::istringstream words(line);
    std::string what;
    words >> what;
    size_t first = 1, repeat = 1;
    if (what == "search") return words >> first >> repeat, Search(first, {.vector = {}, .k = kBest}, repeat);
    if (what == "exact") return words >> repeat, Search(1, {.vector = {}, .k = kBest, .exact = true}, repeat);
    if (what == "best") return words >> first >> repeat, Search(1, {.vector = {}, .k = first}, repeat);
    std::string kind;
    words >> first >> kind >> repeat;
    return Filter(first, kind, repeat);
  }

 private:
  json Search(size_t threads, const IndexQuery& like, size_t repeat, const std::vector<uint64_t>* kept = nullptr) {
    json seconds = json::array(), processor = json::array();
    std::vector<IndexAnswer> answers(queries_.size());
    for (size_t turn = 0; turn < repeat; ++turn) {
      std::atomic<size_t> next{0};
      const double before = ProcessorSeconds();
      seconds.push_back(Seconds([&] {
        const auto ask = [&] {
          for (size_t i = next++; i < queries_.size(); i = next++) {
            IndexQuery query = like;
            query.vector = queries_[i];
            const PhotoBits among(kept != nullptr ? std::span<const uint64_t>(*kept) : std::span<const uint64_t>());
            if (kept != nullptr) query.among = &among;
            auto got = index_.SearchMany(std::span(&query, 1));
            if (!got) Fail(got.error().message());
            answers[i] = std::move(got->front());
          }
        };
        std::vector<Thread> others;
        for (size_t i = 1; i < threads; ++i) others.emplace_back("caller", [&](const std::stop_token&) { ask(); });
        ask();
        for (Thread& other : others) other.Join();
      }) / static_cast<double>(queries_.size()));
      processor.push_back((ProcessorSeconds() - before) / static_cast<double>(queries_.size()));
    }
    json ids = json::array();
    size_t exact = 0;
    for (const IndexAnswer& answer : answers) {
      json row = json::array();
      for (const Neighbour& neighbour : answer.found) row.push_back(neighbour.id.value - 1);
      ids.push_back(std::move(row));
      exact += answer.exact;
    }
    return {{"seconds", seconds}, {"processor", processor}, {"ids", ids}, {"exact", static_cast<double>(exact) / static_cast<double>(answers.size())}};
  }

  // Asked approximately and exactly: the recall among so few is not that of all. `first`: how long it takes when these photos were not
  // asked for lately.
  json Filter(size_t permille, const std::string& kind, size_t repeat) {
    std::vector<uint64_t> bits(rows_ / 64 + 1);
    std::mt19937_64 random(permille);
    const size_t kept = rows_ * permille / 1000, first = random() % (rows_ - kept);
    for (size_t row = 0; row < rows_; ++row) {
      const bool in = kind == "random" ? random() % 1000 < permille : row >= first && row < first + kept;
      bits[(row + 1) / 64] |= uint64_t{in} << (row + 1) % 64;
    }
    json answer = Search(1, {.vector = {}, .k = kBest}, repeat, &bits);
    const json truth = Search(1, {.vector = {}, .k = kBest, .exact = true}, 1, &bits);
    size_t same = 0, all = 0;
    for (size_t i = 0; i < queries_.size(); ++i) {
      const std::set<uint64_t> best = truth["ids"][i];
      all += best.size();
      for (const uint64_t id : answer["ids"][i]) same += best.contains(id);
    }
    answer["first"] = FirstWith(bits);
    answer.erase("ids");
    answer["recall"] = static_cast<double>(same) / static_cast<double>(all);
    return answer;
  }

  // Ids beyond the last photo make another set of it each time.
  json FirstWith(std::vector<uint64_t> bits) {
    constexpr size_t kTimes = 10;
    json seconds = json::array();
    for (size_t i = 0; i < kTimes; ++i) {
      bits.push_back(1);
      seconds.push_back(Seconds([&] {
        const PhotoBits among(bits);
        const IndexQuery query{.vector = queries_[i % queries_.size()], .k = kBest, .among = &among};
        if (const auto got = index_.SearchMany(std::span(&query, 1)); !got) Fail(got.error().message());
      }));
    }
    return seconds;
  }

  const size_t rows_;
  ClusteredIndex index_;
  std::vector<std::vector<float>> queries_;
  double load_s_ = 0;
  size_t bytes_ = 0;
  json built_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "queries" && argc == 5) return MakeQueries(argv[2], std::strtoull(argv[3], nullptr, 10), std::strtoull(argv[4], nullptr, 10)), 0;
  if (argc < 6) Fail("queries FILE DIM COUNT | build VECTORS ROWS DIM FOLDER | serve VECTORS ROWS DIM FOLDER QUERIES");
  const Shape shape{argv[2], std::strtoull(argv[3], nullptr, 10), std::strtoull(argv[4], nullptr, 10), argv[5]};
  if (what == "build") return Build(shape), 0;
  Server server(shape, argv[6]);
  std::cout << server.Hello() << std::endl;
  for (std::string line; std::getline(std::cin, line);) std::cout << server.Answer(line) << std::endl;
}
