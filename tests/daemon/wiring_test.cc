// Settings as the components' options.
// label: unit
#include "daemon/wiring.h"

#include <gmock/gmock.h>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::daemon {
namespace {

using testing::HasSubstr;
using test::IsOk;
using test::StatusIs;

Result<api::ServerOptions> Listen(const std::string& listen) {
  Settings settings;
  settings.listen = listen;
  return MakeServerOptions(settings);
}

TEST(Wiring, ReadsAddressAndPort) {
  ASSERT_THAT(Listen("127.0.0.1:8642"), IsOk());
  EXPECT_EQ(Listen("127.0.0.1:8642")->address, "127.0.0.1");
  EXPECT_EQ(Listen("127.0.0.1:8642")->port, 8642);
  EXPECT_EQ(Listen("[::1]:0")->address, "::1");
  EXPECT_EQ(Listen("[::1]:0")->port, 0);
}

TEST(Wiring, RefusesWhatIsNoAddressWithPort) {
  for (const char* wrong : {"", "8642", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80 "}) {
    EXPECT_THAT(Listen(wrong), StatusIs(StatusCode::kInvalidArgument, HasSubstr("ADDRESS:PORT"))) << wrong;
  }
}

TEST(Wiring, RefusesAddressesThatOtherMachinesReach) {
  for (const char* open : {"0.0.0.0:8642", "192.168.1.2:8642", "[::]:8642"}) {
    EXPECT_THAT(Listen(open), StatusIs(StatusCode::kInvalidArgument, HasSubstr("127.0.0.1"))) << open;
  }
}

TEST(Wiring, ZeroThreadsMeansOnePerProcessor) {
  Settings settings;
  EXPECT_GE(MakeLibraryOptions(settings).decode_threads, 1);
  settings.decode_threads = 7;
  EXPECT_EQ(MakeLibraryOptions(settings).decode_threads, 7);
}

TEST(Wiring, LimitsAreTurnedIntoBytesAndPixels) {
  Settings settings;
  settings.max_file_mib = 3;
  settings.max_megapixels = 2;
  EXPECT_EQ(MakeLibraryOptions(settings).limits.max_file_bytes, 3 << 20);
  EXPECT_EQ(MakeLibraryOptions(settings).limits.max_pixels, 2'000'000);
}

std::vector<int> CudaIndices(const std::string& device, int cuda_devices) {
  Settings settings;
  settings.device = device;
  std::vector<int> indices;
  for (const encoder::ClipModelOptions& options : MakeDeviceOptions(settings, cuda_devices)) indices.push_back(options.cuda_index);
  return indices;
}

TEST(Wiring, TakesAllGpusUnlessOneIsNamed) {
  EXPECT_THAT(CudaIndices("auto", 0), testing::ElementsAre(0));
  EXPECT_THAT(CudaIndices("auto", 3), testing::ElementsAre(0, 1, 2));
  EXPECT_THAT(CudaIndices("cuda", 2), testing::ElementsAre(0, 1));
  EXPECT_THAT(CudaIndices("cuda:1", 3), testing::ElementsAre(1));
  EXPECT_THAT(CudaIndices("cpu", 3), testing::ElementsAre(0));
}

TEST(Wiring, NamesTheDeviceForOneModel) {
  Settings settings;
  settings.device = "cuda:12";
  EXPECT_EQ(MakeModelOptions(settings).device, encoder::DeviceChoice::kCuda);
  EXPECT_EQ(MakeModelOptions(settings).cuda_index, 12);
  settings.device = "cpu";
  EXPECT_EQ(MakeModelOptions(settings).device, encoder::DeviceChoice::kCpu);
}

TEST(Wiring, RootsMustBeFolders) {
  const test::TempDir folder;
  const std::string file = folder.Write("a file", "x");
  EXPECT_THAT(ResolveRoots({folder.path()}), IsOk());
  EXPECT_THAT(ResolveRoots({file}), StatusIs(StatusCode::kInvalidArgument, HasSubstr(file)));
  EXPECT_THAT(ResolveRoots({folder / "absent"}), StatusIs(StatusCode::kNotFound, HasSubstr("absent")));
}

}  // namespace
}  // namespace fovea::daemon
