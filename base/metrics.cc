#include "base/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "base/mutex.h"

namespace fovea {
namespace {

class PrometheusCounter final : public Counter {
 public:
  explicit PrometheusCounter(prometheus::Counter& counter) : counter_(counter) {}
  void Add(double amount) override { counter_.Increment(amount); }
  double value() const override { return counter_.Value(); }

 private:
  prometheus::Counter& counter_;
};

class PrometheusGauge final : public Gauge {
 public:
  explicit PrometheusGauge(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void Set(double value) override { gauge_.Set(value); }
  void Add(double amount) override { gauge_.Increment(amount); }
  double value() const override { return gauge_.Value(); }

 private:
  prometheus::Gauge& gauge_;
};

class PrometheusHistogram final : public Histogram {
 public:
  explicit PrometheusHistogram(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void Observe(double value) override { histogram_.Observe(value); }

 private:
  prometheus::Histogram& histogram_;
};

const prometheus::Histogram::BucketBoundaries kSeconds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                          0.1,    0.25,    0.5,    1,     2.5,    5,     10,   30,    60};

const prometheus::Histogram::BucketBoundaries kCounts = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096};

}  // namespace

struct Metrics::Impl {
  template <typename Wrapped, typename Family, typename... Extra>
  Wrapped& Get(std::map<std::string, std::unique_ptr<Wrapped>>& made, const std::string& key, Family& family, const Labels& labels,
               const Extra&... extra) {
    MutexLock lock(mutex);
    auto& slot = made[key];
    if (!slot) slot = MakeWrapped(family.Add(labels, extra...));
    return *slot;
  }
  static std::unique_ptr<Counter> MakeWrapped(prometheus::Counter& c) { return std::make_unique<PrometheusCounter>(c); }
  static std::unique_ptr<Gauge> MakeWrapped(prometheus::Gauge& g) { return std::make_unique<PrometheusGauge>(g); }
  static std::unique_ptr<Histogram> MakeWrapped(prometheus::Histogram& h) { return std::make_unique<PrometheusHistogram>(h); }

  prometheus::Registry registry;
  Mutex mutex;
  std::map<std::string, std::unique_ptr<Counter>> counters;
  std::map<std::string, std::unique_ptr<Gauge>> gauges;
  std::map<std::string, std::unique_ptr<Histogram>> histograms;
};

namespace {
std::string KeyOf(std::string_view name, const Labels& labels) {
  std::string key(name);
  for (const auto& [label, value] : labels) key.append(1, '\0').append(label).append(1, '=').append(value);
  return key;
}
}  // namespace

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::GetCounter(std::string_view name, std::string_view help, const Labels& labels) {
  auto& family = prometheus::BuildCounter().Name(std::string(name)).Help(std::string(help)).Register(impl_->registry);
  return impl_->Get(impl_->counters, KeyOf(name, labels), family, labels);
}

Gauge& Metrics::GetGauge(std::string_view name, std::string_view help, const Labels& labels) {
  auto& family = prometheus::BuildGauge().Name(std::string(name)).Help(std::string(help)).Register(impl_->registry);
  return impl_->Get(impl_->gauges, KeyOf(name, labels), family, labels);
}

Histogram& Metrics::GetHistogram(std::string_view name, std::string_view help, const Labels& labels) {
  auto& family = prometheus::BuildHistogram().Name(std::string(name)).Help(std::string(help)).Register(impl_->registry);
  return impl_->Get(impl_->histograms, KeyOf(name, labels), family, labels, kSeconds);
}

Histogram& Metrics::GetCountHistogram(std::string_view name, std::string_view help, const Labels& labels) {
  auto& family = prometheus::BuildHistogram().Name(std::string(name)).Help(std::string(help)).Register(impl_->registry);
  return impl_->Get(impl_->histograms, KeyOf(name, labels), family, labels, kCounts);
}

std::string Metrics::Text() const { return prometheus::TextSerializer().Serialize(impl_->registry.Collect()); }

}  // namespace fovea
