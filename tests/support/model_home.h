#pragma once
// ModelHome is a user's home for commands that fetch models: its own data and cache folders, and a test's server as the hub.
//
// Owns:    the folder.
// Threads: a value of one thread.
// Errors:  as RunFovea.
// Units:   none.
#include <map>
#include <string>
#include <vector>

#include "tests/support/daemon_process.h"
#include "tests/support/hub_server.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {

class ModelHome {
 public:
  ModelHome(const TestAuthority& authority, const HubServer& server);

  // Before a command is run: one more variable, or another value.
  void Set(const std::string& name, const std::string& value) { environment_[name] = value; }
  ProcessOptions Options(std::vector<std::string> arguments) const;
  Finished Run(std::vector<std::string> arguments) const { return RunFovea(Options(std::move(arguments))); }
  // The folder of models, and one of them.
  std::string models() const { return folder_ / "share/fovea/models"; }
  std::string model(const std::string& name = "test/tiny") const { return models() + "/" + name; }
  const TempDir& folder() const { return folder_; }

 private:
  const TempDir folder_;
  std::map<std::string, std::string> environment_;
};

}  // namespace fovea::test
