#include "api/utf8.h"
// label: unit

#include <gtest/gtest.h>

namespace fovea::api {
namespace {

TEST(Utf8, TakesTextsOfAllLengths) {
  for (const char* text : {"", "a", "ü", "山", "🦊", "\x7F", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
    EXPECT_EQ(ToUtf8(text), text);
  }
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndCutSequences) {
  for (const char* text : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
                           "\xFF", "a\xC3", "\xE5\xB1", "\xF0\x9F\xA6"}) {
    EXPECT_FALSE(IsUtf8(text));
    EXPECT_TRUE(IsUtf8(ToUtf8(text)));
  }
}

TEST(Utf8, ReplacesOnlyTheForeignBytes) {
  EXPECT_EQ(ToUtf8("caf\xE9.jpg"), "caf\uFFFD.jpg");
  EXPECT_EQ(ToUtf8("ü\xFFü"), "ü\uFFFDü");
}

}  // namespace
}  // namespace fovea::api
