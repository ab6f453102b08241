// fovea_lanes_bench --model DIR [--batch-ms N] [--batch N] [--rounds N] [--round-s S] [--texts-per-s R]: what texts wait while
// a bulk job runs, and what the bulk job loses by them. Rounds without and with texts take turns, so that a noisy machine
// disturbs both alike. The loss is given by the clock (medians of the rounds) and by the processor time of this process (all
// rounds together), which other programs on the machine hardly change. One JSON object on standard output.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/worker.h"
#include "encoder/clip_model.h"
#include "encoder/device_queue.h"

namespace fovea::bench {
namespace {

using Json = nlohmann::json;
using SteadyClock = std::chrono::steady_clock;
using encoder::Features;
using encoder::ModelInput;

double Percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[std::min(values.size() - 1, static_cast<size_t>(share * static_cast<double>(values.size())))];
}

double ProcessorSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

Json Spread(const std::vector<double>& values) {
  return {{"count", values.size()}, {"p50", Percentile(values, 0.5)}, {"p90", Percentile(values, 0.9)}, {"p99", Percentile(values, 0.99)},
          {"max", Percentile(values, 1)}};
}

// The model, with the time and size of each of its runs written down.
class TimedEncoder final : public encoder::Encoder {
 public:
  explicit TimedEncoder(Encoder& model) : model_(model) {}
  const encoder::ModelInfo& info() const override { return model_.info(); }
  const encoder::PreprocessProfile& preprocess() const override { return model_.preprocess(); }
  Result<Features> EncodeImages(std::span<const ModelInput> inputs) override {
    const auto start = SteadyClock::now();
    Result<Features> features = model_.EncodeImages(inputs);
    image_ms.push_back(MillisecondsSince(start));
    image_rows.push_back(static_cast<double>(inputs.size()));
    return features;
  }
  Result<Features> EncodeTexts(std::span<const std::string> texts) override {
    const auto start = SteadyClock::now();
    Result<Features> features = model_.EncodeTexts(texts);
    text_ms.push_back(MillisecondsSince(start));
    return features;
  }

  std::vector<double> image_ms, image_rows, text_ms;  // read when the queue has stopped

 private:
  Encoder& model_;
};

struct Plan {
  std::string model;
  int batch_ms = 250;
  size_t batch = 32;
  size_t rounds = 5;
  double round_s = 10;
  double texts_per_s = 2;
};

// A bulk job that brings pictures as fast as the device takes them, as the pipeline's two batch threads do.
class BulkJob {
 public:
  BulkJob(encoder::DeviceQueue& queue, size_t most) {
    const auto bytes = static_cast<size_t>(queue.info().image_size * queue.info().image_size * 3);
    for (int i = 0; i < 2; ++i) {
      threads_.emplace_back("bulk" + std::to_string(i), [this, &queue, most, bytes, i](const std::stop_token& stop) {
        std::mt19937 random(static_cast<unsigned>(i));
        std::vector<ModelInput> inputs(most);
        for (ModelInput& input : inputs) {
          input.rgb.resize(bytes);
          std::generate(input.rgb.begin(), input.rgb.end(), [&] { return static_cast<uint8_t>(random()); });
        }
        while (!stop.stop_requested()) {
          const size_t count = std::min(most, queue.PicturesAtOnce());
          if (!queue.EncodeImages(std::span(inputs).first(count), encoder::Lane::kBulk)) return;
          done += count;
        }
      });
    }
  }
  void Stop() {
    for (Thread& thread : threads_) thread.RequestStop();
    for (Thread& thread : threads_) thread.Join();
  }
  std::atomic<size_t> done = 0;

 private:
  std::vector<Thread> threads_;
};

// Asks at an even pace until `end`; what each answer took, in ms.
std::vector<double> AskTexts(encoder::DeviceQueue& queue, double per_second, SteadyClock::time_point end) {
  static constexpr std::array<const char*, 5> kThings = {"dog on a beach", "red car", "birthday cake with candles", "two cats", "snow in the mountains"};
  std::vector<double> took;
  const auto pace = std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(1 / per_second));
  for (auto next = SteadyClock::now(); next < end; next += pace) {
    std::this_thread::sleep_until(next);
    const std::vector<std::string> text = {std::string("a photo of a ") + kThings[took.size() % kThings.size()]};
    const auto start = SteadyClock::now();
    if (!queue.EncodeTexts(text)) return took;
    took.push_back(MillisecondsSince(start));
  }
  std::this_thread::sleep_until(end);
  return took;
}

Result<Json> Measure(const Plan& plan) {
  encoder::SetTorchThreads(static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
  ASSIGN_OR_RETURN(const auto model, encoder::ClipModel::Load(plan.model, {}));
  TimedEncoder timed(*model);
  Metrics metrics;
  encoder::DeviceQueue queue({&timed}, metrics, {.max_batch = plan.batch, .max_batch_ms = plan.batch_ms});
  const auto round = std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(plan.round_s));
  const std::vector<double> idle = AskTexts(queue, 20, SteadyClock::now() + round / 2);
  BulkJob bulk(queue, plan.batch);
  std::this_thread::sleep_for(round / 2);  // the limits settle
  std::vector<double> alone, together, waits;
  std::array<double, 2> pictures{}, processor_s{};  // without and with texts
  for (size_t i = 0; i < 2 * plan.rounds; ++i) {
    const size_t before = bulk.done;
    const double processor_before = ProcessorSeconds();
    const auto start = SteadyClock::now();
    if (i % 2 == 0) {
      std::this_thread::sleep_until(start + round);
    } else {
      const std::vector<double> took = AskTexts(queue, plan.texts_per_s, start + round);
      waits.insert(waits.end(), took.begin(), took.end());
    }
    const auto done = static_cast<double>(bulk.done - before);
    (i % 2 == 0 ? alone : together).push_back(done / (MillisecondsSince(start) / 1000));
    pictures[i % 2] += done;
    processor_s[i % 2] += ProcessorSeconds() - processor_before;
  }
  bulk.Stop();
  queue.Stop();
  const double rate = Percentile(alone, 0.5), rate_with = Percentile(together, 0.5);
  return Json{{"model", model->info().name}, {"architecture", model->info().architecture}, {"device", model->info().device},
              {"precision", model->info().precision}, {"max_batch_ms", plan.batch_ms}, {"texts_per_s", plan.texts_per_s},
              {"text_idle_ms", Spread(idle)}, {"text_during_bulk_ms", Spread(waits)}, {"text_run_ms", Spread(timed.text_ms)},
              {"batch_in_flight_ms", Spread(timed.image_ms)}, {"batch_rows", Spread(timed.image_rows)},
              {"bulk_alone_per_s", rate}, {"bulk_with_texts_per_s", rate_with}, {"bulk_loss_percent", 100 * (1 - rate_with / rate)},
              {"bulk_loss_percent_by_processor_time", 100 * (1 - pictures[1] / processor_s[1] * processor_s[0] / pictures[0])}};
}

}  // namespace
}  // namespace fovea::bench

int main(int argc, char** argv) {
  std::map<std::string, std::string> arguments;
  for (int i = 1; i + 1 < argc; i += 2) arguments[argv[i]] = argv[i + 1];
  if (!arguments.contains("--model")) {
    std::fprintf(stderr, "usage: fovea_lanes_bench --model DIR [--batch-ms N] [--batch N] [--rounds N] [--round-s S] [--texts-per-s R]\n");
    return 2;
  }
  fovea::bench::Plan plan{.model = arguments["--model"]};
  const auto number = [&](const char* name, double otherwise) { return arguments.contains(name) ? std::stod(arguments[name]) : otherwise; };
  plan.batch_ms = static_cast<int>(number("--batch-ms", plan.batch_ms));
  plan.batch = static_cast<size_t>(number("--batch", static_cast<double>(plan.batch)));
  plan.rounds = static_cast<size_t>(number("--rounds", static_cast<double>(plan.rounds)));
  plan.round_s = number("--round-s", plan.round_s);
  plan.texts_per_s = number("--texts-per-s", plan.texts_per_s);
  const fovea::Result<nlohmann::json> result = fovea::bench::Measure(plan);
  if (!result) std::fprintf(stderr, "fovea_lanes_bench: %s\n", result.error().ToString().c_str());
  if (result) std::cout << result->dump(2) << std::endl;
  return result ? 0 : 1;
}
