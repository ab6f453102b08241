#include "daemon/daemon_file.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/unique_fd.h"

namespace fovea::daemon {
namespace {

constexpr int64_t kMaxBytes = 64 << 10;

std::string PathIn(const std::string& data_folder) { return data_folder + "/daemon.json"; }

// When a process started, in clock ticks since boot; a process id that was given out again has another one.
Result<std::string> StartTimeOf(int64_t pid) {
  UniqueFd fd;
  const std::string path = StrCat("/proc/", pid, "/stat");
  ASSIGN_OR_RETURN(fd, OpenForRead(path));
  std::string stat(4096, '\0');  // files in /proc have no size to read up to
  const ssize_t got = ::read(fd.get(), stat.data(), stat.size());
  if (got <= 0) return Failed(NotFound(StrCat("process ", pid, " is gone")));
  stat.resize(static_cast<size_t>(got));
  size_t at = stat.rfind(')');  // the program's name may hold spaces
  constexpr int kFieldsToSkip = 20;  // from the state (field 3) to the start time (field 22)
  for (int i = 0; i < kFieldsToSkip && at != std::string::npos; ++i) at = stat.find(' ', at + 1);
  if (at == std::string::npos) return Failed(Corrupt(StrCat(path, " has fewer fields than expected")));
  return stat.substr(at + 1, stat.find(' ', at + 1) - at - 1);
}

}  // namespace

Result<std::unique_ptr<DaemonFile>> DaemonFile::Write(const std::string& data_folder, const std::string& url) {
  ASSIGN_OR_RETURN(const std::string started, StartTimeOf(::getpid()));
  const nlohmann::json json = {{"url", url}, {"pid", ::getpid()}, {"started", started}};
  RETURN_IF_ERROR(WriteFileAtomically(PathIn(data_folder), json.dump() + "\n"));
  return std::unique_ptr<DaemonFile>(new DaemonFile(PathIn(data_folder)));
}

DaemonFile::~DaemonFile() {
  if (::unlink(path_.c_str()) != 0) LogWarning("could not remove ", path_);
}

Result<std::string> FindDaemon(const std::string& data_folder) {
  ASSIGN_OR_RETURN(const std::string content, ReadFile(PathIn(data_folder), kMaxBytes));
  const auto json = nlohmann::json::parse(content, nullptr, /*allow_exceptions=*/false);
  const bool complete = json.is_object() && json.contains("url") && json["url"].is_string() && json.contains("pid") &&
                        json["pid"].is_number_integer() && json.contains("started") && json["started"].is_string();
  if (!complete) return Failed(NotFound(StrCat(PathIn(data_folder), " is not readable")));
  const auto started = StartTimeOf(json["pid"].get<int64_t>());
  if (!started || *started != json["started"].get<std::string>()) {
    return Failed(NotFound(StrCat(PathIn(data_folder), " was left behind by a daemon that is gone")));
  }
  return json["url"].get<std::string>();
}

}  // namespace fovea::daemon
