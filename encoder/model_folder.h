#pragma once
// OpenModelFolder reads all of a model folder but the numbers of its weights: layout, configuration, vocabulary, identity.
//
// Owns:    (the result) the open weights files.
// Threads: any.
// Errors:  kNotFound, kCorrupt, kUnsupported with one line that names the file and the key or shape. Never throws.
// Units:   as ClipConfig.
#include <string>

#include "base/status.h"
#include "encoder/clip_config.h"
#include "encoder/model_weights.h"
#include "encoder/tokenizer.h"

namespace fovea::encoder {

struct ModelFolder {
  std::string name;         // of the folder
  std::string id;           // name@fingerprint
  std::string description;  // from fovea.json, if it is there
  ClipConfig config;
  ModelWeights weights;
  Tokenizer tokenizer;
};

Result<ModelFolder> OpenModelFolder(const std::string& folder, SpecialLiterals literals);

}  // namespace fovea::encoder
