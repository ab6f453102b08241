#include "tests/support/daemon_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "api/url.h"
#include "base/log.h"
#include "base/unique_fd.h"
#include "daemon/http_client.h"
#include "tests/support/wait_until.h"

namespace fovea::test {
namespace {

constexpr int64_t kMaxOutputBytes = int64_t{64} << 20;

std::vector<std::string> MakeEnvironment(const ProcessOptions& options, const std::string& home) {
  std::map<std::string, std::string> variables = {{"HOME", home}, {"XDG_DATA_HOME", home + "/share"}, {"XDG_CONFIG_HOME", home + "/config"}};
  for (const char* inherited : {"PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "OMP_NUM_THREADS"}) {
    if (const char* value = std::getenv(inherited)) variables[inherited] = value;
  }
  for (const auto& [name, value] : options.environment) variables[name] = value;
  std::vector<std::string> entries;
  for (const auto& [name, value] : variables) entries.push_back(StrCat(name, "=", value));
  return entries;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// In the child: only calls that are safe after fork.
[[noreturn]] void BecomeProgram(const ProcessOptions& options, char** arguments, char** environment, int output, int errors) {
  ::dup2(output, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  if (options.max_file_bytes) {
    const rlimit limit{*options.max_file_bytes, *options.max_file_bytes};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(126);
  }
  if (!options.folder.empty() && ::chdir(options.folder.c_str()) != 0) ::_exit(126);
  if (options.user && ::setuid(*options.user) != 0) ::_exit(126);
  ::execve(arguments[0], arguments, environment);
  ::_exit(127);
}

std::string ReadWhole(const std::string& path) { return ReadFile(path, kMaxOutputBytes).value_or(""); }

Reply AskOrFail(const daemon::HttpQuestion& question) {
  const auto answer = daemon::Ask(question);
  if (!answer) {
    ADD_FAILURE() << answer.error().ToString();
    return {};
  }
  return {answer->status, nlohmann::json::parse(answer->body, nullptr, false), answer->body};
}

}  // namespace

FoveaProcess::FoveaProcess(const ProcessOptions& options) {
  std::vector<std::string> arguments = options.arguments;
  arguments.insert(arguments.begin(), options.program.empty() ? FOVEA_BINARY : options.program);
  std::vector<std::string> environment = MakeEnvironment(options, folder_.path());
  const std::vector<char*> argument_pointers = Pointers(arguments);
  const std::vector<char*> environment_pointers = Pointers(environment);
  const UniqueFd output(::open((folder_ / "output").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  const UniqueFd errors(::open((folder_ / "errors").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  pid_ = ::fork();
  if (pid_ == 0) {
    BecomeProgram(options, const_cast<char**>(argument_pointers.data()), const_cast<char**>(environment_pointers.data()), output.get(), errors.get());
  }
  EXPECT_GT(pid_, 0);
}

FoveaProcess::~FoveaProcess() {
  if (!running()) return;
  Signal(SIGKILL);
  EXPECT_TRUE(WaitForExit());
}

std::string FoveaProcess::Output() const { return ReadWhole(folder_ / "output"); }
std::string FoveaProcess::Errors() const { return ReadWhole(folder_ / "errors"); }

bool FoveaProcess::WaitForErrors(const std::string& text, std::chrono::milliseconds deadline) const {
  return WaitUntil([&] { return Errors().find(text) != std::string::npos; }, deadline);
}

void FoveaProcess::Signal(int signal) const { EXPECT_EQ(::kill(pid_, signal), 0); }

bool FoveaProcess::running() {
  if (exit_code_ || pid_ <= 0) return false;
  int state = 0;
  if (::waitpid(pid_, &state, WNOHANG) != pid_) return true;
  exit_code_ = WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
  return false;
}

std::optional<int> FoveaProcess::WaitForExit(std::chrono::milliseconds deadline) {
  return WaitUntil([this] { return !running(); }, deadline) ? exit_code_ : std::nullopt;
}

Finished RunFovea(const ProcessOptions& options) {
  FoveaProcess process(options);
  const std::optional<int> code = process.WaitForExit(std::chrono::minutes(3));
  EXPECT_TRUE(code) << "still runs; said: " << process.Errors();
  return {code.value_or(-1), process.Output(), process.Errors()};
}

DaemonProcess::DaemonProcess(const Options& options) {
  ProcessOptions process = options.process;
  process.arguments = {"serve", "--data", options.data, "--listen", "127.0.0.1:0", "--settle-ms", "100", "--log-level", "debug"};
  process.arguments.insert(process.arguments.end(), options.more.begin(), options.more.end());
  process.arguments.insert(process.arguments.end(), options.roots.begin(), options.roots.end());
  process_ = std::make_unique<FoveaProcess>(process);
  const auto has_address = [this] {
    std::istringstream words(process_->Output());
    std::string fovea;
    words >> fovea >> url_;
    return words.get() == '\n' || !process_->running();
  };
  const bool there = WaitUntil(has_address, std::chrono::seconds(60));
  EXPECT_TRUE(there && process_->running()) << "no address; said: " << process_->Errors();
  if (url_.ends_with('/')) url_.pop_back();
}

Reply DaemonProcess::Get(const std::string& target) const { return AskOrFail({.url = url_, .target = target, .json_body = ""}); }
Reply DaemonProcess::Post(const std::string& target, const nlohmann::json& body) const { return PostText(target, body.dump()); }
Reply DaemonProcess::PostText(const std::string& target, const std::string& body) const {
  return AskOrFail({.url = url_, .target = target, .json_body = body});
}

bool DaemonProcess::WaitFor(const std::function<bool()>& condition, std::chrono::milliseconds deadline) const {
  return WaitUntil([&] { return !process_->running() || condition(); }, deadline) && process_->running();
}

bool DaemonProcess::WaitUntilReady() const {
  const bool ready = WaitFor([this] { return Get("/readyz").status == 200; }, std::chrono::seconds(120));
  EXPECT_TRUE(ready) << "not ready; said: " << process_->Errors();
  return ready;
}

bool DaemonProcess::WaitForPhotos(uint64_t count, std::chrono::milliseconds deadline) const {
  nlohmann::json status;
  const auto there = [&] {
    status = Get("/v1/status").json;
    return status.is_object() && status.value("photos", uint64_t{0}) == count && status.value("pending", uint64_t{0}) == 0;
  };
  const bool in_time = WaitFor(there, deadline);
  EXPECT_TRUE(in_time) << "waited for " << count << " photos: " << status << "\n" << process_->Errors();
  return in_time;
}

bool DaemonProcess::WaitForFailures(uint64_t count, std::chrono::milliseconds deadline) const {
  const bool in_time = WaitFor([&] { return Failures().size() == count; }, deadline);
  EXPECT_TRUE(in_time) << "waited for " << count << " failures\n" << process_->Errors();
  return in_time;
}

std::vector<nlohmann::json> DaemonProcess::Photos() const {
  std::vector<nlohmann::json> photos;
  std::string target = "/v1/photos?limit=500";
  for (;;) {
    const Reply page = Get(target);
    EXPECT_EQ(page.status, 200) << page.body;
    if (page.status != 200) return photos;
    for (const nlohmann::json& photo : page.json["photos"]) photos.push_back(photo);
    if (!page.json.contains("next") || page.json["next"].is_null()) return photos;
    const nlohmann::json& next = page.json["next"];
    target = StrCat("/v1/photos?limit=500&cursor=", api::EncodePercent(next.is_string() ? next.get<std::string>() : next.dump()));
  }
}

std::vector<nlohmann::json> DaemonProcess::Failures() const {
  const Reply reply = Get("/v1/failures?limit=1000");
  EXPECT_EQ(reply.status, 200) << reply.body;
  if (!reply.json.is_object()) return {};
  return reply.json.value("failures", std::vector<nlohmann::json>());
}

double DaemonProcess::Metric(const std::string& name) const {
  std::istringstream lines(Get("/metrics").body);
  double sum = 0;
  for (std::string line; std::getline(lines, line);) {
    const bool ours = line.starts_with(name + " ") || line.starts_with(name + "{");
    if (ours) sum += std::strtod(line.c_str() + line.rfind(' '), nullptr);
  }
  return sum;
}

std::optional<int> DaemonProcess::Stop() {
  process_->Signal(SIGTERM);
  return process_->WaitForExit();
}

void DaemonProcess::KillHard() {
  process_->Signal(SIGKILL);
  EXPECT_EQ(process_->WaitForExit(), 128 + SIGKILL);
}

}  // namespace fovea::test
