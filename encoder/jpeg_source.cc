#include "encoder/jpeg_source.h"

#include <csetjmp>
#include <cstdio>  // jpeglib.h needs it
#include <cstdlib>
#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/log.h"

namespace fovea::encoder {
namespace {

constexpr int kMaxScans = 100;  // of a progressive picture: each costs a pass over the whole of it
constexpr size_t kRowsAtOnce = 16;
constexpr unsigned kMaxMarkerBytes = 0xFFFF;
constexpr JOCTET kEndMarker[] = {0xFF, JPEG_EOI};

}  // namespace

// libjpeg-turbo's callbacks find this object by `client_data`. An error jumps back into the Try that made the call: nothing
// with a destructor may live between the two.
struct JpegSource::Impl {
  std::string_view bytes;
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg_source_mgr reader{};
  jpeg_progress_mgr progress{};
  std::jmp_buf jump{};
  std::array<char, JMSG_LENGTH_MAX> reason{};
  bool rows_begun = false;
  bool ended = false;  // the bytes are used up and an end marker was made up
  JOCTET* profile = nullptr;
  unsigned profile_bytes = 0;

  explicit Impl(std::string_view file);
  ~Impl();

  // False if libjpeg-turbo gave up; `reason` says why.
  template <typename Call>
  bool Try(Call call) {
    if (setjmp(jump) != 0) return false;
    call();
    return true;
  }
  Status Damaged(std::string_view what) const;

  static Impl& Of(j_common_ptr jpeg) { return *static_cast<Impl*>(jpeg->client_data); }
  [[noreturn]] void GiveUp(const char* why);
  [[noreturn]] static void OnError(j_common_ptr jpeg);
  static void OnMessage(j_common_ptr jpeg, int level);
  static void OnProgress(j_common_ptr jpeg);
  static boolean OnUsedUp(j_decompress_ptr jpeg);
  static void OnSkip(j_decompress_ptr jpeg, long count);
};

JpegSource::Impl::Impl(std::string_view file) : bytes(file) {
  jpeg.err = jpeg_std_error(&errors);
  errors.error_exit = OnError;
  errors.emit_message = OnMessage;
  jpeg.client_data = this;
  reader.next_input_byte = reinterpret_cast<const JOCTET*>(bytes.data());
  reader.bytes_in_buffer = bytes.size();
  reader.init_source = [](j_decompress_ptr) {};
  reader.fill_input_buffer = OnUsedUp;
  reader.skip_input_data = OnSkip;
  reader.resync_to_restart = jpeg_resync_to_restart;
  reader.term_source = [](j_decompress_ptr) {};
  progress.progress_monitor = OnProgress;
}

JpegSource::Impl::~Impl() {
  jpeg_destroy_decompress(&jpeg);
  std::free(profile);
}

Status JpegSource::Impl::Damaged(std::string_view what) const {
  const std::string_view cause(reason.data());
  const std::string message = StrCat("the jpeg picture ", what, ": ", cause);
  return cause.find("nsupported") != std::string_view::npos ? Unsupported(message) : Corrupt(message);
}

void JpegSource::Impl::GiveUp(const char* why) {
  std::snprintf(reason.data(), reason.size(), "%s", why);
  std::longjmp(jump, 1);
}

void JpegSource::Impl::OnError(j_common_ptr jpeg) {
  Impl& self = Of(jpeg);
  jpeg->err->format_message(jpeg, self.reason.data());
  std::longjmp(self.jump, 1);
}

void JpegSource::Impl::OnMessage(j_common_ptr jpeg, int level) {
  if (level < 0 && Of(jpeg).ended) Of(jpeg).GiveUp("the data ends early");
}

void JpegSource::Impl::OnProgress(j_common_ptr jpeg) {
  if (Of(jpeg).jpeg.input_scan_number > kMaxScans) Of(jpeg).GiveUp("it has more than 100 scans");
}

// A picture of one scan may lack its end marker; whether its last rows are there shows when they are decoded.
boolean JpegSource::Impl::OnUsedUp(j_decompress_ptr jpeg) {
  Impl& self = Of(reinterpret_cast<j_common_ptr>(jpeg));
  if (!self.rows_begun || self.ended) self.GiveUp("the data ends early");
  self.ended = true;
  self.reader.next_input_byte = kEndMarker;
  self.reader.bytes_in_buffer = std::size(kEndMarker);
  return TRUE;
}

void JpegSource::Impl::OnSkip(j_decompress_ptr jpeg, long count) {
  jpeg_source_mgr& reader = *jpeg->src;
  const size_t skipped = std::min(static_cast<size_t>(std::max(0L, count)), reader.bytes_in_buffer);
  reader.next_input_byte += skipped;
  reader.bytes_in_buffer -= skipped;
}

JpegSource::JpegSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JpegSource::~JpegSource() = default;

Result<std::unique_ptr<PictureSource>> JpegSource::Open(std::string_view bytes, const Options& options) {
  auto impl = std::make_unique<Impl>(bytes);
  jpeg_decompress_struct& jpeg = impl->jpeg;
  const bool read = impl->Try([&] {
    jpeg_create_decompress(&jpeg);
    jpeg.src = &impl->reader;
    jpeg.progress = &impl->progress;
    jpeg_save_markers(&jpeg, JPEG_APP0 + 1, kMaxMarkerBytes);
    jpeg_save_markers(&jpeg, JPEG_APP0 + 2, kMaxMarkerBytes);
    jpeg_read_header(&jpeg, TRUE);
    if (jpeg.num_components == 3) jpeg_read_icc_profile(&jpeg, &impl->profile, &impl->profile_bytes);
    jpeg_calc_output_dimensions(&jpeg);
  });
  if (!read) return Failed(impl->Damaged("cannot be opened"));
  const bool inks = jpeg.num_components == 4;
  if (jpeg.num_components != 1 && jpeg.num_components != 3 && !(inks && options.like_pil)) return nullptr;
  return std::unique_ptr<PictureSource>(new JpegSource(std::move(impl)));
}

int JpegSource::width() const { return static_cast<int>(impl_->jpeg.output_width); }
int JpegSource::height() const { return static_cast<int>(impl_->jpeg.output_height); }

SampleKind JpegSource::kind() const {
  const int bands = impl_->jpeg.num_components;
  return {.bands = bands, .bits = 8, .grey = bands == 1, .cmyk = bands == 4, .like_pil = bands == 4};
}

std::string_view JpegSource::exif_block() const {
  using std::string_view_literals::operator""sv;
  for (const jpeg_marker_struct* marker = impl_->jpeg.marker_list; marker != nullptr; marker = marker->next) {
    const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
    if (marker->marker == JPEG_APP0 + 1 && data.starts_with("Exif\0\0"sv)) return data;
  }
  return {};
}

std::string_view JpegSource::icc_profile() const {
  return {reinterpret_cast<const char*>(impl_->profile), impl_->profile_bytes};
}

bool JpegSource::Shrink(int factor) {
  impl_->jpeg.scale_num = 1;
  impl_->jpeg.scale_denom = static_cast<unsigned>(factor);
  return impl_->Try([this] { jpeg_calc_output_dimensions(&impl_->jpeg); });
}

Status JpegSource::ReadRows(const TakeRow& take) {
  jpeg_decompress_struct& jpeg = impl_->jpeg;
  const bool inks = jpeg.num_components == 4;
  if (inks) jpeg.out_color_space = JCS_CMYK;
  if (!impl_->Try([&jpeg] { jpeg_start_decompress(&jpeg); })) return impl_->Damaged("ends or is damaged");
  impl_->rows_begun = true;
  const size_t stride = size_t{jpeg.output_width} * static_cast<size_t>(jpeg.num_components);
  std::vector<uint8_t> strip(stride * kRowsAtOnce);
  std::array<JSAMPROW, kRowsAtOnce> rows{};
  for (size_t i = 0; i < kRowsAtOnce; ++i) rows[i] = strip.data() + i * stride;
  while (jpeg.output_scanline < jpeg.output_height) {
    const JDIMENSION first = jpeg.output_scanline;
    if (!impl_->Try([&] { jpeg_read_scanlines(&jpeg, rows.data(), kRowsAtOnce); })) {
      return impl_->Damaged(StrCat("ends or is damaged near row ", first));
    }
    for (JDIMENSION i = 0; i < jpeg.output_scanline - first; ++i) {
      // Photoshop writes inks inverted, and PIL takes it that all programs do.
      if (inks) std::transform(rows[i], rows[i] + stride, rows[i], [](uint8_t ink) { return static_cast<uint8_t>(255 - ink); });
      take(rows[i]);
    }
  }
  return Status();
}

}  // namespace fovea::encoder
