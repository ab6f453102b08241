#include "api/cursor.h"
// label: unit

#include <gmock/gmock.h>

#include "api/base64.h"

namespace fovea::api {
namespace {

Request At(const std::string& cursor) { return {.query = {{"cursor", cursor}}}; }

TEST(Cursor, LeadsBackToWhereAListWas) {
  EXPECT_EQ(PhotoCursorOf(At(PhotoCursor({UINT64_MAX}))), storage::PhotoId{UINT64_MAX});
  EXPECT_EQ(PhotoCursorOf({}), storage::PhotoId{0});
  const storage::Location location{.root = {7}, .path = "a:b/caf\xE9.jpg"};
  EXPECT_EQ(FailureCursorOf(At(FailureCursor(location))), location);
  EXPECT_EQ(FailureCursorOf({}), std::nullopt);
}

TEST(Cursor, RefusesWhatIsNotOneOfOurs) {
  for (const std::string& text : {std::string("x"), std::string("p1:7"), std::string("!"), std::string(), FailureCursor({.root = {1}, .path = "a"}),
                                  EncodeBase64Url("p1:"), EncodeBase64Url("p1:-1"), EncodeBase64Url("p1:7x"), EncodeBase64Url("p1:99999999999999999999")}) {
    const auto id = PhotoCursorOf(At(text));
    ASSERT_FALSE(id) << text;
    EXPECT_EQ(id.error().fault, Fault::kInvalidCursor);
    EXPECT_EQ(id.error().parameter, "cursor");
  }
  for (const std::string& text : {PhotoCursor({1}), EncodeBase64Url("f1:"), EncodeBase64Url("f1:7"), EncodeBase64Url("f1:x:a"), EncodeBase64Url("f1::a"),
                                  EncodeBase64Url("f1:4294967296:a")}) {
    EXPECT_FALSE(FailureCursorOf(At(text))) << text;
  }
}

}  // namespace
}  // namespace fovea::api
