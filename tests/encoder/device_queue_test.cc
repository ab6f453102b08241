// Two lanes to the devices: who goes first and together, who is turned away, what a device that fails does, and how it ends.
// label: unit
#include "encoder/device_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>

#include "base/log.h"
#include "tests/support/matchers.h"
#include "tests/support/scripted_encoder.h"
#include "tests/support/wait_until.h"

namespace fovea::test {
namespace {

using namespace encoder;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kNever = 600'000;  // ms, longer than any test

using Answer = std::future<Result<Features>>;

class DeviceQueueTest : public testing::Test {
 protected:
  // Batches are bounded by rows alone, however slow the machine of the test is.
  static constexpr DeviceQueue::Options kOptions{.max_batch = 8, .max_batch_ms = kNever, .wait_ms = 0, .max_waiting = 64, .retry_ms = 1};

  ~DeviceQueueTest() override {
    first_.LetGo();
    second_.LetGo();
  }
  void Start(DeviceQueue::Options options, bool two = false) {
    std::vector<Encoder*> devices = {&first_};
    if (two) devices.push_back(&second_);
    queue_ = std::make_unique<DeviceQueue>(devices, metrics_, options);
  }
  void Start() { Start(kOptions); }

  Answer Pictures(size_t count, Lane lane, uint8_t value = 1) {
    return std::async(std::launch::async, [this, count, lane, value] {
      std::vector<ModelInput> inputs = Pixels(count, value);
      return queue_->EncodeImages(inputs, lane);
    });
  }
  Answer Text(const std::string& text) {
    return std::async(std::launch::async, [this, text] { return queue_->EncodeTexts(std::vector<std::string>{text}); });
  }
  // Holds the first device with a run of one bulk picture, so that all that follows has to wait.
  Answer Occupy() {
    first_.Hold();
    Answer answer = Pictures(1, Lane::kBulk);
    EXPECT_TRUE(WaitUntil([&] { return first_.Notes().size() == 1; }));
    return answer;
  }
  bool Waiting(size_t questions, size_t bulk) {
    return WaitUntil([&] {
      const DeviceQueue::State state = queue_->state();
      return state.questions_waiting == questions && state.bulk_waiting == bulk;
    });
  }

  ScriptedEncoder first_{"cuda:0"}, second_{"cuda:1"};
  Metrics metrics_;
  std::unique_ptr<DeviceQueue> queue_;
};

TEST_F(DeviceQueueTest, LetsQuestionsPassBulkWork) {
  Start();
  Answer first = Occupy();
  Answer bulk = Pictures(8, Lane::kBulk);
  ASSERT_TRUE(Waiting(0, 8));
  Answer urgent = Pictures(3, Lane::kInteractive, 33);
  ASSERT_TRUE(Waiting(3, 8));
  Answer text = Text("cat");
  ASSERT_TRUE(Waiting(4, 8));
  first_.LetGo();
  EXPECT_THAT(bulk.get(), IsOk());
  EXPECT_THAT(text.get()->values, ElementsAre(3));
  EXPECT_THAT(urgent.get()->values, ElementsAre(33, 33, 33));
  const std::vector<std::string> notes = first_.Notes();
  EXPECT_EQ(notes.at(1), "texts cat");
  EXPECT_EQ(notes.at(2), "pictures 8") << "three of the question, filled up with bulk pictures";
}

TEST_F(DeviceQueueTest, EncodesTextsThatWaitTogetherAndGivesEachItsOwn) {
  Start();
  Answer first = Occupy();
  Answer a = Text("a");
  ASSERT_TRUE(Waiting(1, 0));
  Answer bbb = Text("bbb");
  ASSERT_TRUE(Waiting(2, 0));
  first_.LetGo();
  EXPECT_THAT(a.get()->values, ElementsAre(1));
  EXPECT_THAT(bbb.get()->values, ElementsAre(3));
  EXPECT_THAT(first_.Notes(), ElementsAre("pictures 1", "texts a bbb"));
}

TEST_F(DeviceQueueTest, LetsATextWaitForOneBatchOfALargeQuestionOnly) {
  Start();
  Answer first = Occupy();
  Answer large = Pictures(20, Lane::kInteractive);
  ASSERT_TRUE(Waiting(20, 0));
  first_.AllowRuns(1);
  ASSERT_TRUE(WaitUntil([&] { return first_.Notes().size() == 2; }));
  Answer text = Text("cat");
  ASSERT_TRUE(WaitUntil([&] { return metrics_.Text().find("fovea_encode_waiting{lane=\"interactive\"} 13") != std::string::npos; }));
  first_.AllowRuns(1);
  EXPECT_THAT(text.get(), IsOk());
  first_.LetGo();
  EXPECT_EQ(large.get()->rows, 20);
  EXPECT_THAT(first_.Notes(), ElementsAre("pictures 1", "pictures 8", "texts cat", "pictures 8", "pictures 4"));
}

TEST_F(DeviceQueueTest, TurnsQuestionsAwayWhenTooManyWaitAndLetsBulkWait) {
  DeviceQueue::Options options = kOptions;
  options.max_waiting = 3;
  Start(options);
  Answer first = Occupy();
  std::vector<Answer> waiting;
  for (size_t i = 1; i <= 3; ++i) {
    waiting.push_back(Text("t"));
    ASSERT_TRUE(Waiting(i, 0));
  }
  EXPECT_THAT(queue_->EncodeTexts(std::vector<std::string>{"late"}), StatusIs(StatusCode::kBusy, HasSubstr("3 pictures and texts wait already")));
  EXPECT_THAT(metrics_.Text(), HasSubstr("fovea_encode_rejected_total 1"));
  waiting.push_back(Pictures(100, Lane::kBulk));
  ASSERT_TRUE(Waiting(3, 100));
  first_.LetGo();
  for (Answer& answer : waiting) EXPECT_THAT(answer.get(), IsOk());
}

TEST_F(DeviceQueueTest, TakesALargeQuestionWhenNothingWaits) {
  DeviceQueue::Options options = kOptions;
  options.max_waiting = 3;
  Start(options);
  EXPECT_EQ(Pictures(10, Lane::kInteractive).get()->rows, 10);
}

TEST_F(DeviceQueueTest, GivesNothingForNothing) {
  Start();
  EXPECT_EQ(queue_->EncodeTexts({})->rows, 0);
  EXPECT_THAT(first_.Notes(), ElementsAre());
}

TEST_F(DeviceQueueTest, DoesNotLetALoneQuestionWait) {
  DeviceQueue::Options options = kOptions;
  options.wait_ms = kNever;
  Start(options);
  EXPECT_THAT(Pictures(1, Lane::kInteractive).get(), IsOk());
  EXPECT_THAT(Text("cat").get(), IsOk());
}

TEST_F(DeviceQueueTest, WaitsForAQuestionThatIsOnItsWay) {
  DeviceQueue::Options options = kOptions;
  options.wait_ms = kNever;
  Start(options);
  Answer first, second;
  {
    const auto arrival = queue_->Expect(Tower::kImage);
    first = Pictures(1, Lane::kInteractive, 1);
    ASSERT_TRUE(Waiting(1, 0));
    EXPECT_THAT(Text("cat").get(), IsOk()) << "another tower does not wait";
    second = Pictures(2, Lane::kInteractive, 2);
    ASSERT_TRUE(Waiting(3, 0));
  }
  EXPECT_THAT(first.get()->values, ElementsAre(1));
  EXPECT_THAT(second.get()->values, ElementsAre(2, 2));
  EXPECT_THAT(first_.Notes(), ElementsAre("texts cat", "pictures 3"));
}

TEST_F(DeviceQueueTest, WaitsNoLongerThanItIsTold) {
  DeviceQueue::Options options = kOptions;
  options.wait_ms = 1;
  Start(options);
  const auto arrival = queue_->Expect(Tower::kImage);
  EXPECT_THAT(Pictures(1, Lane::kInteractive).get(), IsOk());
}

TEST_F(DeviceQueueTest, WaitsForNobodyWithAFullBatchOrWithBulkAtHand) {
  DeviceQueue::Options options = kOptions;
  options.wait_ms = kNever;
  Start(options);
  Answer occupied = Occupy();
  Answer bulk = Pictures(8, Lane::kBulk);
  ASSERT_TRUE(Waiting(0, 8));
  {
    const auto arrival = queue_->Expect(Tower::kImage);
    Answer question = Pictures(1, Lane::kInteractive);
    ASSERT_TRUE(Waiting(1, 8));
    first_.LetGo();
    EXPECT_THAT(question.get(), IsOk());
    EXPECT_THAT(bulk.get(), IsOk());
    EXPECT_THAT(Pictures(8, Lane::kInteractive).get(), IsOk());
  }
}

TEST_F(DeviceQueueTest, PassesTheEncodersErrorOnAndGoesOn) {
  first_.on_texts = [](auto texts) { return texts.front() == "bad" ? Internal("bad text") : Status(); };
  Start();
  EXPECT_THAT(queue_->EncodeTexts(std::vector<std::string>{"bad"}), StatusIs(StatusCode::kInternal, HasSubstr("bad text")));
  EXPECT_THAT(queue_->EncodeTexts(std::vector<std::string>{"good"}), IsOk());
  EXPECT_THAT(queue_->Health(), IsOk()) << "the text was to blame";
}

TEST_F(DeviceQueueTest, RunsTwoDevicesAtOnceFromOneQueue) {
  Start(kOptions, true);
  first_.Hold();
  second_.Hold();
  Answer bulk = Pictures(16, Lane::kBulk);
  ASSERT_TRUE(WaitUntil([&] { return first_.Notes().size() == 1 && second_.Notes().size() == 1; }));
  first_.LetGo();
  second_.LetGo();
  EXPECT_EQ(bulk.get()->values, std::vector<float>(16, 1));
  EXPECT_EQ(queue_->device_count(), 2u);
  EXPECT_EQ(queue_->state().devices[1].name, "cuda:1");
}

TEST_F(DeviceQueueTest, GoesOnWithTheOtherDeviceWhenOneFailsForGood) {
  first_.on_pictures = [](auto) { return Internal("the device is lost"); };
  first_.on_texts = [](auto) { return Internal("the device is lost"); };
  Start(kOptions, true);
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(Pictures(8, Lane::kBulk).get()->rows, 8);
    ASSERT_EQ(Text("cat").get()->rows, 1);
  }
  // With both idle, either may have taken all; the first one is found out by keeping the second one busy.
  second_.Hold();
  Answer busy = Pictures(8, Lane::kBulk);
  ASSERT_TRUE(WaitUntil([&] { return !queue_->state().devices[0].failure.ok(); }));
  second_.LetGo();
  EXPECT_THAT(busy.get(), IsOk());
  EXPECT_THAT(queue_->Health(), IsOk());
  const DeviceQueue::State state = queue_->state();
  EXPECT_THAT(state.devices[0].failure, StatusIs(StatusCode::kInternal, HasSubstr("cuda:0: the device is lost")));
  EXPECT_THAT(state.devices[1].failure, IsOk());
  EXPECT_THAT(metrics_.Text(), HasSubstr("fovea_encode_device_ready{device=\"cuda:0\"} 0"));
  EXPECT_THAT(metrics_.Text(), HasSubstr("fovea_encode_device_ready{device=\"cuda:1\"} 1"));
}

TEST_F(DeviceQueueTest, TakesADeviceBackThatWorksAgain) {
  std::atomic<bool> lost = true;
  first_.on_pictures = [&](auto) { return lost ? Internal("the device is lost") : Status(); };
  Start();
  EXPECT_THAT(Pictures(1, Lane::kBulk).get(), StatusIs(StatusCode::kInternal, HasSubstr("lost")));
  EXPECT_THAT(queue_->Health(), StatusIs(StatusCode::kInternal, HasSubstr("cuda:0")));
  EXPECT_THAT(Pictures(1, Lane::kInteractive).get(), StatusIs(StatusCode::kInternal)) << "an answer, not a wait, while all fail";
  lost = false;
  ASSERT_TRUE(WaitUntil([&] { return queue_->Health().ok(); })) << "it is tried again without being asked";
  EXPECT_THAT(Pictures(1, Lane::kBulk).get(), IsOk());
}

TEST_F(DeviceQueueTest, EndsTheWorkInHandAndCancelsTheRest) {
  DeviceQueue::Options options = kOptions;
  options.max_waiting = 3;
  Start(options);
  Answer first = Occupy();
  Answer bulk = Pictures(20, Lane::kBulk);
  ASSERT_TRUE(Waiting(0, 20));
  std::vector<Answer> texts;
  for (size_t i = 1; i <= 3; ++i) {
    texts.push_back(Text("t"));
    ASSERT_TRUE(Waiting(i, 20));
  }
  auto stop = std::async(std::launch::async, [this] { queue_->Stop(); });
  // The lane is full: until the stop has been seen, one more call is kBusy.
  ASSERT_TRUE(WaitUntil([&] { return queue_->EncodeTexts(std::vector<std::string>{"late"}).error().code() == StatusCode::kCancelled; }));
  first_.AllowRuns(1);
  stop.get();
  EXPECT_THAT(first.get(), IsOk());
  EXPECT_THAT(bulk.get(), StatusIs(StatusCode::kCancelled));
  for (Answer& text : texts) EXPECT_THAT(text.get(), StatusIs(StatusCode::kCancelled));
  EXPECT_THAT(first_.Notes(), ElementsAre("pictures 1"));
  queue_->Stop();
}

TEST_F(DeviceQueueTest, MeasuresWaitWorkAndSizePerLaneAndTower) {
  Start();
  ASSERT_THAT(Pictures(3, Lane::kBulk).get(), IsOk());
  ASSERT_THAT(Text("cat").get(), IsOk());
  const std::string text = metrics_.Text();
  for (const char* line : {"fovea_encode_queue_seconds_count{lane=\"bulk\"} 1", "fovea_encode_queue_seconds_count{lane=\"interactive\"} 1",
                           "fovea_encode_seconds_count{tower=\"image\"} 1", "fovea_encode_seconds_count{tower=\"text\"} 1",
                           "fovea_encode_batch_rows_sum{tower=\"image\"} 3", "fovea_encode_batch_rows_bucket{tower=\"text\",le=\"1\"} 1"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace fovea::test
