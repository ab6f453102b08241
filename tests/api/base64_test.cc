#include "api/base64.h"
// label: unit

#include <gtest/gtest.h>

namespace fovea::api {
namespace {

TEST(Base64, WritesAndReadsTheExamplesOfTheRfc) {
  const std::pair<const char*, const char*> examples[] = {{"", ""},         {"f", "Zg=="},         {"fo", "Zm8="},        {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : examples) {
    EXPECT_EQ(EncodeBase64(bytes), text);
    EXPECT_EQ(DecodeBase64(text), bytes);
  }
}

TEST(Base64, KeepsEveryByte) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) {
    bytes += static_cast<char>(i * 7);
    EXPECT_EQ(DecodeBase64(EncodeBase64(bytes)), bytes);
    EXPECT_EQ(DecodeBase64Url(EncodeBase64Url(bytes)), bytes);
  }
}

TEST(Base64, RefusesWhatIsNotExact) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zm9v\n", " Zm9v", "Zm 9", "Zm9v====", "Zh==", "Zm9=", "Zm-_", "Zm9v!", "Z=9v",
                           "Zm\xC3\xA4"}) {
    EXPECT_EQ(DecodeBase64(text), std::nullopt) << text;
  }
}

TEST(Base64, TakesTheAlphabetOfAddressesWithoutPadding) {
  EXPECT_EQ(EncodeBase64("\xFB\xFF"), "+/8=");
  EXPECT_EQ(EncodeBase64Url("\xFB\xFF"), "-_8");
  EXPECT_EQ(DecodeBase64Url("-_8"), "\xFB\xFF");
  EXPECT_EQ(DecodeBase64Url("-_8="), std::nullopt);
  EXPECT_EQ(DecodeBase64Url("+/8"), std::nullopt);
}

}  // namespace
}  // namespace fovea::api
