// A large folder is taken off the list: the answer comes at once, and a kill half-way only puts it off.
// label: process
#include <gmock/gmock.h>

#include "base/log.h"
#include "storage/catalog.h"
#include "tests/support/catalog_files.h"
#include "tests/support/daemon_process.h"
#include "tests/support/http_client.h"
#include "tests/support/image_factory.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

constexpr uint64_t kPhotos = 20'000;
constexpr int64_t kDim = 128;  // of fovea-tiny

// A root whose disk is not there, with many photos.
storage::RootId Fill(const std::string& data) {
  const std::string model = nlohmann::json::parse(RunFovea({.arguments = {"model", "inspect", "fovea-tiny"}}).output)["id"];
  const auto catalog = storage::Catalog::Open({.folder = data}).value();
  EXPECT_THAT(catalog->BindModel(model, kDim), IsOk());
  const storage::RootId root = catalog->AddRoot("/no/such/photos").value().id;
  const std::vector<float> vector = CountedVector(kDim);
  std::vector<storage::IndexedFile> files;
  for (uint64_t i = 0; i < kPhotos; ++i) {
    files.push_back(FileOf({root, StrCat(i / 100, "/", i, ".jpg")}, StrCat("removal-", i)));
    files.back().vector = vector;
  }
  EXPECT_THAT(catalog->StoreFiles(files), IsOk());
  return root;
}

uint16_t PortOf(const std::string& url) { return static_cast<uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))); }

TEST(Removal, GoesOnAfterAKill) {
  const TempDir folder;
  const std::string data = folder / "data";
  folder.Write("root/a.jpg", MakePicture({.seed = 1}));
  const std::string address = StrCat("/v1/roots/", Fill(data).value);
  const auto photos = [](const DaemonProcess& daemon) { return daemon.Get("/v1/status").json.value("photos", kPhotos); };
  {
    DaemonProcess daemon({.data = data});
    ASSERT_TRUE(daemon.WaitUntilReady());
    EXPECT_EQ(HttpClient(PortOf(daemon.url())).Delete(address).status, 202);
    ASSERT_TRUE(daemon.WaitFor([&] { return photos(daemon) < kPhotos; }));
    daemon.KillHard();
  }
  DaemonProcess daemon({.data = data, .roots = {folder / "root"}});
  ASSERT_TRUE(daemon.WaitUntilReady());
  ASSERT_TRUE(daemon.WaitFor([&] { return daemon.Get("/v1/roots").json["roots"].size() == 1; }));
  ASSERT_TRUE(daemon.WaitForPhotos(1));
  EXPECT_EQ(daemon.Get("/v1/status").json.value("vectors", 0), 1);
  ASSERT_EQ(daemon.Stop(), 0);
  const Finished verified = RunFovea({.arguments = {"verify", "--data", data}});
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
}

}  // namespace
}  // namespace fovea::test
