// Two lanes to one encoder: who goes first, who is turned away, and how it ends.
// label: unit
#include "encoder/device_queue.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "base/mutex.h"
#include "tests/support/matchers.h"
#include "tests/support/wait_until.h"

namespace fovea::test {
namespace {

using namespace encoder;
using testing::HasSubstr;

// Writes down what it is asked, and lets a run of pictures end only when the test says so.
class SlowEncoder final : public Encoder {
 public:
  const ModelInfo& info() const override { return info_; }
  const PreprocessProfile& preprocess() const override { return profile_; }

  Result<Features> EncodeImages(std::span<const ModelInput> inputs) override {
    Note("pictures " + std::to_string(inputs.size()));
    MutexLock lock(mutex_);
    while (runs_allowed_ == 0) allowed_.Wait(mutex_);
    --runs_allowed_;
    return Features{.rows = 1, .dim = 1, .values = {static_cast<float>(inputs.size())}};
  }

  Result<Features> EncodeTexts(std::span<const std::string> texts) override {
    std::string note = "texts";
    Features features{.rows = static_cast<int64_t>(texts.size()), .dim = 1, .values = {}};
    for (const std::string& text : texts) {
      note += " " + text;
      features.values.push_back(static_cast<float>(text.size()));
      if (text == "bad") return Failed(Internal("bad text"));
    }
    Note(note);
    return features;
  }

  void AllowRuns(int count) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    runs_allowed_ += count;
    allowed_.NotifyAll();
  }
  std::vector<std::string> Notes() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return notes_;
  }

 private:
  void Note(std::string note) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    notes_.push_back(std::move(note));
  }

  const ModelInfo info_{};
  const PreprocessProfile profile_{};
  Mutex mutex_;
  CondVar allowed_;
  int runs_allowed_ GUARDED_BY(mutex_) = 0;
  std::vector<std::string> notes_ GUARDED_BY(mutex_);
};

using Answer = std::future<Result<Features>>;

class DeviceQueueTest : public testing::Test {
 protected:
  Answer Pictures(size_t count, Lane lane) {
    return std::async(std::launch::async, [this, count, lane] { return queue_.EncodeImages(std::vector<ModelInput>(count), lane); });
  }
  Answer Text(const std::string& text) {
    return std::async(std::launch::async, [this, text] { return queue_.EncodeTexts(std::vector<std::string>{text}); });
  }
  // Holds the encoder with a run of pictures, so that all that follows has to wait.
  Answer Occupy() {
    Answer first = Pictures(1, Lane::kBulk);
    EXPECT_TRUE(WaitUntil([&] { return encoder_.Notes().size() == 1; }));
    return first;
  }
  // Waits until so many calls wait in a lane, as the metric says.
  bool Waiting(Lane lane, double count) {
    const std::string line = std::string("fovea_encode_waiting{lane=\"") + (lane == Lane::kBulk ? "bulk" : "interactive") + "\"} " + std::to_string(static_cast<int>(count));
    return WaitUntil([&] { return metrics_.Text().find(line + "\n") != std::string::npos; });
  }

  SlowEncoder encoder_;
  Metrics metrics_;
  DeviceQueue queue_{encoder_, metrics_, {.max_waiting = 3}};
};

TEST_F(DeviceQueueTest, LetsInteractiveWorkPassBulkWork) {
  Answer first = Occupy();
  Answer bulk = Pictures(2, Lane::kBulk);
  ASSERT_TRUE(Waiting(Lane::kBulk, 1));
  Answer urgent = Pictures(3, Lane::kInteractive);
  ASSERT_TRUE(Waiting(Lane::kInteractive, 1));
  Answer text = Text("cat");
  ASSERT_TRUE(Waiting(Lane::kInteractive, 2));
  encoder_.AllowRuns(3);
  ASSERT_THAT(bulk.get(), IsOk());
  EXPECT_THAT(text.get(), IsOk());
  EXPECT_EQ(urgent.get()->values, std::vector<float>{3});
  EXPECT_THAT(encoder_.Notes(), testing::ElementsAre("pictures 1", "pictures 3", "texts cat", "pictures 2"));
}

TEST_F(DeviceQueueTest, EncodesTextsThatWaitTogetherAndGivesEachItsOwn) {
  Answer first = Occupy();
  Answer a = Text("a");
  ASSERT_TRUE(Waiting(Lane::kInteractive, 1));
  Answer bbb = Text("bbb");
  ASSERT_TRUE(Waiting(Lane::kInteractive, 2));
  encoder_.AllowRuns(1);
  EXPECT_EQ(a.get()->values, std::vector<float>{1});
  EXPECT_EQ(bbb.get()->values, std::vector<float>{3});
  EXPECT_THAT(encoder_.Notes(), testing::ElementsAre("pictures 1", "texts a bbb"));
}

TEST_F(DeviceQueueTest, TurnsInteractiveWorkAwayWhenTooMuchWaits) {
  Answer first = Occupy();
  std::vector<Answer> waiting;
  for (int i = 1; i <= 3; ++i) {
    waiting.push_back(Text("t"));
    ASSERT_TRUE(Waiting(Lane::kInteractive, i));
  }
  EXPECT_THAT(queue_.EncodeTexts(std::vector<std::string>{"late"}), StatusIs(StatusCode::kBusy, HasSubstr("3 calls wait already")));
  encoder_.AllowRuns(1);
  for (Answer& answer : waiting) EXPECT_THAT(answer.get(), IsOk());
}

TEST_F(DeviceQueueTest, PassesTheEncodersErrorOn) {
  EXPECT_THAT(queue_.EncodeTexts(std::vector<std::string>{"bad"}), StatusIs(StatusCode::kInternal, HasSubstr("bad text")));
  EXPECT_THAT(queue_.EncodeTexts(std::vector<std::string>{"good"}), IsOk());
}

TEST_F(DeviceQueueTest, EndsTheWorkInHandAndCancelsTheRest) {
  Answer first = Occupy();
  Answer bulk = Pictures(2, Lane::kBulk);
  std::vector<Answer> texts;
  for (int i = 1; i <= 3; ++i) {
    texts.push_back(Text("t"));
    ASSERT_TRUE(Waiting(Lane::kInteractive, i));
  }
  ASSERT_TRUE(Waiting(Lane::kBulk, 1));
  auto stop = std::async(std::launch::async, [this] { queue_.Stop(); });
  // The lane is full: until the stop has been seen, one more call is kBusy.
  ASSERT_TRUE(WaitUntil([&] { return queue_.EncodeTexts(std::vector<std::string>{"late"}).error().code() == StatusCode::kCancelled; }));
  encoder_.AllowRuns(1);
  stop.get();
  EXPECT_THAT(first.get(), IsOk());
  EXPECT_THAT(bulk.get(), StatusIs(StatusCode::kCancelled));
  for (Answer& text : texts) EXPECT_THAT(text.get(), StatusIs(StatusCode::kCancelled));
  EXPECT_THAT(encoder_.Notes(), testing::ElementsAre("pictures 1"));
  queue_.Stop();
}

TEST_F(DeviceQueueTest, MeasuresWaitAndWorkPerLaneAndTower) {
  encoder_.AllowRuns(1);
  ASSERT_THAT(queue_.EncodeImages(std::vector<ModelInput>(1), Lane::kBulk), IsOk());
  ASSERT_THAT(queue_.EncodeTexts(std::vector<std::string>{"cat"}), IsOk());
  const std::string text = metrics_.Text();
  for (const char* line : {"fovea_encode_queue_seconds_count{lane=\"bulk\"} 1", "fovea_encode_queue_seconds_count{lane=\"interactive\"} 1",
                           "fovea_encode_seconds_count{tower=\"image\"} 1", "fovea_encode_seconds_count{tower=\"text\"} 1"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace fovea::test
