#pragma once
// Writes model folders in both layouts, with reference weights and a small vocabulary, for tests to load and to damage.
//
// Owns:    nothing.
// Threads: one per folder.
// Errors:  ends the test program when a file cannot be written.
// Shapes:  as encoder/expected_weights.h.
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "encoder/clip_config.h"
#include "encoder/stored_tensors.h"

namespace fovea::test {

// One tensor of a weights file. `values` is asked for only while the file is written; `type` is "F32", "F16", "BF16"
// or "I64".
struct StoredWeight {
  std::string name;
  encoder::Shape shape;
  std::function<std::vector<float>()> values;
  std::string type = "F32";
};

// The weights of a model under the names and in the forms of config.layout.
std::vector<StoredWeight> StoredReferenceWeights(const encoder::ClipConfig& config, const std::string& text_prefix = "");
// The numbers of a tensor as they stand in a file.
std::string ValueBytes(const StoredWeight& weight);
void WriteSafetensors(const std::string& path, const std::vector<StoredWeight>& weights);

// What the configuration files of config.layout say about `config`; file name -> content.
std::map<std::string, nlohmann::json> ConfigFiles(const encoder::ClipConfig& config);

// A vocabulary of all bytes, the given merges ("a b") and the two specials; file name -> content.
std::map<std::string, std::string> VocabularyFileContents(const std::vector<std::string>& merges);

// A whole folder: configuration, weights, vocabulary.
void WriteModelFolder(const std::string& folder, const encoder::ClipConfig& config);
void WriteFiles(const std::string& folder, const std::map<std::string, nlohmann::json>& files);

// The small models whose features are stored in tests/encoder/clip_towers_test.cc.
encoder::ClipConfig TinyVit();
encoder::ClipConfig TinyResnet();
encoder::ClipConfig TinyOpenClip(encoder::Activation activation);
// The full ViT-B/32 and RN50 of OpenAI.
encoder::ClipConfig VitB32();
encoder::ClipConfig Resnet50();
// TinyVit and TinyResnet with room for a real vocabulary of bytes (514 ids).
encoder::ClipConfig TinyVitWithVocabulary();
encoder::ClipConfig TinyResnetWithVocabulary();

}  // namespace fovea::test
