#pragma once
// OpenModelFolder reads all of a model but the numbers of its weights: layout, configuration, vocabulary, identity.
//
// Owns:    (the result) the open weights files.
// Threads: any.
// Errors:  kNotFound, kCorrupt, kUnsupported with one line that names the file and the key or shape. Never throws.
// Units:   as ClipConfig.
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "encoder/clip_config.h"
#include "encoder/model_weights.h"
#include "encoder/tokenizer.h"

namespace fovea::encoder {

struct ModelFolder {
  std::string name;                // of the folder, or of the file without its ending
  std::string id;                  // name@fingerprint
  std::string description;         // from fovea.json, if it is there
  std::vector<std::string> notes;  // what is unusual about it, a sentence each
  ClipConfig config;
  ModelWeights weights;
  std::optional<Tokenizer> tokenizer;  // nothing where there is no text tower
};

// `path` is a folder, or one weights file in it. Without a configuration beside it, a file is taken for one of OpenAI's.
Result<ModelFolder> OpenModelFolder(const std::string& path, SpecialLiterals literals);

}  // namespace fovea::encoder
