#include "api/http_range.h"
// label: unit

#include <gmock/gmock.h>

namespace fovea::api {
namespace {

constexpr const char* kTag = "\"tag\"";

Request With(const std::string& name, const std::string& value) { return {.headers = {{name, value}}}; }

std::string PartOf(const std::string& range, int64_t total) {
  const auto part = RequestedRange(With("range", range), total, kTag);
  if (!part) return part.error().fault == Fault::kRangeNotSatisfiable ? "416 " + part.error().headers.at(0).value : "?";
  return *part ? std::to_string((*part)->first) + "-" + std::to_string((*part)->last) : "whole";
}

TEST(HttpRange, CutsToTheFile) {
  EXPECT_EQ(PartOf("bytes=0-9", 100), "0-9");
  EXPECT_EQ(PartOf("bytes=90-", 100), "90-99");
  EXPECT_EQ(PartOf("bytes=90-1000", 100), "90-99");
  EXPECT_EQ(PartOf("bytes=-10", 100), "90-99");
  EXPECT_EQ(PartOf("bytes=-1000", 100), "0-99");
  EXPECT_EQ(PartOf("bytes=0-99999999999999999999", 100), "0-99");
}

TEST(HttpRange, RefusesPartsBehindTheEnd) {
  EXPECT_EQ(PartOf("bytes=100-", 100), "416 bytes */100");
  EXPECT_EQ(PartOf("bytes=99999999999999999999-", 100), "416 bytes */100");
  EXPECT_EQ(PartOf("bytes=-0", 100), "416 bytes */100");
  EXPECT_EQ(PartOf("bytes=0-", 0), "416 bytes */0");
}

TEST(HttpRange, PassesOverWhatItDoesNotUnderstand) {
  for (const char* range : {"", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "lines=0-9", "bytes=0-1,5-6", "bytes=+1-2", "bytes=0x1-2"}) {
    EXPECT_EQ(PartOf(range, 100), "whole") << range;
  }
}

TEST(HttpRange, SendsTheWholeWhenTheFileIsAnotherOne) {
  Request request = With("range", "bytes=0-9");
  request.headers.push_back({"if-range", "\"older\""});
  EXPECT_EQ(*RequestedRange(request, 100, kTag), std::nullopt);
  request.headers[1].value = kTag;
  EXPECT_TRUE(RequestedRange(request, 100, kTag)->has_value());
}

TEST(HttpRange, KnowsWhatTheClientHas) {
  for (const char* list : {"\"tag\"", "*", "\"a\", \"tag\"", "W/\"tag\"", "\"a\",W/\"tag\" "}) {
    EXPECT_TRUE(IsNotModified(With("if-none-match", list), kTag)) << list;
  }
  for (const char* list : {"", "\"other\"", "tag", "\"tag", "\"a\", \"b\""}) {
    EXPECT_FALSE(IsNotModified(With("if-none-match", list), kTag)) << list;
  }
  EXPECT_FALSE(IsNotModified({}, kTag));
}

}  // namespace
}  // namespace fovea::api
