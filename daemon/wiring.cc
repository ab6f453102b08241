#include "daemon/wiring.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <filesystem>

#include "base/cores.h"
#include "base/log.h"
#include "daemon/version.h"
#include "encoder/decoder.h"

namespace fovea::daemon {
namespace {

int OrProcessors(int64_t threads) { return static_cast<int>(threads > 0 ? threads : static_cast<int64_t>(UsableCores())); }

// Connections, files being read and the store's tables together need more descriptors than the usual soft limit of 1,024.
void AllowManyDescriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) LogWarning("the limit of open files stays at its default");
}

}  // namespace

void SetLogLevelFrom(const Settings& settings) {
  constexpr std::array<std::string_view, 5> kNames = {"debug", "info", "warning", "error", "off"};
  const auto found = std::find(kNames.begin(), kNames.end(), settings.log_level);
  SetLogLevel(static_cast<LogLevel>(found - kNames.begin()));
}

Status InitProcess(const Settings& settings) {
  AllowManyDescriptors();
  encoder::SetTorchThreads(OrProcessors(settings.torch_threads));
  return encoder::InitDecoder(1);
}

indexer::LibraryOptions MakeLibraryOptions(const Settings& settings) {
  indexer::LibraryOptions options;
  options.decode_threads = OrProcessors(settings.decode_threads);
  options.batch_size = static_cast<int>(settings.batch_size);
  options.batch_wait_ms = static_cast<int>(settings.batch_wait_ms);
  options.max_batch_ms = static_cast<int>(settings.max_batch_ms);
  options.question_wait_ms = static_cast<int>(settings.question_wait_ms);
  options.max_waiting_questions = static_cast<int>(settings.max_waiting_questions);
  options.settle_ms = static_cast<int>(settings.settle_ms);
  options.reconcile_s = static_cast<int>(settings.reconcile_s);
  options.thumbnail_px = static_cast<int>(settings.thumbnail_px);
  options.index_memory_bytes = static_cast<uint64_t>(settings.index_memory_mib) << 20;
  if (settings.index == "exact") options.index = indexer::IndexKind::kExact;
  if (settings.index == "approximate") options.index = indexer::IndexKind::kApproximate;
  options.snapshot_every_s = static_cast<int>(settings.snapshot_every_s);
  options.keep_old_vectors_s = settings.keep_old_vectors_days * 86'400;
  options.limits.max_file_bytes = settings.max_file_mib << 20;
  options.limits.max_pixels = settings.max_megapixels * 1'000'000;
  return options;
}

Result<api::ServerOptions> MakeServerOptions(const Settings& settings) {
  api::ServerOptions options;
  const std::string& listen = settings.listen;
  const size_t colon = listen.rfind(':');
  const std::string port = colon == std::string::npos ? "" : listen.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), options.port);
  if (port.empty() || error != std::errc() || end != port.data() + port.size()) {
    return Failed(InvalidArgument(StrCat("setting \"listen\": \"", listen, "\" must be ADDRESS:PORT with a port of 0 to 65535")));
  }
  options.address = listen.substr(0, colon);
  if (options.address.starts_with('[') && options.address.ends_with(']')) options.address = options.address.substr(1, options.address.size() - 2);
  boost::system::error_code no_address;  // then Bind says so
  const auto address = boost::asio::ip::make_address(options.address, no_address);
  if (!no_address && !address.is_loopback()) {
    return Failed(InvalidArgument(StrCat("setting \"listen\": ", options.address, " can be reached from other machines, and there are no keys "
                                         "yet; take 127.0.0.1 or [::1], and a proxy in front of it")));
  }
  options.io_threads = static_cast<int>(settings.http_io_threads);
  options.worker_threads = static_cast<int>(settings.http_worker_threads);
  options.max_queued_requests = static_cast<size_t>(settings.http_max_queued_requests);
  options.max_connections = static_cast<size_t>(settings.http_max_connections);
  options.max_header_bytes = static_cast<size_t>(settings.http_max_header_kib) << 10;
  options.max_body_bytes = static_cast<size_t>(settings.http_max_body_mib) << 20;
  options.read_timeout_s = static_cast<int>(settings.http_read_timeout_s);
  options.write_timeout_s = static_cast<int>(settings.http_write_timeout_s);
  options.idle_timeout_s = static_cast<int>(settings.http_idle_timeout_s);
  options.allowed_hosts = settings.allowed_hosts;
  options.version = Version();
  return options;
}

encoder::ClipModelOptions MakeModelOptions(const Settings& settings) {
  constexpr std::string_view kCuda = "cuda";
  encoder::ClipModelOptions options;
  options.precision = settings.precision;
  if (settings.device == "cpu") options.device = encoder::DeviceChoice::kCpu;
  if (settings.device.starts_with(kCuda)) options.device = encoder::DeviceChoice::kCuda;
  if (settings.device.size() > kCuda.size()) options.cuda_index = std::stoi(settings.device.substr(kCuda.size() + 1));  // "cuda:1"; checked
  return options;
}

std::vector<encoder::ClipModelOptions> MakeDeviceOptions(const Settings& settings, int cuda_devices) {
  const encoder::ClipModelOptions one = MakeModelOptions(settings);
  const bool all = settings.device == "auto" || settings.device == "cuda";
  std::vector<encoder::ClipModelOptions> devices(all && cuda_devices > 1 ? static_cast<size_t>(cuda_devices) : 1, one);
  for (size_t i = 1; i < devices.size(); ++i) devices[i].cuda_index = static_cast<int>(i);
  return devices;
}

Result<std::unique_ptr<storage::Catalog>> OpenCatalog(const Settings& settings) {
  storage::Catalog::Options options;
  options.folder = settings.data;
  options.cache_bytes = static_cast<size_t>(settings.store_cache_mib) << 20;
  return storage::Catalog::Open(options);
}

Result<std::vector<std::string>> ResolveRoots(const std::vector<std::string>& roots) {
  std::vector<std::string> resolved;
  for (const std::string& root : roots) {
    std::error_code error;
    const std::filesystem::path path = std::filesystem::canonical(root, error);
    if (error) return Failed(NotFound(StrCat("folder \"", root, "\": ", error.message())));
    if (!std::filesystem::is_directory(path, error)) return Failed(InvalidArgument(StrCat("\"", root, "\" is not a folder")));
    resolved.push_back(path.string());
  }
  return resolved;
}

Status AddRoots(indexer::Library& library, const std::vector<std::string>& roots) {
  for (const std::string& root : roots) {
    const auto added = library.AddRoot(root);
    if (!added && added.error().code() != StatusCode::kAlreadyExists) return added.error();
  }
  return {};
}

}  // namespace fovea::daemon
