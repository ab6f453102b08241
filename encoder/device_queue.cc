#include "encoder/device_queue.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/mutex.h"
#include "base/worker.h"
#include "encoder/batch_runner.h"

namespace fovea::encoder {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLongestPause{30'000};  // between two tries of a device that fails
constexpr int kMostDoublings = 16;
constexpr const char* kWaitHelp = "Time a call waits before its encoding begins";
constexpr const char* kWaitingHelp = "Pictures and texts that wait for a device";

// One Encoder, its thread, and what is known of it; all but runner and thread are guarded by the queue's mutex.
struct Device {
  Device(Encoder& encoder, Metrics& metrics, const BatchRunner::Options& options, std::string its_name)
      : runner(encoder, metrics, options),
        name(std::move(its_name)),
        ready(metrics.GetGauge("fovea_encode_device_ready", "1 while the device works", {{"device", name}})),
        limits(runner.limits()) {
    ready.Set(1);
  }
  BatchRunner runner;
  const std::string name;
  Gauge& ready;
  EncodeLanes::Limits limits;
  Status failure;                    // ok while it works
  int failures = 0;                  // since it last worked
  SteadyClock::time_point retry_at;  // while it fails
  Thread thread;
};

// The device's name; equal devices are told apart by a number.
std::string NameOf(const std::vector<Encoder*>& encoders, size_t index) {
  const std::string& name = encoders[index]->info().device;
  const auto same = [&](const Encoder* other) { return other->info().device == name; };
  return std::count_if(encoders.begin(), encoders.end(), same) == 1 ? name : StrCat(name, "#", index);
}

BatchRunner::Options RunnerOptions(const DeviceQueue::Options& options) {
  const milliseconds longest{std::max(1, options.max_batch_ms)};
  return {.pictures = {std::max<size_t>(1, options.max_batch), longest}, .texts = {std::max<size_t>(1, options.max_texts), longest}};
}

}  // namespace

struct DeviceQueue::Impl {
  Impl(const std::vector<Encoder*>& encoders, Metrics& metrics, Options the_options)
      : encoder(*encoders.front()),
        options(the_options),
        wait_interactive(metrics.GetHistogram("fovea_encode_queue_seconds", kWaitHelp, {{"lane", "interactive"}})),
        wait_bulk(metrics.GetHistogram("fovea_encode_queue_seconds", kWaitHelp, {{"lane", "bulk"}})),
        waiting_interactive(metrics.GetGauge("fovea_encode_waiting", kWaitingHelp, {{"lane", "interactive"}})),
        waiting_bulk(metrics.GetGauge("fovea_encode_waiting", kWaitingHelp, {{"lane", "bulk"}})),
        rejected(metrics.GetCounter("fovea_encode_rejected_total", "Questions refused because too many wait")) {
    for (size_t i = 0; i < encoders.size(); ++i) {
      devices.push_back(std::make_unique<Device>(*encoders[i], metrics, RunnerOptions(options), NameOf(encoders, i)));
    }
  }

  Result<Features> Submit(EncodeCall call);
  void Loop(Device& device);
  void RunNext(Device& device) REQUIRES(mutex);
  void TryAgain(Device& device) REQUIRES(mutex);
  // Until when the batch that is due waits for others on their way; nothing when it need not wait.
  std::optional<SteadyClock::time_point> WaitForMore(const Device& device) const REQUIRES(mutex);
  void NoteHealth(Device& device, const Status& fault) REQUIRES(mutex);
  void Answer(const Slice& slice, Result<Features> answer, const Status& fault) REQUIRES(mutex);
  void Fail(EncodeCall& call, const Status& why) REQUIRES(mutex);
  bool AllFail() const REQUIRES(mutex);
  void CancelWaiting() REQUIRES(mutex);
  void ShowWaiting() REQUIRES(mutex);
  void Stop();

  Encoder& encoder;
  const Options options;
  Histogram &wait_interactive, &wait_bulk;
  Gauge &waiting_interactive, &waiting_bulk;
  Counter& rejected;
  mutable Mutex mutex;
  CondVar work_came, work_done;
  EncodeLanes lanes GUARDED_BY(mutex);
  int expected_pictures GUARDED_BY(mutex) = 0, expected_texts GUARDED_BY(mutex) = 0;
  bool stopping GUARDED_BY(mutex) = false;
  std::vector<std::unique_ptr<Device>> devices;
};

Result<Features> DeviceQueue::Impl::Submit(EncodeCall call) {
  call.rows_left = call.rows();
  call.features = {.rows = static_cast<int64_t>(call.rows()), .dim = encoder.info().embed_dim, .values = {}};
  if (call.rows_left == 0) return std::move(call.features);
  call.features.values.resize(call.rows() * static_cast<size_t>(call.features.dim));
  MutexLock lock(mutex);
  if (stopping) return Failed(Cancelled("encode: the queue is stopped"));
  const size_t waiting = lanes.rows(Lane::kInteractive);
  if (call.lane == Lane::kInteractive && waiting > 0 && waiting + call.rows() > options.max_waiting) {
    rejected.Add();
    return Failed(Busy(StrCat("encode: ", waiting, " pictures and texts wait already, the limit is ", options.max_waiting)));
  }
  lanes.Add(call);
  ShowWaiting();
  work_came.NotifyAll();
  while (call.rows_left > 0) work_done.Wait(mutex);
  if (!call.failure.ok()) return Failed(std::move(call.failure));
  return std::move(call.features);
}

void DeviceQueue::Impl::Loop(Device& device) {
  MutexLock lock(mutex);
  while (!stopping) {
    const bool failing = !device.failure.ok();
    if (failing && SteadyClock::now() >= device.retry_at) {
      TryAgain(device);
    } else if (failing && (lanes.empty() || !AllFail())) {
      work_came.WaitUntil(mutex, device.retry_at);
    } else if (lanes.empty()) {
      work_came.Wait(mutex);
    } else if (const auto until = WaitForMore(device)) {
      work_came.WaitUntil(mutex, *until);
    } else {
      RunNext(device);
    }
  }
  CancelWaiting();
}

std::optional<SteadyClock::time_point> DeviceQueue::Impl::WaitForMore(const Device& device) const {
  const EncodeCall& next = *lanes.next();
  if (next.lane == Lane::kBulk || lanes.rows(Lane::kBulk) > 0) return std::nullopt;
  const bool text = next.tower() == Tower::kText;
  if ((text ? expected_texts : expected_pictures) == 0) return std::nullopt;
  if (lanes.questions(next.tower()) >= (text ? device.limits.texts : device.limits.pictures)) return std::nullopt;
  const auto until = next.since + milliseconds(options.wait_ms);
  return SteadyClock::now() < until ? std::optional(until) : std::nullopt;
}

void DeviceQueue::Impl::RunNext(Device& device) {
  const EncodeBatch batch = lanes.Take(device.limits);
  ShowWaiting();
  const auto now = SteadyClock::now();
  for (const Slice& slice : batch.slices) {
    if (slice.first > 0 || slice.call->handed_on) continue;  // its call was counted before
    Histogram& wait = slice.call->lane == Lane::kInteractive ? wait_interactive : wait_bulk;
    wait.Observe(std::chrono::duration<double>(now - slice.call->since).count());
  }
  mutex.Unlock();
  std::vector<Result<Features>> answers = device.runner.Run(batch);
  const auto suspect = std::find_if(answers.begin(), answers.end(), [](const Result<Features>& answer) {
    return !answer && answer.error().code() != StatusCode::kInvalidArgument;
  });
  const Status fault = suspect == answers.end() ? Status() : device.runner.Probe();
  mutex.Lock();
  NoteHealth(device, fault);
  for (size_t i = 0; i < answers.size(); ++i) Answer(batch.slices[i], std::move(answers[i]), fault);
  work_done.NotifyAll();
}

void DeviceQueue::Impl::TryAgain(Device& device) {
  mutex.Unlock();
  const Status fault = device.runner.Probe();
  mutex.Lock();
  NoteHealth(device, fault);
}

void DeviceQueue::Impl::NoteHealth(Device& device, const Status& fault) {
  device.limits = device.runner.limits();
  device.ready.Set(fault.ok() ? 1 : 0);
  if (fault.ok()) {
    if (!std::exchange(device.failure, Status()).ok()) LogInfo("device ", device.name, ": works again");
    device.failures = 0;
    return;
  }
  if (device.failure.ok()) LogError("device ", device.name, " fails: ", fault.message());
  device.failure = fault.WithContext(StrCat("device ", device.name));
  const milliseconds pause{int64_t{options.retry_ms} << std::min(device.failures++, kMostDoublings)};
  device.retry_at = SteadyClock::now() + std::min(pause, kLongestPause);
  work_came.NotifyAll();  // the others take over, or all take what comes
}

void DeviceQueue::Impl::Answer(const Slice& slice, Result<Features> answer, const Status& fault) {
  EncodeCall& call = *slice.call;
  if (answer) {
    std::copy(answer->values.begin(), answer->values.end(), call.features.values.begin() + static_cast<int64_t>(slice.first) * answer->dim);
  } else if (!fault.ok() && call.failure.ok() && !AllFail() && !call.handed_on && !stopping) {
    call.handed_on = true;
    lanes.Return(slice);
    ShowWaiting();
    return;
  }
  call.rows_left -= slice.count;
  if (!answer) Fail(call, answer.error());
}

void DeviceQueue::Impl::Fail(EncodeCall& call, const Status& why) {
  if (call.failure.ok()) call.failure = why;
  call.rows_left -= lanes.Withdraw(call);
  ShowWaiting();
}

bool DeviceQueue::Impl::AllFail() const {
  return std::none_of(devices.begin(), devices.end(), [](const auto& device) { return device->failure.ok(); });
}

void DeviceQueue::Impl::CancelWaiting() {
  while (EncodeCall* next = lanes.next()) {
    Fail(*next, Cancelled("encode: the queue was stopped before this call's turn"));
  }
  work_done.NotifyAll();
}

void DeviceQueue::Impl::ShowWaiting() {
  waiting_interactive.Set(static_cast<double>(lanes.rows(Lane::kInteractive)));
  waiting_bulk.Set(static_cast<double>(lanes.rows(Lane::kBulk)));
}

void DeviceQueue::Impl::Stop() {
  {
    MutexLock lock(mutex);
    stopping = true;
    work_came.NotifyAll();
  }
  for (const auto& device : devices) device->thread.Join();
}

DeviceQueue::DeviceQueue(const std::vector<Encoder*>& encoders, Metrics& metrics, Options options)
    : impl_(std::make_unique<Impl>(encoders, metrics, options)) {
  const size_t count = impl_->devices.size();
  for (size_t i = 0; i < count; ++i) {
    Device& device = *impl_->devices[i];
    device.thread = Thread(count == 1 ? "encode" : StrCat("encode", i), [impl = impl_.get(), &device](std::stop_token) { impl->Loop(device); });
  }
}

DeviceQueue::~DeviceQueue() { Stop(); }

const ModelInfo& DeviceQueue::info() const { return impl_->encoder.info(); }

const PreprocessProfile& DeviceQueue::preprocess() const { return impl_->encoder.preprocess(); }

Result<Features> DeviceQueue::EncodeImages(std::span<ModelInput> inputs, Lane lane) {
  return impl_->Submit({.work = inputs, .lane = lane});
}

Result<Features> DeviceQueue::EncodeTexts(std::span<const std::string> texts) { return impl_->Submit({.work = texts}); }

DeviceQueue::Arrival::Arrival(DeviceQueue& queue, Tower tower) : queue_(queue), tower_(tower) {
  MutexLock lock(queue_.impl_->mutex);
  ++(tower_ == Tower::kText ? queue_.impl_->expected_texts : queue_.impl_->expected_pictures);
}

DeviceQueue::Arrival::~Arrival() {
  MutexLock lock(queue_.impl_->mutex);
  --(tower_ == Tower::kText ? queue_.impl_->expected_texts : queue_.impl_->expected_pictures);
  queue_.impl_->work_came.NotifyAll();
}

DeviceQueue::State DeviceQueue::state() const {
  MutexLock lock(impl_->mutex);
  State state{.questions_waiting = impl_->lanes.rows(Lane::kInteractive), .bulk_waiting = impl_->lanes.rows(Lane::kBulk),
              .options = impl_->options, .devices = {}};
  for (const auto& device : impl_->devices) {
    const ModelInfo& info = device->runner.info();
    state.devices.push_back({.name = device->name, .precision = info.precision, .precision_reason = info.precision_reason,
                             .failure = device->failure, .pictures_at_once = device->limits.pictures, .texts_at_once = device->limits.texts});
  }
  return state;
}

Status DeviceQueue::Health() const {
  MutexLock lock(impl_->mutex);
  return impl_->AllFail() ? impl_->devices.front()->failure : Status();
}

size_t DeviceQueue::device_count() const { return impl_->devices.size(); }

size_t DeviceQueue::PicturesAtOnce() const {
  MutexLock lock(impl_->mutex);
  size_t most = 1;
  for (const auto& device : impl_->devices) most = std::max(most, device->limits.pictures);
  return most;
}

void DeviceQueue::Stop() { impl_->Stop(); }

}  // namespace fovea::encoder
