#include "indexer/vector_filler.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/side_by_side.h"
#include "indexer/unit_vector.h"

namespace fovea::indexer {

using encoder::ModelInput;
using storage::PhotoId;
using storage::PhotoRecord;

namespace {

constexpr size_t kPage = 1000;

}  // namespace

VectorFiller::VectorFiller(storage::Catalog& catalog, Generation& target, PhotoId complete_to, const Options& options)
    : catalog_(catalog), others_(catalog), target_(target), options_(options), pictures_(catalog, options.pictures), complete_to_(complete_to) {}

// For the progress alone: a model that is gone back to has nearly all.
Status VectorFiller::CountComplete() {
  if (std::exchange(counted_, true) || complete_to_.value == 0) return Status();
  uint64_t behind = 0;
  for (PhotoId after = complete_to_;;) {
    ASSIGN_OR_RETURN(const Photos page, catalog_.ListPhotos(after, kPage));
    behind += page.size();
    if (page.size() < kPage) break;
    after = page.back().id;
  }
  complete_ = catalog_.photo_count() - std::min(behind, catalog_.photo_count());
  return Status();
}

Status VectorFiller::Fill(size_t most, const GoOn& go_on) {
  RETURN_IF_ERROR(CountComplete());
  progress_.looked = complete_;
  progress_.stuck = 0;
  size_t lacked = 0;
  const auto encode = [&](Photos& lacking) -> Status {
    if ((lacked += lacking.size()) > most) return Busy(StrCat("more than ", most, " photos have no vector of model \"", target_.info().name, "\" yet"));
    if (!lacking.empty()) RETURN_IF_ERROR(EncodeBatch(lacking));
    lacking.clear();
    return go_on(progress_) ? Status() : Cancelled("encode the library again: ended early");
  };
  const size_t batch = std::max<size_t>(1, std::min(options_.batch_size, target_.device.PicturesAtOnce()));
  for (PhotoId after = complete_to_;;) {
    ASSIGN_OR_RETURN(const Photos page, catalog_.ListPhotos(after, kPage));
    if (page.empty()) return Status();
    Photos lacking;
    for (const PhotoRecord& photo : page) {
      ASSIGN_OR_RETURN(const bool there, others_.HasVector(photo.id, target_.number));
      if (there) ++progress_.looked;
      else lacking.push_back(photo);
      if (lacking.size() >= batch) RETURN_IF_ERROR(encode(lacking));
    }
    RETURN_IF_ERROR(encode(lacking));
    after = page.back().id;
    if (progress_.stuck > 0) continue;
    complete_to_ = after;
    complete_ = progress_.looked;
  }
}

std::vector<Result<PhotoInput::Made>> VectorFiller::MakeInputs(const Photos& photos) const {
  std::vector<Result<PhotoInput::Made>> made(photos.size());
  const auto threads = static_cast<size_t>(std::max(1, options_.decode_threads));
  (void)WorkSideBySide("reread", threads, photos.size(), [&](const NextPart& next) {
    while (const auto i = next()) made[*i] = pictures_.Make(photos[*i], target_.device.preprocess());
    return Status();  // each photo has its own
  });
  return made;
}

Status VectorFiller::EncodeBatch(const Photos& photos) {
  std::vector<Result<PhotoInput::Made>> made = MakeInputs(photos);
  Photos readable;
  std::vector<ModelInput> inputs;
  for (size_t i = 0; i < photos.size(); ++i) {
    if (!made[i]) {
      Stuck(photos[i], made[i].error());
      continue;
    }
    if (made[i]->from_thumbnail) ++progress_.thumbnails;
    readable.push_back(photos[i]);
    inputs.push_back(std::move(made[i]->input));
  }
  if (inputs.empty()) return Status();
  std::vector<Row> rows;
  const auto features = target_.device.EncodeImages(inputs, encoder::Lane::kBulk);
  if (features) {
    for (size_t i = 0; i < readable.size(); ++i) TakeRow(readable[i], features->Row(static_cast<int64_t>(i)), rows);
  } else {
    RETURN_IF_ERROR(target_.device.Health());
    if (features.error().code() == StatusCode::kCancelled) return features.error();
    RETURN_IF_ERROR(EncodeAlone(readable, inputs, rows));
  }
  return Store(rows);
}

// One of the pictures was refused: each is tried alone.
Status VectorFiller::EncodeAlone(const Photos& photos, std::vector<ModelInput>& inputs, std::vector<Row>& rows) {
  for (size_t i = 0; i < photos.size(); ++i) {
    const auto features = target_.device.EncodeImages(std::span(&inputs[i], 1), encoder::Lane::kBulk);
    if (features) {
      TakeRow(photos[i], features->Row(0), rows);
      continue;
    }
    RETURN_IF_ERROR(target_.device.Health());
    if (features.error().code() == StatusCode::kCancelled) return features.error();
    Stuck(photos[i], features.error());
  }
  return Status();
}

void VectorFiller::TakeRow(const PhotoRecord& photo, std::span<const float> features, std::vector<Row>& rows) {
  auto unit = UnitVector(features);
  if (unit) rows.push_back({photo.id, *std::move(unit)});
  else Stuck(photo, unit.error());
}

Status VectorFiller::Store(const std::vector<Row>& rows) {
  std::vector<storage::OtherModels::PhotoVector> vectors;
  for (const Row& row : rows) vectors.push_back({row.photo, row.vector});
  RETURN_IF_ERROR(others_.Store(target_.number, vectors));
  progress_.looked += rows.size();
  return Status();
}

void VectorFiller::Stuck(const PhotoRecord& photo, const Status& why) {
  const auto still = catalog_.GetPhoto(photo.id);
  if (!still && still.error().code() == StatusCode::kNotFound) return;  // removed a moment ago
  if (progress_.stuck++ == 0) progress_.why = why.message();
}

}  // namespace fovea::indexer
