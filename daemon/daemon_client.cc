#include "daemon/daemon_client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "base/log.h"
#include "daemon/daemon_file.h"

namespace fovea::daemon {

Result<std::string> FindServer(const Settings& settings) {
  if (!settings.server.empty()) return settings.server;
  return FindDaemon(settings.data);
}

Result<api::Json> AskJson(const HttpQuestion& question) {
  ASSIGN_OR_RETURN(const HttpAnswer answer, Ask(question));
  return JsonOf(question.url, answer);
}

Result<api::Json> JsonOf(const std::string& who, const HttpAnswer& answer) {
  api::Json json = api::Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Failed(IoError(StrCat(who, " answered ", answer.status, " without JSON; is it fovea?")));
  if (answer.status >= 300) return Failed(IoError(StrCat(who, ": ", json.value("detail", json.value("title", answer.body)))));
  return json;
}

void PauseBetweenLooks() {
  boost::asio::io_context io(1);
  boost::asio::steady_timer(io, std::chrono::milliseconds(250)).wait();
}

}  // namespace fovea::daemon
