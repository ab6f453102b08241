// label: unit
#include "api/filter_fields.h"

#include <gmock/gmock.h>

namespace fovea::api {
namespace {

using indexer::Filter;
using Kind = Filter::Kind;
using testing::HasSubstr;

Answer<Filter> Read(const std::string& text) { return ReadFilter(Json::parse(text), "/filter"); }

Filter Good(const std::string& text) {
  const Answer<Filter> filter = Read(text);
  EXPECT_TRUE(filter) << text << ": " << filter.error().pointer << " " << filter.error().detail;
  return filter ? *filter : Filter();
}

void ExpectRefused(const std::string& text, Fault fault, const std::string& pointer) {
  const Answer<Filter> filter = Read(text);
  ASSERT_FALSE(filter) << text;
  EXPECT_EQ(filter.error().fault, fault) << text << ": " << filter.error().detail;
  EXPECT_EQ(filter.error().pointer, pointer) << text;
  EXPECT_FALSE(filter.error().detail.empty());
}

TEST(FilterFields, ReadsEachField) {
  EXPECT_EQ(Good(R"({"folder": "/home/me/"})").text, "/home/me");
  EXPECT_EQ(Good(R"({"glob": "**/*.jpg"})").kind, Kind::kGlob);
  EXPECT_EQ(Good(R"({"camera": "Canon"})").kind, Kind::kCamera);
  EXPECT_EQ(Good(R"({"lens": "50mm"})").kind, Kind::kLens);
  EXPECT_EQ(Good(R"({"type": "png"})").kind, Kind::kType);
  EXPECT_EQ(Good(R"({"month": 7})").number, 7);
  EXPECT_EQ(Good(R"({"root": 3})").kind, Kind::kRoot);
  EXPECT_EQ(Good(R"({"shape": "portrait"})").shape, indexer::Shape::kPortrait);
  EXPECT_EQ(Good(R"({"width": {"min": 100}})").least, 100);
  EXPECT_EQ(Good(R"({"megapixels": {"min": 1.5, "max": 12}})").least, 1'500'000);
  EXPECT_EQ(Good(R"({"bytes": {"max": 1000}})").most, 1000);
  EXPECT_EQ(Good(R"({"place": {"south": 1, "west": 170, "north": 3, "east": -170}})").kind, Kind::kBox);
  EXPECT_EQ(Good(R"({"place": {"latitude": 48.8, "longitude": 2.3, "radius_km": 1.5}})").radius_m, 1500);
}

TEST(FilterFields, ReadsDaysWholeAndYears) {
  constexpr int64_t kDay = 86'400'000;
  const Filter days = Good(R"({"date": {"from": "2020-01-01", "to": "2020-01-31"}})");
  EXPECT_EQ(days.least, 18'262 * kDay);
  EXPECT_EQ(days.most, 18'293 * kDay);
  const Filter moment = Good(R"({"date": {"to": "2020-01-01T00:00:10"}})");
  EXPECT_EQ(moment.most, 18'262 * kDay + 11'000);
  EXPECT_EQ(moment.least, std::numeric_limits<int64_t>::min());
  const Filter year = Good(R"({"year": 2020})");
  EXPECT_EQ(year.least, 18'262 * kDay);
  EXPECT_EQ(year.most, 18'628 * kDay);
}

TEST(FilterFields, Combines) {
  const Filter both = Good(R"({"year": 2020, "camera": "Canon"})");
  EXPECT_EQ(both.kind, Kind::kAll);
  EXPECT_EQ(both.parts.size(), 2u);
  const Filter any = Good(R"({"type": ["png", "gif"]})");
  EXPECT_EQ(any.kind, Kind::kAny);
  EXPECT_EQ(any.parts[1].text, "gif");
  const Filter nested = Good(R"({"or": [{"month": 7}, {"not": {"and": [{"month": 8}, {"shape": "square"}]}}]})");
  EXPECT_EQ(nested.parts[1].parts[0].parts[1].kind, Kind::kShape);
  EXPECT_EQ(Good("{}").parts.size(), 0u);
}

TEST(FilterFields, NamesWhatMakesNoSense) {
  ExpectRefused(R"({"colour": "red"})", Fault::kUnknownField, "/filter/colour");
  ExpectRefused(R"([])", Fault::kWrongType, "/filter");
  ExpectRefused(R"({"or": {}})", Fault::kWrongType, "/filter/or");
  ExpectRefused(R"({"or": [{"month": 13}]})", Fault::kOutOfRange, "/filter/or/0/month");
  ExpectRefused(R"({"month": 1.5})", Fault::kWrongType, "/filter/month");
  ExpectRefused(R"({"year": "2019"})", Fault::kWrongType, "/filter/year");
  ExpectRefused(R"({"year": [2019, 0]})", Fault::kOutOfRange, "/filter/year/1");
  for (const char* date : {"2019-02-29", "2019-13-01", "yesterday", "2019-1-1", "2019-01-01T24:00:00", "2019-01-01Z", "-019-01-01", ""}) {
    ExpectRefused(Json{{"date", {{"from", date}}}}.dump(), Fault::kInvalidArgument, "/filter/date/from");
  }
  ExpectRefused(R"({"date": {"from": "2020-01-02", "to": "2020-01-01"}})", Fault::kInvalidArgument, "/filter/date");
  ExpectRefused(R"({"date": {"until": "2020-01-02"}})", Fault::kUnknownField, "/filter/date/until");
  ExpectRefused(R"({"date": "2020-01-02"})", Fault::kWrongType, "/filter/date");
  ExpectRefused(R"({"folder": "2019"})", Fault::kInvalidArgument, "/filter/folder");
  ExpectRefused(R"({"folder": ""})", Fault::kInvalidArgument, "/filter/folder");
  ExpectRefused(R"({"width": {"min": 5, "max": 4}})", Fault::kInvalidArgument, "/filter/width");
  ExpectRefused(R"({"width": {"min": -1}})", Fault::kOutOfRange, "/filter/width/min");
  ExpectRefused(R"({"width": 5})", Fault::kWrongType, "/filter/width");
  ExpectRefused(R"({"place": {"south": 1, "north": 2, "east": 3}})", Fault::kMissingField, "/filter/place/west");
  ExpectRefused(R"({"place": {"latitude": 91, "longitude": 0, "radius_km": 1}})", Fault::kOutOfRange, "/filter/place/latitude");
  ExpectRefused(R"({"place": {"latitude": 1, "longitude": 0, "radius_km": 1, "south": 2}})", Fault::kUnknownField, "/filter/place/south");
  ExpectRefused(R"({"place": {"south": 3, "west": 0, "north": 2, "east": 3}})", Fault::kInvalidArgument, "/filter/place");
  ExpectRefused(R"({"shape": "round"})", Fault::kInvalidArgument, "/filter/shape");
}

TEST(FilterFields, BoundsSizeAndDepth) {
  std::string deep = "{}", pointer = "/filter";
  for (int i = 0; i < 20; ++i) deep = R"({"not": )" + deep + "}";
  EXPECT_EQ(Read(deep).error().fault, Fault::kInvalidArgument);
  Json many = {{"or", Json::array()}};
  for (int i = 0; i < 65; ++i) many["or"].push_back(Json::object());
  ExpectRefused(many.dump(), Fault::kTooLong, "/filter/or");
  ExpectRefused(Json{{"camera", std::string(5000, 'x')}}.dump(), Fault::kTooLong, "/filter/camera");
}

}  // namespace
}  // namespace fovea::api
