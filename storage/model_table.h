#pragma once
// ModelTable lists the models that a store has vectors of. One of them answers; the vectors of the others are a cache.
//
// Owns:    plain values and their bytes.
// Threads: value types.
// Errors:  kCorrupt for bytes that are no such table, or a table without sense.
// Units:   times UTC ms. On disk: docs/on-disk-format.md, `meta`/`models`.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/records.h"

namespace fovea::storage {

enum class ModelState : uint8_t {
  kAnswering = 0,  // every photo has a vector of it
  kFilling = 1,    // photos are being encoded with it, to have it answer
  kKept = 2,       // answered before, or was given up: its vectors stay until `kept_until_ms`
};

struct ModelRecord {
  uint32_t number = 0;  // stands for the model in the keys of vectors; never given again
  int64_t dim = 0;
  std::string id;
  std::string source = {};  // what it was loaded from, as it was given; empty: not known
  ModelState state = ModelState::kAnswering;
  bool paused = false;  // filling waits until it is told to go on
  int64_t kept_until_ms = 0;
  PhotoId complete_to = {};  // every photo up to this one has a vector of it (the answering one: every photo)
  bool operator==(const ModelRecord&) const = default;
};

struct ModelTable {
  uint32_t next_number = 1;
  std::string asked = {};  // which model the last start asked for, as it was given
  std::vector<ModelRecord> models = {};

  const ModelRecord* Answering() const;
  const ModelRecord* Filling() const;  // none or one
  const ModelRecord* Find(uint32_t number) const;
  ModelRecord* Find(uint32_t number);
  ModelRecord* FindId(std::string_view id);
  std::vector<uint32_t> Others() const;  // the numbers of all but the answering one
};

std::string EncodeModelTable(const ModelTable& table);
Result<ModelTable> DecodeModelTable(std::string_view value);

}  // namespace fovea::storage
