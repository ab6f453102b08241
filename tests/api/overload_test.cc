// More questions than the device can take: some are answered, the others are told to come back, and indexing goes on.
// label: integration
#include <atomic>
#include <thread>

#include "api/base64.h"
#include "tests/api/api_world.h"
#include "tests/support/wait_until.h"

namespace fovea::api {
namespace {

using testing::HasSubstr;

constexpr int kClients = 12;
constexpr int kMayWait = 4;

class Overload : public testing::Test {
 protected:
  static indexer::LibraryOptions FewMayWait() {
    indexer::LibraryOptions options;
    options.max_waiting_questions = kMayWait;
    return options;
  }
  // Searches and embeddings in turn, one per client, all at once.
  void AskFromManyClients() {
    for (int i = 0; i < kClients; ++i) {
      clients_.emplace_back([this, i] {
        HttpClient client(world_.server().port(), std::chrono::seconds(60));
        const HttpReply reply = i % 2 == 0 ? client.Get("/v1/search?k=1&q=red") : client.Post("/v1/embeddings", R"({"texts":["red"]})");
        if (reply.status == 200) ++answered_;
        if (IsTurnedAway(reply)) ++turned_away_;
      });
    }
  }
  static bool IsTurnedAway(const HttpReply& reply) {
    const json body = Body(reply);
    return reply.status == 429 && reply.Header("Retry-After") == "1" && body.value("code", "") == "too_many_requests";
  }

  ApiWorld world_{{.worker_threads = kClients + 1}, FewMayWait()};
  std::atomic<int> answered_ = 0, turned_away_ = 0;
  std::vector<std::jthread> clients_;
};

TEST_F(Overload, AnswersWhatMayWaitAndTellsTheOthersToComeBack) {
  for (int i = 0; i < 30; ++i) world_.WritePicture("p" + std::to_string(i) + ".png", {.format = test::PictureFormat::kPng, .seed = static_cast<uint64_t>(i + 1)});
  world_.StartLibrary();
  world_.control().Hold();
  ASSERT_THAT(world_.library().AddRoot(world_.Pictures()), test::IsOk());
  ASSERT_TRUE(test::WaitUntil([&] { return world_.control().calls() > 0; })) << "the device is busy with pictures";
  AskFromManyClients();
  ASSERT_TRUE(test::WaitUntil([&] { return turned_away_ == kClients - kMayWait; }));
  EXPECT_EQ(answered_, 0);
  EXPECT_EQ(Body(world_.client().Get("/v1/status"))["encoding"]["questions_waiting"], kMayWait);
  EXPECT_THAT(world_.client().Get("/metrics").body, HasSubstr("fovea_encode_rejected_total " + std::to_string(kClients - kMayWait)));
  world_.control().LetGo();
  clients_.clear();
  EXPECT_EQ(answered_, kMayWait);
  ASSERT_TRUE(world_.Idle());
  EXPECT_EQ(world_.library().GetStatus().photos, 30u) << "indexing waits for its turn, it is not turned away";
  EXPECT_EQ(world_.library().GetStatus().failures, 0u);
  EXPECT_EQ(world_.client().Get("/v1/search?k=1&q=red").status, 200);
}

}  // namespace
}  // namespace fovea::api
