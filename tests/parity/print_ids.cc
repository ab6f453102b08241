// print_ids FOLDER: reads one JSON string a line, prints its ids (at most 77) as a line, as `fovea embed --parity` uses them.
// The parity tests ask it for many texts at once, without a model's weights.
#include <iostream>
#include <nlohmann/json.hpp>

#include "encoder/tokenizer.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: print_ids FOLDER\n";
    return 2;
  }
  const auto tokenizer = fovea::encoder::Tokenizer::Load(argv[1], fovea::encoder::SpecialLiterals::kAsReference);
  if (!tokenizer) {
    std::cerr << tokenizer.error().ToString() << "\n";
    return 1;
  }
  std::string line;
  while (std::getline(std::cin, line)) {
    const nlohmann::json text = nlohmann::json::parse(line, nullptr, false);
    if (!text.is_string()) {
      std::cerr << "not a JSON string: " << line << "\n";
      return 1;
    }
    for (const int64_t id : tokenizer->Encode(text.get<std::string>(), 77)) std::cout << id << ' ';
    std::cout << '\n';
  }
  return 0;
}
