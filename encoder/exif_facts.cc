#include "encoder/exif_facts.h"

#include <exiv2/exiv2.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <exception>

#include "base/log.h"

namespace fovea::encoder {
namespace {

constexpr size_t kMaxTextBytes = 200;

// Printable ASCII (what the standard asks for) without blanks at the ends; other bytes are left out.
std::string Cleaned(std::string_view text) {
  text = text.substr(0, std::min(text.find('\0'), kMaxTextBytes));
  std::string clean;
  for (const char c : text) {
    const auto value = static_cast<uint8_t>(c);
    if (value >= 0x20 && value < 0x7f) clean.push_back(c);
  }
  const size_t first = clean.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return clean.substr(first, clean.find_last_not_of(' ') - first + 1);
}

const Exiv2::Exifdatum* Find(const Exiv2::ExifData& data, const char* key) {
  const auto found = data.findKey(Exiv2::ExifKey(key));
  return found == data.end() || found->count() == 0 ? nullptr : &*found;
}

std::string Text(const Exiv2::ExifData& data, const char* key) {
  const Exiv2::Exifdatum* datum = Find(data, key);
  return datum == nullptr ? std::string() : Cleaned(datum->toString());
}

bool SameIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return std::tolower(static_cast<uint8_t>(x)) == std::tolower(static_cast<uint8_t>(y)); });
}

// "Canon" + "Canon EOS R5" -> "Canon EOS R5"; "NIKON CORPORATION" + "NIKON D850" -> "NIKON D850".
std::string CameraName(const std::string& make, const std::string& model) {
  if (model.empty()) return make;
  const std::string_view first_word = std::string_view(make).substr(0, make.find(' '));
  const bool repeats = !make.empty() && SameIgnoringCase(std::string_view(model).substr(0, first_word.size()), first_word);
  return make.empty() || repeats ? model : make + " " + model;
}

void ReadTaken(const Exiv2::ExifData& data, PictureFacts& facts) {
  struct Source {
    const char* time;
    const char* offset;
  };
  constexpr Source kSources[] = {{"Exif.Photo.DateTimeOriginal", "Exif.Photo.OffsetTimeOriginal"},
                                 {"Exif.Photo.DateTimeDigitized", "Exif.Photo.OffsetTimeDigitized"},
                                 {"Exif.Image.DateTime", "Exif.Photo.OffsetTime"}};
  for (const Source& source : kSources) {
    const auto local = ParseExifTime(Text(data, source.time));
    if (!local) continue;
    facts.taken_at_offset_min = ParseExifOffset(Text(data, source.offset));
    facts.taken_at_ms = *local - int64_t{facts.taken_at_offset_min.value_or(0)} * 60'000;
    return;
  }
}

// Degrees, minutes and seconds as three fractions, the sign from the reference ("S", "W").
std::optional<double> Coordinate(const Exiv2::ExifData& data, const char* key, const char* reference_key, double limit) {
  const Exiv2::Exifdatum* datum = Find(data, key);
  const std::string reference = Text(data, reference_key);
  if (datum == nullptr || datum->count() < 1 || reference.empty()) return std::nullopt;
  double degrees = 0;
  double unit = 1;
  for (long i = 0; i < std::min(3L, static_cast<long>(datum->count())); ++i, unit /= 60) {
    const Exiv2::Rational part = datum->toRational(i);
    if (part.second == 0) {
      if (part.first == 0 && i > 0) continue;  // 0/0: no seconds given
      return std::nullopt;
    }
    degrees += unit * part.first / part.second;
  }
  if (!(degrees >= 0 && degrees <= limit)) return std::nullopt;
  const char direction = reference[0];
  return direction == 'S' || direction == 'W' || direction == 's' || direction == 'w' ? -degrees : degrees;
}

void ReadPlace(const Exiv2::ExifData& data, PictureFacts& facts) {
  const auto latitude = Coordinate(data, "Exif.GPSInfo.GPSLatitude", "Exif.GPSInfo.GPSLatitudeRef", 90);
  const auto longitude = Coordinate(data, "Exif.GPSInfo.GPSLongitude", "Exif.GPSInfo.GPSLongitudeRef", 180);
  // 0, 0 lies in the sea and is what receivers without a fix write.
  if (!latitude || !longitude || (*latitude == 0 && *longitude == 0)) return;
  facts.gps = GeoPoint{.latitude = *latitude, .longitude = *longitude};
}

std::string LensName(const Exiv2::ExifData& data) {
  if (std::string lens = Text(data, "Exif.Photo.LensModel"); !lens.empty()) return lens;
  const auto found = Exiv2::lensName(data);  // the makers' own fields
  if (found == data.end()) return {};
  std::string printed = Cleaned(found->print(&data));
  // An unknown lens prints as its number in brackets.
  return printed.starts_with("(") || printed.find_first_not_of("0123456789 ") == std::string::npos ? std::string() : printed;
}

std::optional<int> Number(std::string_view digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

void InitExif() {
  Exiv2::XmpParser::initialize();
  Exiv2::LogMsg::setLevel(Exiv2::LogMsg::mute);
}

void ReadExif(std::string_view block, PictureFacts& facts) {
  using std::string_view_literals::operator""sv;
  if (block.starts_with("Exif\0\0"sv)) block.remove_prefix(6);
  if (block.size() < 8 || block.size() > UINT32_MAX) return;
  try {
    Exiv2::ExifData data;
    Exiv2::ExifParser::decode(data, reinterpret_cast<const Exiv2::byte*>(block.data()), static_cast<uint32_t>(block.size()));
    if (const Exiv2::Exifdatum* orientation = Find(data, "Exif.Image.Orientation")) {
      const auto value = orientation->toLong();
      if (value >= 1 && value <= 8) facts.orientation = static_cast<int>(value);
    }
    ReadTaken(data, facts);
    ReadPlace(data, facts);
    facts.camera = CameraName(Text(data, "Exif.Image.Make"), Text(data, "Exif.Image.Model"));
    facts.lens = LensName(data);
  } catch (const std::exception& error) {
    LogDebug("EXIF block of ", block.size(), " bytes: ", error.what());
  }
}

std::optional<int64_t> ParseExifTime(std::string_view text) {
  // Some programs write "-", "/" or "." for ":" in the date and "T" for the blank.
  if (text.size() < 19) return std::nullopt;
  constexpr std::array<std::array<size_t, 2>, 6> kFields = {{{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}}};
  std::array<int, 6> value{};
  for (size_t i = 0; i < kFields.size(); ++i) {
    const auto number = Number(text.substr(kFields[i][0], kFields[i][1]));
    if (!number) return std::nullopt;
    value[i] = *number;
  }
  const std::chrono::year_month_day day{std::chrono::year(value[0]), std::chrono::month(static_cast<unsigned>(value[1])),
                                        std::chrono::day(static_cast<unsigned>(value[2]))};
  if (!day.ok() || value[0] < 1800 || value[3] > 23 || value[4] > 59 || value[5] > 60) return std::nullopt;
  const auto moment = std::chrono::sys_days(day) + std::chrono::hours(value[3]) + std::chrono::minutes(value[4]) + std::chrono::seconds(value[5]);
  return std::chrono::duration_cast<std::chrono::milliseconds>(moment.time_since_epoch()).count();
}

std::optional<int> ParseExifOffset(std::string_view text) {
  if (text == "Z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = Number(text.substr(1, 2));
  const auto minutes = Number(text.substr(4, 2));
  if (!hours || !minutes || *hours > 14 || *minutes > 59) return std::nullopt;
  const int offset = *hours * 60 + *minutes;
  return text[0] == '-' ? -offset : offset;
}

}  // namespace fovea::encoder
