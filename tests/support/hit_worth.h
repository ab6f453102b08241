#pragma once
// HitWorth judges ways to say where a question's hits end, on questions whose true hits are known: their mean F1.
//
// Owns:    a curve per question. F1 of a question without true hits is 1 when no hit is given, else 0.
// Threads: one.
// Errors:  none.
// Units:   F1 in [0, 1]; scores are cosines.
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace fovea::test {

struct Judged {
  float score = 0;
  bool hit = false;  // truly
};

class HitWorth {
 public:
  // Keeps the best `kept` pictures of each question; true hits behind them still count as missed.
  explicit HitWorth(size_t kept) : kept_(kept) {}

  // `pictures` in any order: all of the library.
  void AddQuestion(std::vector<Judged> pictures);
  size_t questions() const { return questions_.size(); }

  // Takes the best scores and the number of pictures, gives how many of them are hits.
  using Rule = std::function<size_t(std::span<const float> best, size_t pictures)>;
  double F1(const Rule& rule) const;
  double Oracle() const;  // the best end for each question

  struct Best {
    double f1 = 0;
    double setting = 0;
  };
  // Each with the one setting that is best for these very questions, known afterwards: more than any such rule can have.
  Best BestCount() const;
  Best BestThreshold() const;
  Best BestShareOfTheBest() const;  // hits score at least this share of the best score

  // Prints a table of all of these to standard output.
  void Print(const std::string& title, double rule_f1) const;

 private:
  struct Question {
    std::vector<float> scores;  // falling
    std::vector<float> f1;      // by the number of hits given, from 0
    size_t pictures = 0;
  };
  template <typename CountOf>
  Best Sweep(double from, double to, const CountOf& count_of) const;

  const size_t kept_;
  std::vector<Question> questions_;
};

}  // namespace fovea::test
