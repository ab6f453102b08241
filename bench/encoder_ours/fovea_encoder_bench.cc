// fovea_encoder_bench --model DIR [--device cpu|cuda] [--precision P] [--threads N]: loads a model and answers commands, one
// JSON object a line (bench/encoder_run/README.md lists them), so that bench/encoder can run it and the peers in turn.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "encoder/clip_model.h"

namespace fovea::bench {
namespace {

using Json = nlohmann::json;
using encoder::ClipModel;
using encoder::ModelInput;

Result<std::string> FileBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in.is_open()) return Failed(NotFound(StrCat("open \"", path, "\"")));
  return bytes;
}

// `count` pictures of side x side x 3 bytes, from a file that holds them one after another; they repeat when it holds fewer.
Result<std::vector<ModelInput>> Pictures(const std::string& path, size_t count, int64_t side) {
  ASSIGN_OR_RETURN(const std::string bytes, FileBytes(path));
  const auto size = static_cast<size_t>(side * side * 3), there = bytes.size() / size;
  if (there == 0 || bytes.size() % size != 0) return Failed(InvalidArgument(StrCat(path, " holds no pictures of side ", side)));
  std::vector<ModelInput> pictures(count);
  for (size_t i = 0; i < count; ++i) {
    const auto first = bytes.begin() + static_cast<int64_t>((i % there) * size);
    pictures[i].rgb.assign(first, first + static_cast<int64_t>(size));
  }
  return pictures;
}

Json Rows(const encoder::Features& features) {
  Json rows = Json::array();
  for (int64_t i = 0; i < features.rows; ++i) rows.push_back(features.Row(i));
  return rows;
}

// Runs `work` once untimed when `warm_up` says so, then for `seconds`, once at least; the seconds of every run.
template <typename Work>
Result<Json> Timed(const Json& command, const Work& work) {
  if (command.value("warm_up", true)) RETURN_IF_ERROR(work());
  std::vector<double> runs;
  const auto start = std::chrono::steady_clock::now();
  do {
    const auto before = std::chrono::steady_clock::now();
    RETURN_IF_ERROR(work());
    runs.push_back(MillisecondsSince(before) / 1000);
  } while (MillisecondsSince(start) / 1000 < command.value("seconds", 0.0));
  return Json{{"seconds", runs}};
}

Result<Json> Images(ClipModel& model, const Json& command) {
  ASSIGN_OR_RETURN(const auto pictures, Pictures(command.at("pictures"), command.at("batch"), model.info().image_size));
  if (command.value("features", false)) {
    ASSIGN_OR_RETURN(const auto features, model.EncodeImages(pictures));
    return Json{{"features", Rows(features)}};
  }
  return Timed(command, [&] { return AsStatus(model.EncodeImages(pictures)); });
}

Result<Json> Texts(ClipModel& model, const Json& command) {
  const std::vector<std::string> texts = command.at("texts");
  if (command.value("features", false)) {
    ASSIGN_OR_RETURN(const auto features, model.EncodeTexts(texts));
    return Json{{"features", Rows(features)}};
  }
  return Timed(command, [&] { return AsStatus(model.EncodeTexts(texts)); });
}

// Resident bytes now and at most, as the kernel counts them.
Json Memory() {
  std::ifstream status("/proc/self/status");
  std::map<std::string, int64_t> found;
  for (std::string line; std::getline(status, line);) {
    const size_t colon = line.find(':');
    if (line.starts_with("Vm") || line.starts_with("Rss")) found[line.substr(0, colon)] = std::atoll(line.c_str() + colon + 1) * 1024;
  }
  return Json(found);
}

Result<Json> Answer(ClipModel& model, const Json& command) {
  const std::string what = command.at("do");
  if (what == "images") return Images(model, command);
  if (what == "texts") return Texts(model, command);
  if (what == "memory") return Memory();
  return Failed(InvalidArgument(StrCat("unknown command \"", what, "\"")));
}

Json AnswerLine(ClipModel& model, const std::string& line) {
  try {
    const Result<Json> answer = Answer(model, Json::parse(line));
    return answer ? *answer : Json{{"error", answer.error().ToString()}};
  } catch (const Json::exception& error) {
    return {{"error", error.what()}};
  }
}

Json About(const encoder::ModelInfo& info) {
  return {{"ready", true}, {"name", info.name}, {"architecture", info.architecture}, {"side", info.image_size}, {"dim", info.embed_dim},
          {"parameters", info.parameters}, {"device", info.device}, {"precision", info.precision}, {"reason", info.precision_reason}};
}

int Run(std::map<std::string, std::string>& arguments) {
  SetLogLevel(LogLevel::kWarning);
  encoder::SetTorchThreads(std::atoi(arguments["--threads"].c_str()));
  encoder::ClipModelOptions options;
  options.device = arguments["--device"] == "cuda" ? encoder::DeviceChoice::kCuda : encoder::DeviceChoice::kCpu;
  options.precision = arguments["--precision"];
  auto model = ClipModel::Load(arguments["--model"], options);
  if (!model) {
    std::cout << Json{{"error", model.error().ToString()}} << std::endl;
    return 1;
  }
  std::cout << About((*model)->info()) << std::endl;
  for (std::string line; std::getline(std::cin, line);) std::cout << AnswerLine(**model, line) << std::endl;
  return 0;
}

}  // namespace
}  // namespace fovea::bench

int main(int argc, char** argv) {
  std::map<std::string, std::string> arguments = {
      {"--device", "cpu"}, {"--precision", "auto"}, {"--threads", std::to_string(std::thread::hardware_concurrency())}};
  for (int i = 1; i + 1 < argc; i += 2) arguments[argv[i]] = argv[i + 1];
  if (!arguments.contains("--model")) {
    std::fprintf(stderr, "usage: fovea_encoder_bench --model DIR [--device cpu|cuda] [--precision P] [--threads N]\n");
    return 2;
  }
  return fovea::bench::Run(arguments);
}
