#pragma once
// Metrics is the registry behind /metrics: counters, gauges and histograms in Prometheus' text format.
//
// Owns:    every metric; references given out live as long as the Metrics object.
// Threads: any thread may make and change metrics.
// Errors:  asking twice for one name and label set gives the same metric; no call fails.
// Units:   names end in their unit, as Prometheus asks: _seconds, _bytes, _total.
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

class Counter {
 public:
  virtual ~Counter() = default;
  virtual void Add(double amount = 1) = 0;
  virtual double value() const = 0;
};

class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void Set(double value) = 0;
  virtual void Add(double amount) = 0;
  virtual double value() const = 0;
};

class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void Observe(double value) = 0;
};

using Labels = std::map<std::string, std::string>;

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Counter& GetCounter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& GetGauge(std::string_view name, std::string_view help, const Labels& labels = {});
  // Buckets from 0.1 ms to 60 s, for durations in seconds.
  Histogram& GetHistogram(std::string_view name, std::string_view help, const Labels& labels = {});
  // Buckets 1, 2, 4 ... 4096, for sizes such as the rows of a batch.
  Histogram& GetCountHistogram(std::string_view name, std::string_view help, const Labels& labels = {});
  // All metrics in Prometheus' text format, version 0.0.4.
  std::string Text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Observes the seconds from its construction to its destruction.
class ScopedTimer {
 public:
  explicit ScopedTimer(Histogram& histogram) : histogram_(histogram), start_(std::chrono::steady_clock::now()) {}
  ~ScopedTimer() { histogram_.Observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count()); }
  ScopedTimer(const ScopedTimer&) = delete;
  ScopedTimer& operator=(const ScopedTimer&) = delete;

 private:
  Histogram& histogram_;
  const std::chrono::steady_clock::time_point start_;
};

}  // namespace fovea
