#include "storage/model_table.h"

#include <algorithm>

#include "storage/codec.h"
#include "storage/record_codec.h"

namespace fovea::storage {
namespace {

constexpr uint8_t kValueFormat = 1;

const ModelRecord* FindState(const ModelTable& table, ModelState state) {
  const auto found = std::ranges::find(table.models, state, &ModelRecord::state);
  return found == table.models.end() ? nullptr : &*found;
}

ModelRecord ReadModel(ByteReader& reader) {
  ModelRecord model;
  model.number = reader.U32();
  model.dim = reader.U32();
  model.state = static_cast<ModelState>(reader.Enum(static_cast<uint8_t>(ModelState::kKept), "state"));
  model.paused = reader.Enum(1, "pause") == 1;
  model.kept_until_ms = reader.I64();
  model.complete_to = PhotoId{reader.U64()};
  model.id = reader.Text();
  model.source = reader.Text();
  return model;
}

// What makes no sense in the model that was read last.
void CheckLast(const ModelTable& table, ByteReader& reader) {
  const ModelRecord& model = table.models.back();
  if (model.dim < 1 || model.dim > int64_t{kMaxVectorDim}) reader.Fail("a dimension out of range");
  if (model.number == 0 || model.number >= table.next_number) reader.Fail("a number that was not given");
  if (std::ranges::count(table.models, model.number, &ModelRecord::number) > 1) reader.Fail("one number twice");
  if (std::ranges::count(table.models, model.id, &ModelRecord::id) > 1) reader.Fail("one model twice");
}

}  // namespace

const ModelRecord* ModelTable::Answering() const { return FindState(*this, ModelState::kAnswering); }
const ModelRecord* ModelTable::Filling() const { return FindState(*this, ModelState::kFilling); }

const ModelRecord* ModelTable::Find(uint32_t number) const {
  const auto found = std::ranges::find(models, number, &ModelRecord::number);
  return found == models.end() ? nullptr : &*found;
}

ModelRecord* ModelTable::Find(uint32_t number) {
  const auto found = std::ranges::find(models, number, &ModelRecord::number);
  return found == models.end() ? nullptr : &*found;
}

ModelRecord* ModelTable::FindId(std::string_view id) {
  const auto found = std::ranges::find(models, id, &ModelRecord::id);
  return found == models.end() ? nullptr : &*found;
}

std::vector<uint32_t> ModelTable::Others() const {
  std::vector<uint32_t> numbers;
  for (const ModelRecord& model : models) {
    if (model.state != ModelState::kAnswering) numbers.push_back(model.number);
  }
  return numbers;
}

std::string EncodeModelTable(const ModelTable& table) {
  ByteWriter writer(kValueFormat);
  writer.U32(table.next_number);
  writer.Text(table.asked);
  writer.U32(static_cast<uint32_t>(table.models.size()));
  for (const ModelRecord& model : table.models) {
    writer.U32(model.number);
    writer.U32(static_cast<uint32_t>(model.dim));
    writer.U8(static_cast<uint8_t>(model.state));
    writer.U8(model.paused ? 1 : 0);
    writer.I64(model.kept_until_ms);
    writer.U64(model.complete_to.value);
    writer.Text(model.id);
    writer.Text(model.source);
  }
  return writer.Take();
}

Result<ModelTable> DecodeModelTable(std::string_view value) {
  ByteReader reader(value, kValueFormat);
  ModelTable table;
  table.next_number = reader.U32();
  table.asked = reader.Text();
  const uint32_t count = reader.U32();
  for (uint32_t i = 0; i < count && !reader.failed(); ++i) {
    table.models.push_back(ReadModel(reader));
    CheckLast(table, reader);
  }
  if (!reader.failed() && std::ranges::count(table.models, ModelState::kAnswering, &ModelRecord::state) > 1) reader.Fail("two models that answer");
  if (!reader.failed() && std::ranges::count(table.models, ModelState::kFilling, &ModelRecord::state) > 1) reader.Fail("two models that are being filled");
  RETURN_IF_ERROR(reader.Finish("the store's models"));
  return table;
}

}  // namespace fovea::storage
