#pragma once
// ModelEncoders loads models by what names them, one Encoder per device: for the start, and for a library that changes its model.
//
// Owns:    shared locks on the folders of the models that it has loaded, so that none is removed while it may be in use.
// Threads: any thread may call; loads of different models may run at once.
// Errors:  kNotFound when the model is not on this machine, with the command that fetches it; what loading says.
// Units:   none.
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/status.h"
#include "base/unique_fd.h"
#include "encoder/clip_model.h"
#include "encoder/encoder.h"

namespace fovea::daemon {

// What names a model wherever the program is started: a folder given relative to here becomes absolute, a name stays.
std::string StableSource(const std::string& name_or_folder);

// One for each of the devices, from a folder (or file of weights).
Result<std::vector<std::unique_ptr<encoder::Encoder>>> LoadEncoders(const std::string& folder, const std::vector<encoder::ClipModelOptions>& devices);

class ModelEncoders {
 public:
  explicit ModelEncoders(std::vector<encoder::ClipModelOptions> devices) : devices_(std::move(devices)) {}
  ModelEncoders(const ModelEncoders&) = delete;
  ModelEncoders& operator=(const ModelEncoders&) = delete;

  Result<std::vector<std::unique_ptr<encoder::Encoder>>> Load(const std::string& source) EXCLUDES(mutex_);

 private:
  const std::vector<encoder::ClipModelOptions> devices_;
  Mutex mutex_;
  std::vector<UniqueFd> holds_ GUARDED_BY(mutex_);
};

}  // namespace fovea::daemon
