#include "encoder/batch_runner.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <new>
#include <utility>

#include "base/log.h"

namespace fovea::encoder {
namespace {

// Picture queries are filled up with bulk pictures to what takes this share (one fifth) of the longest run.
constexpr int kFillShare = 5;
constexpr const char* kSecondsHelp = "Time one run of a tower takes";
constexpr const char* kRowsHelp = "Pictures or texts in one run of a tower";

// Pictures of several calls in one row, as a tower wants them; they go back to their calls in the end.
class Borrowed {
 public:
  explicit Borrowed(std::span<const Slice> slices) : slices_(slices) {
    ForEach([this](ModelInput& input) { inputs_.push_back(std::move(input)); });
  }
  ~Borrowed() {
    auto next = inputs_.begin();
    ForEach([&next](ModelInput& input) { input = std::move(*next++); });
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  std::span<const ModelInput> inputs() const { return inputs_; }

 private:
  void ForEach(const std::function<void(ModelInput&)>& visit) const {
    for (const Slice& slice : slices_) {
      for (ModelInput& input : std::get<EncodeCall::Pictures>(slice.call->work).subspan(slice.first, slice.count)) visit(input);
    }
  }

  const std::span<const Slice> slices_;
  std::vector<ModelInput> inputs_;
};

// The Encoder's answer, whatever it does: one that throws, or gives another number of rows, has failed.
Result<Features> Ask(size_t rows, const std::function<Result<Features>()>& run) {
  try {
    Result<Features> features = run();
    if (!features || features->rows == static_cast<int64_t>(rows)) return features;
    return Failed(Internal(StrCat("the model gave ", features->rows, " rows for ", rows)));
  } catch (const std::bad_alloc&) {
    return Failed(Busy("the encoder ran out of memory"));
  } catch (const std::exception& error) {
    return Failed(Internal(StrCat("the encoder threw: ", error.what())));
  }
}

Features RowsOf(const Features& all, size_t first, size_t count) {
  Features part{.rows = static_cast<int64_t>(count), .dim = all.dim, .values = {}};
  const auto begin = all.values.begin() + static_cast<int64_t>(first) * all.dim;
  part.values.assign(begin, begin + static_cast<int64_t>(count) * all.dim);
  return part;
}

}  // namespace

BatchRunner::BatchRunner(Encoder& encoder, Metrics& metrics, Options options)
    : encoder_(encoder),
      pictures_(options.pictures),
      texts_(options.texts),
      image_seconds_(metrics.GetHistogram("fovea_encode_seconds", kSecondsHelp, {{"tower", "image"}})),
      text_seconds_(metrics.GetHistogram("fovea_encode_seconds", kSecondsHelp, {{"tower", "text"}})),
      image_rows_(metrics.GetCountHistogram("fovea_encode_batch_rows", kRowsHelp, {{"tower", "image"}})),
      text_rows_(metrics.GetCountHistogram("fovea_encode_batch_rows", kRowsHelp, {{"tower", "text"}})),
      out_of_memory_(metrics.GetCounter("fovea_encode_out_of_memory_total", "Runs that did not fit the device's memory")) {}

EncodeLanes::Limits BatchRunner::limits() const {
  return {.texts = texts_.rows(), .pictures = pictures_.rows(), .pictures_to_fill = pictures_.RowsWithin(pictures_.longest() / kFillShare)};
}

std::vector<Result<Features>> BatchRunner::Run(const EncodeBatch& batch) {
  const Result<Features> all = RunTogether(batch.slices);
  std::vector<Result<Features>> answers;
  size_t first = 0;
  for (const Slice& slice : batch.slices) {
    if (all) {
      answers.emplace_back(RowsOf(*all, first, slice.count));
    } else {
      answers.push_back(batch.slices.size() == 1 ? all : RunTogether(std::span(&slice, 1)));
    }
    first += slice.count;
  }
  return answers;
}

Result<Features> BatchRunner::RunTogether(std::span<const Slice> slices) {
  if (slices.front().call->tower() == Tower::kImage) {
    const Borrowed pictures(slices);
    return RunPictures(pictures.inputs());
  }
  std::vector<std::string> texts;
  for (const Slice& slice : slices) {
    const auto own = std::get<EncodeCall::Texts>(slice.call->work).subspan(slice.first, slice.count);
    texts.insert(texts.end(), own.begin(), own.end());
  }
  return RunTexts(texts);
}

Result<Features> BatchRunner::RunPictures(std::span<const ModelInput> inputs) {
  return RunInParts(inputs.size(), pictures_, image_seconds_, image_rows_,
                    [&](size_t first, size_t count) { return encoder_.EncodeImages(inputs.subspan(first, count)); });
}

Result<Features> BatchRunner::RunTexts(std::span<const std::string> texts) {
  return RunInParts(texts.size(), texts_, text_seconds_, text_rows_,
                    [&](size_t first, size_t count) { return encoder_.EncodeTexts(texts.subspan(first, count)); });
}

Result<Features> BatchRunner::RunInParts(size_t rows, RowLimit& limit, Histogram& seconds, Histogram& batch_rows,
                                         const std::function<Result<Features>(size_t first, size_t count)>& run) {
  Features all{.rows = static_cast<int64_t>(rows), .dim = encoder_.info().embed_dim, .values = {}};
  for (size_t first = 0; first < rows;) {
    const size_t count = std::min(rows - first, limit.fits());
    const auto start = std::chrono::steady_clock::now();
    const Result<Features> part = Ask(count, [&] { return run(first, count); });
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    if (!part && part.error().code() == StatusCode::kBusy) {
      out_of_memory_.Add();
      if (!limit.RanOutOfMemory(count)) return Failed(Internal(StrCat("the device's memory does not hold one row: ", part.error().message())));
      LogWarning(encoder_.info().device, ": ", part.error().message(), "; from now on ", limit.fits(), " at once instead of ", count);
      continue;
    }
    if (!part) return part;
    limit.Ran(count, time);
    seconds.Observe(time.count());
    batch_rows.Observe(static_cast<double>(count));
    all.dim = part->dim;
    all.values.insert(all.values.end(), part->values.begin(), part->values.end());
    first += count;
  }
  return all;
}

Status BatchRunner::Probe() {
  const auto side = static_cast<size_t>(info().image_size);
  std::vector<ModelInput> grey(1);
  grey.front().rgb.assign(side * side * 3, 127);
  RETURN_IF_ERROR(RunPictures(grey));
  const std::string text = "a";
  return AsStatus(RunTexts(std::span(&text, 1)));
}

}  // namespace fovea::encoder
