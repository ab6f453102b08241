#include "encoder/device_queue.h"

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

#include "base/mutex.h"
#include "base/worker.h"

namespace fovea::encoder {
namespace {

using Pictures = std::span<const ModelInput>;
using Texts = std::span<const std::string>;

// Texts of several callers that wait at the same time go through the network together, up to this many.
constexpr size_t kMostTextsTogether = 64;

// One caller's work. It lives on that caller's stack, who waits until it is done; the queue holds pointers.
struct Call {
  std::variant<Pictures, Texts> work;
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
  std::optional<Result<Features>> answer;

  bool IsText() const { return std::holds_alternative<Texts>(work); }
};

Features Rows(const Features& all, size_t first, size_t count) {
  Features part{.rows = static_cast<int64_t>(count), .dim = all.dim, .values = {}};
  const auto begin = all.values.begin() + static_cast<int64_t>(first) * all.dim;
  part.values.assign(begin, begin + static_cast<int64_t>(count) * all.dim);
  return part;
}

}  // namespace

struct DeviceQueue::Impl {
  Impl(Encoder& the_encoder, Metrics& metrics, Options the_options)
      : encoder(the_encoder), options(the_options),
        wait_interactive(metrics.GetHistogram("fovea_encode_queue_seconds", kWaitHelp, {{"lane", "interactive"}})),
        wait_bulk(metrics.GetHistogram("fovea_encode_queue_seconds", kWaitHelp, {{"lane", "bulk"}})),
        waiting_interactive(metrics.GetGauge("fovea_encode_waiting", kWaitingHelp, {{"lane", "interactive"}})),
        waiting_bulk(metrics.GetGauge("fovea_encode_waiting", kWaitingHelp, {{"lane", "bulk"}})),
        image_seconds(metrics.GetHistogram("fovea_encode_seconds", kEncodeHelp, {{"tower", "image"}})),
        text_seconds(metrics.GetHistogram("fovea_encode_seconds", kEncodeHelp, {{"tower", "text"}})) {}

  Result<Features> Submit(Call call, Lane lane);
  void Loop();
  std::vector<Call*> TakeBatch() REQUIRES(mutex);
  std::vector<Result<Features>> Run(const std::vector<Call*>& batch);
  std::vector<Result<Features>> RunTexts(const std::vector<Call*>& batch);
  void CancelWaiting() REQUIRES(mutex);
  void ShowWaiting() REQUIRES(mutex);
  void Stop();

  static constexpr const char* kWaitHelp = "Time a call waits before its encoding begins";
  static constexpr const char* kWaitingHelp = "Calls that wait for their encoding to begin";
  static constexpr const char* kEncodeHelp = "Time one run of a tower takes";

  Encoder& encoder;
  const Options options;
  Histogram &wait_interactive, &wait_bulk;
  Gauge &waiting_interactive, &waiting_bulk;
  Histogram &image_seconds, &text_seconds;
  Mutex mutex;
  CondVar work_came, work_done;
  std::deque<Call*> interactive GUARDED_BY(mutex), bulk GUARDED_BY(mutex);
  bool stopping GUARDED_BY(mutex) = false;
  Thread thread;
};

Result<Features> DeviceQueue::Impl::Submit(Call call, Lane lane) {
  MutexLock lock(mutex);
  if (stopping) return Failed(Cancelled("encode: the queue is stopped"));
  if (lane == Lane::kInteractive && interactive.size() >= options.max_waiting) {
    return Failed(Busy("encode: " + std::to_string(interactive.size()) + " calls wait already"));
  }
  (lane == Lane::kInteractive ? interactive : bulk).push_back(&call);
  ShowWaiting();
  work_came.NotifyOne();
  while (!call.answer) work_done.Wait(mutex);
  return *std::move(call.answer);
}

void DeviceQueue::Impl::Loop() {
  MutexLock lock(mutex);
  for (;;) {
    while (interactive.empty() && bulk.empty() && !stopping) work_came.Wait(mutex);
    if (stopping) break;
    const std::vector<Call*> batch = TakeBatch();
    mutex.Unlock();
    std::vector<Result<Features>> answers = Run(batch);
    mutex.Lock();
    for (size_t i = 0; i < batch.size(); ++i) batch[i]->answer = std::move(answers[i]);
    work_done.NotifyAll();
  }
  CancelWaiting();
}

void DeviceQueue::Impl::CancelWaiting() {
  for (std::deque<Call*>* lane : {&interactive, &bulk}) {
    for (Call* call : *lane) call->answer = Failed(Cancelled("encode: the queue was stopped before this call's turn"));
    lane->clear();
  }
  ShowWaiting();
  work_done.NotifyAll();
}

void DeviceQueue::Impl::ShowWaiting() {
  waiting_interactive.Set(static_cast<double>(interactive.size()));
  waiting_bulk.Set(static_cast<double>(bulk.size()));
}

// The next call, interactive ones first; with a text, all other texts that wait.
std::vector<Call*> DeviceQueue::Impl::TakeBatch() {
  std::deque<Call*>& lane = interactive.empty() ? bulk : interactive;
  Histogram& wait = interactive.empty() ? wait_bulk : wait_interactive;
  std::vector<Call*> batch = {lane.front()};
  lane.pop_front();
  if (batch.front()->IsText()) {
    size_t texts = std::get<Texts>(batch.front()->work).size();
    for (auto call = lane.begin(); call != lane.end();) {
      if (!(*call)->IsText() || (texts += std::get<Texts>((*call)->work).size()) > kMostTextsTogether) break;
      batch.push_back(*call);
      call = lane.erase(call);
    }
  }
  ShowWaiting();
  const auto now = std::chrono::steady_clock::now();
  for (const Call* call : batch) wait.Observe(std::chrono::duration<double>(now - call->since).count());
  return batch;
}

std::vector<Result<Features>> DeviceQueue::Impl::Run(const std::vector<Call*>& batch) {
  if (batch.front()->IsText()) return RunTexts(batch);
  const ScopedTimer timer(image_seconds);
  std::vector<Result<Features>> answers;
  answers.push_back(encoder.EncodeImages(std::get<Pictures>(batch.front()->work)));
  return answers;
}

std::vector<Result<Features>> DeviceQueue::Impl::RunTexts(const std::vector<Call*>& batch) {
  const ScopedTimer timer(text_seconds);
  std::vector<std::string> texts;
  for (const Call* call : batch) {
    const Texts own = std::get<Texts>(call->work);
    texts.insert(texts.end(), own.begin(), own.end());
  }
  const Result<Features> all = encoder.EncodeTexts(texts);
  std::vector<Result<Features>> answers;
  size_t first = 0;
  for (const Call* call : batch) {
    const size_t count = std::get<Texts>(call->work).size();
    answers.push_back(all ? Result<Features>(Rows(*all, first, count)) : all);
    first += count;
  }
  return answers;
}

void DeviceQueue::Impl::Stop() {
  {
    MutexLock lock(mutex);
    stopping = true;
    work_came.NotifyAll();
  }
  thread.Join();
}

DeviceQueue::DeviceQueue(Encoder& encoder, Metrics& metrics, Options options)
    : impl_(std::make_unique<Impl>(encoder, metrics, options)) {
  impl_->thread = Thread("encode", [impl = impl_.get()](std::stop_token) { impl->Loop(); });
}

DeviceQueue::~DeviceQueue() { Stop(); }

const ModelInfo& DeviceQueue::info() const { return impl_->encoder.info(); }

const PreprocessProfile& DeviceQueue::preprocess() const { return impl_->encoder.preprocess(); }

Result<Features> DeviceQueue::EncodeImages(std::span<const ModelInput> inputs, Lane lane) {
  return impl_->Submit(Call{.work = inputs, .answer = {}}, lane);
}

Result<Features> DeviceQueue::EncodeTexts(std::span<const std::string> texts) {
  return impl_->Submit(Call{.work = texts, .answer = {}}, Lane::kInteractive);
}

void DeviceQueue::Stop() { impl_->Stop(); }

}  // namespace fovea::encoder
