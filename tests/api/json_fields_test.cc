#include "api/json_fields.h"
// label: unit

#include <gmock/gmock.h>

namespace fovea::api {
namespace {

using testing::ElementsAre;

Request WithBody(std::string body) { return {.method = "POST", .headers = {{"content-type", "application/json"}}, .body = std::move(body)}; }

JsonFields Parsed(std::string body) {
  auto fields = JsonFields::Parse(WithBody(std::move(body)));
  EXPECT_TRUE(fields);
  return *std::move(fields);
}

// "<fault's status and pointer>" of the refusal, or "ok".
template <typename T>
std::pair<Fault, std::string> Refusal(const Answer<T>& answer) {
  EXPECT_FALSE(answer);
  return answer ? std::pair(Fault::kInternal, std::string("no refusal")) : std::pair(answer.error().fault, answer.error().pointer);
}
std::pair<Fault, std::string> Is(Fault fault, const std::string& pointer) { return {fault, pointer}; }

TEST(JsonFields, TellsWhereTheJsonBreaksOff) {
  const struct {
    const char* body;
    int64_t position;
    const char* place;
  } cases[] = {{"{\"a\":1", 6, "line 1, column 6"},       {"{\n  \"a\": x}", 10, "line 2, column 8"}, {"nonsense", 2, "line 1, column 2"},
               {"{\"a\":\"\xFF\"}", 7, "line 1, column 7"}, {"{} {}", 4, "line 1, column 4"},          {"{\"a\":\"\\ud800\"}", 13, "line 1, column 13"}};
  for (const auto& c : cases) {
    const auto fields = JsonFields::Parse(WithBody(c.body));
    ASSERT_FALSE(fields) << c.body;
    EXPECT_EQ(fields.error().fault, Fault::kInvalidJson);
    EXPECT_EQ(fields.error().position, c.position) << c.body;
    EXPECT_THAT(fields.error().detail, testing::HasSubstr(c.place)) << c.body;
  }
}

TEST(JsonFields, RefusesEveryCutOfAGoodBody) {
  const std::string body = R"({"text": "a \"dog\" \u00fc", "k": 12, "list": ["a", {"b": [1.5e3, null, true]}]})";
  for (size_t length = 1; length < body.size(); ++length) {
    EXPECT_EQ(Refusal(JsonFields::Parse(WithBody(body.substr(0, length)))), Is(Fault::kInvalidJson, "")) << length;
  }
  EXPECT_TRUE(JsonFields::Parse(WithBody(body)));
}

TEST(JsonFields, BoundsTheTreeBeforeItGrows) {
  EXPECT_EQ(Refusal(JsonFields::Parse(WithBody(std::string(1'000'000, '[')))), Is(Fault::kInvalidJson, ""));
  std::string many = "{\"a\":[0";
  for (int i = 0; i < 100'001; ++i) many += ",0";
  EXPECT_EQ(Refusal(JsonFields::Parse(WithBody(many + "]}"))), Is(Fault::kInvalidJson, ""));
  EXPECT_TRUE(JsonFields::Parse(WithBody("{\"text\":\"" + std::string(200'000, ',') + "[[[[[[[[[[[[[[[[[[[[[[[[\"}")));
}

TEST(JsonFields, RefusesNumbersBeyondAllBounds) {
  EXPECT_EQ(Refusal(JsonFields::Parse(WithBody("{\"k\":1e999}"))), Is(Fault::kInvalidJson, ""));
}

TEST(JsonFields, WantsAnObjectSentAsJson) {
  EXPECT_EQ(Refusal(JsonFields::Parse(WithBody("[1]"))), Is(Fault::kWrongType, ""));
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonx"}) {
    EXPECT_EQ(Refusal(JsonFields::Parse({.headers = {{"content-type", type}}, .body = "{}"})), Is(Fault::kUnsupportedMediaType, ""));
  }
  EXPECT_EQ(Refusal(JsonFields::Parse({.body = "{}"})), Is(Fault::kUnsupportedMediaType, ""));
  EXPECT_TRUE(JsonFields::Parse({.headers = {{"content-type", "Application/JSON ; charset=utf-8"}}, .body = "{}"}));
  EXPECT_TRUE(JsonFields::Parse({}));
}

TEST(JsonFields, NamesUnknownFields) {
  EXPECT_EQ(Refusal(Parsed(R"({"k":1,"bogus":2})").Only({"k"})), Is(Fault::kUnknownField, "/bogus"));
  EXPECT_EQ(Refusal(Parsed(R"({"a/b~c":2})").Only({"k"})), Is(Fault::kUnknownField, "/a~1b~0c"));
  EXPECT_TRUE(Parsed(R"({"k":1})").Only({"k", "text"}));
}

TEST(JsonFields, ReadsIntegersWithinTheirRange) {
  const IntegerRange range{.min = 1, .max = 1000, .otherwise = 50};
  const auto integer = [&](const std::string& value) { return Parsed("{\"k\":" + value + "}").Integer("k", range); };
  EXPECT_EQ(Parsed("{}").Integer("k", range), 50);
  for (const char* value : {"7", "7.0", "0.7e1"}) EXPECT_EQ(integer(value), 7) << value;
  for (const char* value : {"0", "-1", "1000000000", "1e9", "1001", "99999999999999999999", "-99999999999999999999", "0.5", "1e300"}) {
    EXPECT_EQ(Refusal(integer(value)), Is(Fault::kOutOfRange, "/k")) << value;
  }
  for (const char* value : {"\"7\"", "null", "true", "[7]", "{}", "7.5"}) EXPECT_EQ(Refusal(integer(value)), Is(Fault::kWrongType, "/k")) << value;
}

TEST(JsonFields, ReadsTexts) {
  EXPECT_EQ(Parsed(R"({"text":"ü"})").Text("text", 2), "ü");
  EXPECT_EQ(Refusal(Parsed(R"({"text":"üa"})").Text("text", 2)), Is(Fault::kTooLong, "/text"));
  EXPECT_EQ(Refusal(Parsed(R"({"text":5})").Text("text", 2)), Is(Fault::kWrongType, "/text"));
  EXPECT_EQ(Refusal(Parsed("{}").Text("text", 2)), Is(Fault::kMissingField, "/text"));
}

TEST(JsonFields, ReadsBase64Strictly) {
  EXPECT_EQ(Parsed(R"({"image":"Zm9v"})").Base64("image"), "foo");
  EXPECT_EQ(Refusal(Parsed(R"({"image":"Zm9"})").Base64("image")), Is(Fault::kInvalidBase64, "/image"));
  EXPECT_EQ(Refusal(Parsed(R"({"image":""})").Base64("image")), Is(Fault::kMissingField, "/image"));
  EXPECT_EQ(Refusal(Parsed(R"({"image":[]})").Base64("image")), Is(Fault::kWrongType, "/image"));
}

TEST(JsonFields, ReadsBooleans) {
  EXPECT_EQ(Parsed("{}").Boolean("normalised", true), true);
  EXPECT_EQ(Parsed(R"({"normalised":false})").Boolean("normalised", true), false);
  EXPECT_EQ(Refusal(Parsed(R"({"normalised":0})").Boolean("normalised", true)), Is(Fault::kWrongType, "/normalised"));
}

TEST(JsonFields, NamesTheItemOfAListThatIsWrong) {
  const ListLimits limits{.max_items = 3, .max_bytes = 4};
  EXPECT_THAT(*Parsed(R"({"texts":["a","b"]})").Texts("texts", limits), ElementsAre("a", "b"));
  EXPECT_THAT(*Parsed(R"({"images":["Zm9v"]})").Base64s("images", limits), ElementsAre("foo"));
  EXPECT_EQ(Refusal(Parsed(R"({"texts":["a",1]})").Texts("texts", limits)), Is(Fault::kWrongType, "/texts/1"));
  EXPECT_EQ(Refusal(Parsed(R"({"texts":["a","b","ccccc"]})").Texts("texts", limits)), Is(Fault::kTooLong, "/texts/2"));
  EXPECT_EQ(Refusal(Parsed(R"({"texts":["a","b","c","d"]})").Texts("texts", limits)), Is(Fault::kTooLong, "/texts"));
  EXPECT_EQ(Refusal(Parsed(R"({"texts":[]})").Texts("texts", limits)), Is(Fault::kMissingField, "/texts"));
  EXPECT_EQ(Refusal(Parsed(R"({"texts":"a"})").Texts("texts", limits)), Is(Fault::kWrongType, "/texts"));
  EXPECT_EQ(Refusal(Parsed(R"({"images":["Zm9v","!"]})").Base64s("images", limits)), Is(Fault::kInvalidBase64, "/images/1"));
}

}  // namespace
}  // namespace fovea::api
