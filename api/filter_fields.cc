#include "api/filter_fields.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "api/json_fields.h"
#include "api/parameters.h"
#include "base/log.h"

namespace fovea::api {
namespace {

using indexer::Filter;
using Kind = Filter::Kind;

constexpr size_t kMaxTextBytes = 4096;
constexpr int kMaxDepth = 8;
constexpr size_t kMaxParts = 64;  // of one `and` or `or`, values of one list
constexpr int64_t kDayMs = 86'400'000;
constexpr double kMostBytes = 1e15, kMostPixels = 1e12;

std::unexpected<Problem> Wrong(const std::string& pointer, std::string_view wanted) {
  return RefuseField(Fault::kWrongType, pointer, StrCat(pointer.substr(pointer.rfind('/') + 1), " must be ", wanted));
}

Answer<std::string> TextOf(const Json& json, const std::string& pointer) {
  if (!json.is_string()) return Wrong(pointer, "a text");
  const auto text = json.get<std::string>();
  if (text.empty()) return RefuseField(Fault::kInvalidArgument, pointer, "must not be empty");
  if (text.size() > kMaxTextBytes) return RefuseField(Fault::kTooLong, pointer, StrCat("must be at most ", kMaxTextBytes, " bytes"));
  return text;
}

Answer<double> NumberOf(const Json& json, const std::string& pointer, double least, double most) {
  if (!json.is_number()) return Wrong(pointer, "a number");
  const double number = json.get<double>();
  if (!(number >= least && number <= most)) return RefuseField(Fault::kOutOfRange, pointer, StrCat("must be between ", least, " and ", most));
  return number;
}

// Every field of an object, by the reader for its name; one that has none is refused.
template <typename Reader>
Answer<void> EachField(const Json& json, const std::string& pointer, Reader read) {
  if (!json.is_object()) return Wrong(pointer, "an object");
  for (const auto& [name, value] : json.items()) TRY(read(name, value, pointer + "/" + name));
  return {};
}

std::unexpected<Problem> Unknown(const std::string& pointer, std::string_view known) {
  return RefuseField(Fault::kUnknownField, pointer, StrCat("not a field here; there are ", known));
}

bool ReadDigits(std::string_view text, size_t at, size_t count, int& number) {
  const char* begin = text.data() + at;
  return text.size() >= at + count && *begin != '-' && std::from_chars(begin, begin + count, number).ptr == begin + count;
}

// "2019-07-14" or "2019-07-14T16:02:11" in local milliseconds.
Answer<std::pair<int64_t, bool>> MomentOf(const Json& json, const std::string& pointer) {
  TRY_ASSIGN(const std::string text, TextOf(json, pointer));
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  const bool has_date = ReadDigits(text, 0, 4, year) && ReadDigits(text, 5, 2, month) && ReadDigits(text, 8, 2, day) && text[4] == '-' && text[7] == '-';
  const bool only_date = text.size() == 10;
  const bool has_time = text.size() == 19 && text[10] == 'T' && ReadDigits(text, 11, 2, hour) && ReadDigits(text, 14, 2, minute) &&
                        ReadDigits(text, 17, 2, second) && text[13] == ':' && text[16] == ':';
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)), std::chrono::day(static_cast<unsigned>(day))};
  if (!has_date || (!only_date && !has_time) || !date.ok() || hour > 23 || minute > 59 || second > 59) {
    return RefuseField(Fault::kInvalidArgument, pointer, "must be a day such as 2019-07-14, or a moment such as 2019-07-14T16:02:11 (no time zone)");
  }
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return std::pair(days * kDayMs + ((int64_t{hour} * 60 + minute) * 60 + second) * 1000, only_date);
}

// A last day counts whole, a last moment to its second.
Answer<Filter> DateOf(const Json& json, const std::string& pointer) {
  Filter filter{.kind = Kind::kTaken};
  TRY(EachField(json, pointer, [&](const std::string& name, const Json& value, const std::string& at) -> Answer<void> {
    if (name != "from" && name != "to") return Unknown(at, "from and to");
    TRY_ASSIGN(const auto moment, MomentOf(value, at));
    if (name == "from") filter.least = moment.first;
    if (name == "to") filter.most = moment.first + (moment.second ? kDayMs : 1000);
    return {};
  }));
  if (filter.most <= filter.least) return RefuseField(Fault::kInvalidArgument, pointer, "from lies after to");
  return filter;
}

Answer<Filter> RangeOf(Kind kind, double unit, double largest, const Json& json, const std::string& pointer) {
  Filter filter{.kind = kind};
  TRY(EachField(json, pointer, [&](const std::string& name, const Json& value, const std::string& at) -> Answer<void> {
    if (name != "min" && name != "max") return Unknown(at, "min and max");
    TRY_ASSIGN(const double number, NumberOf(value, at, 0, largest / unit));
    if (name == "min") filter.least = static_cast<int64_t>(std::ceil(number * unit));
    if (name == "max") filter.most = static_cast<int64_t>(std::floor(number * unit));
    return {};
  }));
  if (filter.most < filter.least) return RefuseField(Fault::kInvalidArgument, pointer, "min is larger than max");
  return filter;
}

Answer<Filter> PlaceOf(const Json& json, const std::string& pointer) {
  if (!json.is_object()) return Wrong(pointer, "an object");
  const bool round = json.contains("radius_km");
  Filter filter{.kind = round ? Kind::kRadius : Kind::kBox};
  struct Part {
    std::string_view name;
    double Filter::*place;
    double most;
  };
  static constexpr std::array<Part, 2> kRound = {{{"latitude", &Filter::latitude, 90}, {"longitude", &Filter::longitude, 180}}};
  static constexpr std::array<Part, 4> kBox = {{{"south", &Filter::south, 90}, {"west", &Filter::west, 180}, {"north", &Filter::north, 90}, {"east", &Filter::east, 180}}};
  const std::span<const Part> parts = round ? std::span<const Part>(kRound) : std::span<const Part>(kBox);
  for (const Part& part : parts) {
    if (json.contains(part.name)) continue;
    return RefuseField(Fault::kMissingField, StrCat(pointer, "/", part.name), "give south, west, north and east, or latitude, longitude and radius_km");
  }
  TRY(EachField(json, pointer, [&](const std::string& name, const Json& value, const std::string& at) -> Answer<void> {
    if (round && name == "radius_km") {
      TRY_ASSIGN(filter.radius_m, NumberOf(value, at, 0, 20'040));
      filter.radius_m *= 1000;
      return {};
    }
    const auto part = std::ranges::find(parts, name, &Part::name);
    if (part == parts.end()) return Unknown(at, round ? "latitude, longitude and radius_km" : "south, west, north and east");
    TRY_ASSIGN(filter.*part->place, NumberOf(value, at, -part->most, part->most));
    return {};
  }));
  if (!round && filter.south > filter.north) return RefuseField(Fault::kInvalidArgument, pointer, "south lies north of north");
  return filter;
}

// One value or a list of them, of which one must fit.
template <typename ReadOne>
Answer<Filter> OneOf(const Json& json, const std::string& pointer, ReadOne read) {
  if (!json.is_array()) return read(json, pointer);
  if (json.size() > kMaxParts) return RefuseField(Fault::kTooLong, pointer, StrCat("has at most ", kMaxParts, " values"));
  Filter any{.kind = Kind::kAny};
  for (size_t i = 0; i < json.size(); ++i) {
    TRY_ASSIGN(Filter part, read(json[i], StrCat(pointer, "/", i)));
    any.parts.push_back(std::move(part));
  }
  return any;
}

Answer<Filter> YearOf(const Json& json, const std::string& pointer) {
  TRY_ASSIGN(const double number, NumberOf(json, pointer, 1, 9999));
  if (!json.is_number_integer()) return Wrong(pointer, "a year");
  const auto first_day = [](int year) { return std::chrono::sys_days(std::chrono::year(year) / 1 / 1).time_since_epoch().count() * kDayMs; };
  const int year = static_cast<int>(number);
  return Filter{.kind = Kind::kTaken, .least = first_day(year), .most = first_day(year + 1)};
}

Answer<Filter> WholeNumberOf(Kind kind, double most, const Json& json, const std::string& pointer) {
  if (!json.is_number_integer()) return Wrong(pointer, "an integer");
  TRY_ASSIGN(const double number, NumberOf(json, pointer, 1, most));
  return Filter{.kind = kind, .number = static_cast<int64_t>(number)};
}

Answer<Filter> ShapeOf(const Json& json, const std::string& pointer) {
  TRY_ASSIGN(const std::string text, TextOf(json, pointer));
  if (text == "landscape") return Filter{.kind = Kind::kShape, .shape = indexer::Shape::kLandscape};
  if (text == "portrait") return Filter{.kind = Kind::kShape, .shape = indexer::Shape::kPortrait};
  if (text == "square") return Filter{.kind = Kind::kShape, .shape = indexer::Shape::kSquare};
  return RefuseField(Fault::kInvalidArgument, pointer, "must be landscape, portrait or square");
}

Answer<Filter> WordsOf(Kind kind, const Json& json, const std::string& pointer) {
  TRY_ASSIGN(std::string text, TextOf(json, pointer));
  if (kind == Kind::kFolder) {
    if (!text.starts_with('/')) return RefuseField(Fault::kInvalidArgument, pointer, "must be an absolute path: begin with \"/\"");
    while (text.ends_with('/')) text.pop_back();
  }
  return Filter{.kind = kind, .text = std::move(text)};
}

Answer<Filter> ReadNested(const Json& json, const std::string& pointer, int depth);

Answer<Filter> PartsOf(Kind kind, const Json& json, const std::string& pointer, int depth) {
  if (kind == Kind::kNot) {
    TRY_ASSIGN(Filter part, ReadNested(json, pointer, depth));
    return Filter{.kind = kind, .parts = {std::move(part)}};
  }
  if (!json.is_array()) return Wrong(pointer, "a list of filters");
  if (json.size() > kMaxParts) return RefuseField(Fault::kTooLong, pointer, StrCat("has at most ", kMaxParts, " filters"));
  Filter filter{.kind = kind};
  for (size_t i = 0; i < json.size(); ++i) {
    TRY_ASSIGN(Filter part, ReadNested(json[i], StrCat(pointer, "/", i), depth));
    filter.parts.push_back(std::move(part));
  }
  return filter;
}

Answer<Filter> ReadField(const std::string& name, const Json& json, const std::string& at, int depth) {
  if (name == "and") return PartsOf(Kind::kAll, json, at, depth);
  if (name == "or") return PartsOf(Kind::kAny, json, at, depth);
  if (name == "not") return PartsOf(Kind::kNot, json, at, depth);
  if (name == "date") return DateOf(json, at);
  if (name == "place") return PlaceOf(json, at);
  if (name == "width") return RangeOf(Kind::kWidth, 1, kMostPixels, json, at);
  if (name == "height") return RangeOf(Kind::kHeight, 1, kMostPixels, json, at);
  if (name == "megapixels") return RangeOf(Kind::kPixels, 1e6, kMostPixels, json, at);
  if (name == "bytes") return RangeOf(Kind::kBytes, 1, kMostBytes, json, at);
  const auto words = [&](Kind kind) { return OneOf(json, at, [kind](const Json& one, const std::string& where) { return WordsOf(kind, one, where); }); };
  if (name == "folder") return words(Kind::kFolder);
  if (name == "glob") return words(Kind::kGlob);
  if (name == "camera") return words(Kind::kCamera);
  if (name == "lens") return words(Kind::kLens);
  if (name == "type") return words(Kind::kType);
  if (name == "tag") return words(Kind::kTag);
  if (name == "shape") return OneOf(json, at, ShapeOf);
  if (name == "year") return OneOf(json, at, YearOf);
  if (name == "month") return OneOf(json, at, [](const Json& one, const std::string& where) { return WholeNumberOf(Kind::kMonth, 12, one, where); });
  if (name == "root") return OneOf(json, at, [](const Json& one, const std::string& where) { return WholeNumberOf(Kind::kRoot, UINT32_MAX, one, where); });
  return Unknown(at, "and, or, not, folder, glob, date, year, month, camera, lens, type, tag, shape, root, width, height, megapixels, bytes and place");
}

Answer<Filter> ReadNested(const Json& json, const std::string& pointer, int depth) {
  if (depth == 0) return RefuseField(Fault::kInvalidArgument, pointer, StrCat("filters are nested deeper than ", kMaxDepth));
  Filter all{.kind = Kind::kAll};
  TRY(EachField(json, pointer, [&](const std::string& name, const Json& value, const std::string& at) -> Answer<void> {
    TRY_ASSIGN(Filter part, ReadField(name, value, at, depth - 1));
    all.parts.push_back(std::move(part));
    return {};
  }));
  if (all.parts.size() == 1) return std::move(all.parts.front());
  return all;
}

}  // namespace

Answer<Filter> ReadFilter(const Json& json, const std::string& pointer) { return ReadNested(json, pointer, kMaxDepth); }

Answer<std::optional<Filter>> FilterParameter(const Request& request) {
  const auto text = FindParameter(request, "filter");
  if (!text) return std::optional<Filter>();
  const auto fields = JsonFields::ParseText(std::string(*text));
  if (!fields) return RefuseParameter(fields.error().fault, "filter", "filter: " + fields.error().detail);
  return ReadFilter(fields->All(), "/filter");
}

}  // namespace fovea::api
