// ExactScan, with each kernel that this machine can run, against scoring every row in long double.
// label: unit
#include "indexer/exact_scan.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/log.h"
#include "indexer/block_sweep.h"
#include "tests/support/random_vectors.h"

namespace fovea::indexer {
namespace {

using storage::PhotoId;
using test::RandomVectors;

// Rows, their codes, and ids that run against the order of the rows, so that ties by id are not ties by row.
class Table {
 public:
  explicit Table(size_t dim) : vectors_(dim), codes_(dim) {}

  void Add(const std::vector<float>& given) {
    const size_t row = ids_.size();
    const std::vector<float> vector = test::Normalised(given);
    vectors_.Resize(row + 1);
    vectors_.Set(row, vector);
    codes_.Resize(row + 1);
    codes_.Set(row, vectors_.Row(row));
    ids_.push_back(PhotoId{1'000'000 - row});
  }
  size_t dim() const { return vectors_.dim(); }
  size_t size() const { return ids_.size(); }
  const float* Row(size_t row) const { return vectors_.Row(row); }
  ScanRows rows() const { return {vectors_, codes_, ids_}; }

  std::vector<Neighbour> Truth(const ScanQuery& query) const {
    std::vector<Neighbour> all;
    for (size_t row = 0; row < size(); ++row) {
      if (query.filter != nullptr && !query.filter->Allows(row)) continue;
      long double sum = 0;
      for (size_t i = 0; i < dim(); ++i) sum += static_cast<long double>(query.vector[i]) * Row(row)[i];
      all.push_back({ids_[row], static_cast<float>(sum)});
    }
    std::ranges::sort(all, [](const auto& a, const auto& b) { return a.score != b.score ? a.score > b.score : a.id < b.id; });
    all.resize(std::min(query.k, all.size()));
    return all;
  }

 private:
  VectorRows vectors_;
  Int8Rows codes_;
  std::vector<PhotoId> ids_;
};

void ExpectSame(const std::vector<Neighbour>& found, const std::vector<Neighbour>& truth, const std::string& where) {
  ASSERT_EQ(found.size(), truth.size()) << where;
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(found[i].id, truth[i].id) << where << ", place " << i << ": " << found[i].score << " for " << truth[i].score;
    ASSERT_EQ(found[i].score, truth[i].score) << where << ", place " << i;
  }
}

// The kinds of libraries that could lead the bounds astray.
struct Kind {
  const char* name;
  std::vector<float> (*next)(RandomVectors& noise, size_t dim, size_t row);
};

std::vector<float> Like(RandomVectors& noise, size_t dim, float spread) {
  std::vector<float> vector(dim);
  for (size_t i = 0; i < dim; ++i) vector[i] = std::sin(static_cast<float>(i) * 1.7f + 0.3f) + spread * noise.Value();
  return vector;
}

const Kind kKinds[] = {
    {"any direction", [](RandomVectors& noise, size_t dim, size_t) { return noise.Values(dim); }},
    {"near duplicates", [](RandomVectors& noise, size_t dim, size_t) { return Like(noise, dim, 1e-4f); }},
    {"duplicates but for the last bits", [](RandomVectors& noise, size_t dim, size_t) { return Like(noise, dim, 3e-7f); }},
    {"equal rows", [](RandomVectors& noise, size_t dim, size_t row) { return row % 3 == 0 ? noise.Values(dim) : std::vector<float>(dim, 1.0f); }},
    {"one dominant dimension",
     [](RandomVectors& noise, size_t dim, size_t) {
       std::vector<float> vector = noise.Values(dim);
       vector[dim / 2] = 30 * std::sqrt(static_cast<float>(dim));
       return vector;
     }},
    {"tiny values beside one",
     [](RandomVectors& noise, size_t dim, size_t row) {
       std::vector<float> vector = noise.Values(dim);
       for (float& value : vector) value *= 1e-30f;
       vector[row % dim] = row % 2 == 0 ? 1.0f : -1.0f;
       return vector;
     }},
    {"rising scores", [](RandomVectors& noise, size_t dim, size_t row) { return Like(noise, dim, 3.0f / (1.0f + 0.01f * static_cast<float>(row))); }},
};

// What a test needs to keep for a query.
struct Question {
  std::vector<float> vector;
  std::vector<uint64_t> bits;
  std::unique_ptr<RowFilter> filter;
  ScanQuery query(size_t k) const { return {.vector = vector, .k = k, .filter = filter.get()}; }
};

Question Ask(std::vector<float> vector) { return {.vector = std::move(vector), .bits = {}, .filter = nullptr}; }

// Lets `kept` of 1000 rows pass.
Question AskAmong(std::vector<float> vector, size_t rows, size_t kept, RandomVectors& noise) {
  Question question = Ask(std::move(vector));
  question.bits.resize((rows + 63) / 64);
  for (size_t row = 0; row < rows; ++row) question.bits[row / 64] |= uint64_t{noise.Below(1000) < kept} << row % 64;
  question.filter = std::make_unique<RowFilter>(question.bits);
  return question;
}

std::vector<float> Copy(const Table& table, size_t row) { return {table.Row(row), table.Row(row) + table.dim()}; }

struct Library : Table {
  Library(const Kind& kind, size_t dim, size_t rows) : Table(dim) {
    RandomVectors noise(dim);
    for (size_t row = 0; row < rows; ++row) Add(kind.next(noise, dim, row));
  }
};

class EachKernelAndDim : public testing::TestWithParam<std::tuple<ScanKernel, size_t>> {};

TEST_P(EachKernelAndDim, AnswersAsScoringEveryRowDoesWhateverTheRows) {
  const auto& [kernel, dim] = GetParam();
  ExactScan scan({.threads = 1, .kernel = kernel});
  for (const Kind& kind : kKinds) {
    const Library table(kind, dim, 133);
    RandomVectors noise(1);
    for (size_t number = 0; number < 4; ++number) {
      const Question question = Ask(number == 0 ? noise.Unit(dim) : Copy(table, number * 40));
      for (const size_t k : {1, 10, 200}) {
        const ScanQuery query = question.query(k);
        const auto answers = scan.Search(table.rows(), std::span(&query, 1));
        ExpectSame(answers[0].found, table.Truth(query), StrCat(kind.name, ", k ", k));
      }
    }
  }
}

class EachKernel : public testing::TestWithParam<ScanKernel> {
 protected:
  ExactScan scan_{{.threads = 3, .kernel = GetParam()}};
};

TEST_P(EachKernel, AnswersManyQueriesOfOneSweepAsEachAlone) {
  constexpr size_t kRows = 1003;
  const Library table(kKinds[0], 48, kRows);
  for (const size_t count : {1, 2, 3, 5, 8, 9, 16, 17, 37}) {
    RandomVectors noise(count);
    std::vector<Question> questions;
    std::vector<ScanQuery> queries;
    for (size_t i = 0; i < count; ++i) {
      questions.push_back(i % 4 == 3 ? AskAmong(noise.Unit(48), kRows, 300, noise) : Ask(noise.Unit(48)));
    }
    for (size_t i = 0; i < count; ++i) queries.push_back(questions[i].query(i % 5 * 7));
    const auto answers = scan_.Search(table.rows(), queries);
    ASSERT_EQ(answers.size(), count);
    for (size_t i = 0; i < count; ++i) ExpectSame(answers[i].found, table.Truth(queries[i]), StrCat("query ", i, " of ", count));
  }
}

TEST_P(EachKernel, AnswersWithAllowedRowsAloneHoweverFewTheyAre) {
  constexpr size_t kRows = 3001;
  const Library table(kKinds[1], 32, kRows);
  for (const size_t kept : {0, 1, 10, 100, 500, 1000}) {
    RandomVectors noise(kept);
    const Question question = AskAmong(Copy(table, 7), kRows, kept, noise);
    const ScanQuery query = question.query(10);
    ExpectSame(scan_.Search(table.rows(), std::span(&query, 1))[0].found, table.Truth(query), StrCat(kept, " of 1000 kept"));
  }
}

// Enough rows that all threads of the team take part, and enough hits that candidates are pruned on the way.
TEST_P(EachKernel, SharesLargeScansAmongThreads) {
  const Library table(kKinds[6], 128, 20'000);
  ASSERT_GE(BlockSweep::WorthThreads(table.rows().codes, 1), 3u);
  const Question question = Ask(Copy(table, 19'000));
  const ScanQuery query = question.query(25);
  const ScanAnswer answer = scan_.Search(table.rows(), std::span(&query, 1))[0];
  ExpectSame(answer.found, table.Truth(query), "rising scores");
}

std::string NameOf(const ScanKernel& kernel) {
  std::string name = kernel.name;
  std::erase_if(name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); });
  return name;
}

INSTANTIATE_TEST_SUITE_P(ExactScan, EachKernel, testing::ValuesIn(UsableScanKernels()), [](const auto& test) { return NameOf(test.param); });
INSTANTIATE_TEST_SUITE_P(ExactScan, EachKernelAndDim,
                         testing::Combine(testing::ValuesIn(UsableScanKernels()), testing::Values(1, 3, 64, 384, 512, 513, 640, 768, 1024, 1280)),
                         [](const auto& test) { return NameOf(std::get<0>(test.param)) + "Dim" + std::to_string(std::get<1>(test.param)); });

TEST(ExactScan, RescoresFewOfManyRows) {
  const Library table(kKinds[0], 64, 20'000);
  ExactScan scan({.threads = 1, .kernel = {}});
  RandomVectors noise(5);
  const Question question = Ask(noise.Unit(64));
  const ScanQuery query = question.query(10);
  const ScanAnswer answer = scan.Search(table.rows(), std::span(&query, 1))[0];
  ExpectSame(answer.found, table.Truth(query), "any direction");
  EXPECT_LE(answer.rescored, 200u);
}

TEST(ExactScan, AnswersNothingWithoutRowsOrWhenNothingIsAsked) {
  ExactScan scan;
  const Question question = Ask({1, 0, 0});
  const ScanQuery query = question.query(5);
  const Table empty(3);
  EXPECT_TRUE(scan.Search(empty.rows(), std::span(&query, 1))[0].found.empty());
  EXPECT_TRUE(scan.Search(empty.rows(), {}).empty());
}

}  // namespace
}  // namespace fovea::indexer
