// faiss_flat FILE ROWS DIM QUERIES: FAISS's IndexFlatIP behind the lines of fovea_search_bench. bench/search compiles it twice: with
// the FAISS that scripts/deps builds for AVX2, and with Debian's.
#include <faiss/IndexFlat.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

static double ProcessorSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  constexpr size_t kBest = 10;
  const size_t rows = std::strtoull(argv[2], nullptr, 10), dim = std::strtoull(argv[3], nullptr, 10), kept = std::strtoull(argv[4], nullptr, 10);
  faiss::IndexFlatIP index(static_cast<faiss::Index::idx_t>(dim));
  std::ifstream file(argv[1], std::ios::binary);
  std::vector<float> part(1000 * dim), queries(kept * dim);
  index.codes.reserve(rows * dim * sizeof(float));
  for (size_t done = 0; done < rows; done += part.size() / dim) {
    part.resize(std::min<size_t>(1000, rows - done) * dim);
    file.read(reinterpret_cast<char*>(part.data()), static_cast<std::streamsize>(part.size() * sizeof(float)));
    index.add(static_cast<faiss::Index::idx_t>(part.size() / dim), part.data());
  }
  if (!file.read(reinterpret_cast<char*>(queries.data()), static_cast<std::streamsize>(queries.size() * sizeof(float)))) return 1;
  std::cout << "{}" << std::endl;
  size_t turn = 0;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string what;
    size_t kernel = 0, count = 16, repeat = 1;
    words >> what >> kernel >> count >> repeat;
    if (what == "checked") turn = 0, count = 16, repeat = 1;
    std::vector<float> scores(count * kBest);
    std::vector<faiss::Index::idx_t> ids(count * kBest);
    std::ostringstream seconds, processor;
    for (size_t i = 0; i < repeat; ++i, turn = (turn + count) % kept) {
      if (turn + count > kept) turn = 0;
      const double before = ProcessorSeconds();
      const auto start = std::chrono::steady_clock::now();
      index.search(static_cast<faiss::Index::idx_t>(count), queries.data() + turn * dim, kBest, scores.data(), ids.data());
      seconds << (i > 0 ? ", " : "") << std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      processor << (i > 0 ? ", " : "") << ProcessorSeconds() - before;
    }
    std::cout << "{\"seconds\": [" << seconds.str() << "], \"processor\": [" << processor.str() << "], \"ids\": [";
    for (size_t i = 0; i < ids.size(); ++i) std::cout << (i > 0 ? ", " : "") << ids[i];
    std::cout << "]}" << std::endl;
  }
}
