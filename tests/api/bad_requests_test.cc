#include "tests/api/api_world.h"
// label: integration
//
// Every way in which a question can be wrong, and that each is answered with the name of the field to blame.

namespace fovea::api {
namespace {

struct Wrong {
  std::string target;
  std::string body;  // empty: GET
  int status;
  const char* code;
  const char* pointer;
};

class BadRequests : public testing::Test {
 protected:
  void SetUp() override { world_.StartLibrary(); }
  void ExpectAll(const std::vector<Wrong>& table) {
    for (const Wrong& wrong : table) {
      SCOPED_TRACE(wrong.target + " " + wrong.body.substr(0, 100));
      const HttpReply reply = wrong.body.empty() ? world_.client().Get(wrong.target) : world_.client().Post(wrong.target, wrong.body);
      EXPECT_THAT(reply, IsProblem(wrong.status, wrong.code, wrong.pointer));
    }
    EXPECT_EQ(world_.client().Get("/v1/search?q=red").status, 200);
  }
  ApiWorld world_;
};

TEST_F(BadRequests, InTheAddressOfASearch) {
  ExpectAll({{"/v1/search", "", 400, "missing_field", "/q"},
             {"/v1/search?q=", "", 400, "missing_field", "/q"},
             {"/v1/search?q=%20%0A", "", 400, "missing_field", "/q"},
             {"/v1/search?q=a&k=0", "", 400, "out_of_range", "/k"},
             {"/v1/search?q=a&k=-1", "", 400, "out_of_range", "/k"},
             {"/v1/search?q=a&k=1000000000", "", 400, "out_of_range", "/k"},
             {"/v1/search?q=a&k=1e9", "", 400, "wrong_type", "/k"},
             {"/v1/search?q=a&k=abc", "", 400, "wrong_type", "/k"},
             {"/v1/search?q=a&k=", "", 400, "wrong_type", "/k"},
             {"/v1/search?q=a&k=1&k=2", "", 400, "invalid_argument", "/k"},
             {"/v1/search?q=a&limit=2", "", 400, "unknown_field", "/limit"},
             {"/v1/search?q=%ff", "", 400, "invalid_utf8", "/q"},
             {"/v1/search?q=%C3", "", 400, "invalid_utf8", "/q"},
             {"/v1/search?q=%ED%A0%80", "", 400, "invalid_utf8", "/q"},
             {"/v1/search?q=%zz", "", 400, "invalid_encoding", "/q"},
             {"/v1/search?q=" + std::string(5000, 'a'), "", 400, "too_long", "/q"}});
}

TEST_F(BadRequests, InTheBodyOfASearch) {
  ExpectAll({{"/v1/search", "{", 400, "invalid_json", ""},
             {"/v1/search", "{\"text\":\"\xFF\"}", 400, "invalid_json", ""},
             {"/v1/search", std::string(50'000, '['), 400, "invalid_json", ""},
             {"/v1/search", "null", 400, "wrong_type", ""},
             {"/v1/search", "{}", 400, "missing_field", "/text"},
             {"/v1/search", R"({"text":""})", 400, "missing_field", "/text"},
             {"/v1/search", R"({"text":7})", 400, "wrong_type", "/text"},
             {"/v1/search", R"({"text":null})", 400, "wrong_type", "/text"},
             {"/v1/search", R"({"text":["a"]})", 400, "wrong_type", "/text"},
             {"/v1/search", "{\"text\":\"" + std::string(1'000'000, 'a') + "\"}", 400, "too_long", "/text"},
             {"/v1/search", R"({"text":"a","photo":1})", 400, "invalid_argument", "/photo"},
             {"/v1/search", R"({"text":"a","image":"Zm9v"})", 400, "invalid_argument", "/image"},
             {"/v1/search", R"({"text":"a","topk":5})", 400, "unknown_field", "/topk"},
             {"/v1/search", R"({"text":"a","k":0})", 400, "out_of_range", "/k"},
             {"/v1/search", R"({"text":"a","k":-1})", 400, "out_of_range", "/k"},
             {"/v1/search", R"({"text":"a","k":1000000000})", 400, "out_of_range", "/k"},
             {"/v1/search", R"({"text":"a","k":1e9})", 400, "out_of_range", "/k"},
             {"/v1/search", R"({"text":"a","k":"abc"})", 400, "wrong_type", "/k"},
             {"/v1/search", R"({"text":"a","k":2.5})", 400, "wrong_type", "/k"},
             {"/v1/search", R"({"image":"not base64"})", 400, "invalid_base64", "/image"},
             {"/v1/search", R"({"image":"Zm9v\n"})", 400, "invalid_base64", "/image"},
             {"/v1/search", R"({"image":""})", 400, "missing_field", "/image"},
             {"/v1/search", R"({"photo":"1"})", 400, "wrong_type", "/photo"},
             {"/v1/search", R"({"photo":0})", 400, "out_of_range", "/photo"},
             {"/v1/search", R"({"photo":-5})", 400, "out_of_range", "/photo"},
             {"/v1/search?k=5", R"({"text":"a"})", 400, "unknown_field", "/k"}});
}

TEST_F(BadRequests, ForVectors) {
  std::string many = R"({"texts":["a")";
  for (int i = 0; i < 256; ++i) many += ",\"a\"";
  ExpectAll({{"/v1/embeddings", "{}", 400, "missing_field", "/texts"},
             {"/v1/embeddings", R"({"texts":[]})", 400, "missing_field", "/texts"},
             {"/v1/embeddings", R"({"texts":"a"})", 400, "wrong_type", "/texts"},
             {"/v1/embeddings", R"({"texts":["a",2]})", 400, "wrong_type", "/texts/1"},
             {"/v1/embeddings", R"({"texts":["a",""]})", 400, "missing_field", "/texts/1"},
             {"/v1/embeddings", R"({"texts":[" \n"]})", 400, "missing_field", "/texts/0"},
             {"/v1/embeddings", "{\"texts\":[\"\xFF\"]}", 400, "invalid_json", ""},
             {"/v1/embeddings", R"({"texts":["\ud800"]})", 400, "invalid_json", ""},
             {"/v1/embeddings", R"({"texts":[")" + std::string(1'000'000, 'a') + "\"]}", 400, "too_long", "/texts/0"},
             {"/v1/embeddings", R"({"texts":[")" + std::string(5000, 'a') + "\"]}", 400, "too_long", "/texts/0"},
             {"/v1/embeddings", many + "]}", 400, "too_long", "/texts"},
             {"/v1/embeddings", R"({"images":["!"]})", 400, "invalid_base64", "/images/0"},
             {"/v1/embeddings", R"({"texts":["a"],"normalised":"yes"})", 400, "wrong_type", "/normalised"},
             {"/v1/embeddings", R"({"texts":["a"],"normalized":true})", 400, "unknown_field", "/normalized"}});
}

TEST_F(BadRequests, ForLists) {
  ExpectAll({{"/v1/photos?limit=0", "", 400, "out_of_range", "/limit"},
             {"/v1/photos?limit=1001", "", 400, "out_of_range", "/limit"},
             {"/v1/photos?cursor=x", "", 400, "invalid_cursor", "/cursor"},
             {"/v1/photos?offset=5", "", 400, "unknown_field", "/offset"},
             {"/v1/photos/abc", "", 400, "wrong_type", "/id"},
             {"/v1/photos/0", "", 404, "not_found", "/id"},
             {"/v1/photos/99999999999999999999", "", 404, "not_found", "/id"},
             {"/v1/photos/1/thumbnail?size=15", "", 400, "out_of_range", "/size"},
             {"/v1/photos/1/thumbnail?size=big", "", 400, "wrong_type", "/size"},
             {"/v1/failures?cursor=!!", "", 400, "invalid_cursor", "/cursor"},
             {"/v1/jobs?limit=-1", "", 400, "out_of_range", "/limit"},
             {"/v1/status?verbose=1", "", 400, "unknown_field", "/verbose"}});
}

TEST_F(BadRequests, ToPlacesThatAreNotThere) {
  for (const char* target : {"/v1", "/v1/", "/v1/photo", "/v1/photos/", "/v1/photos/1/", "/v1/photos/1/2/file", "/v1/search/", "/V1/search", "/v2/search",
                             "/..", "//v1/search", "/v1/%2e%2e/search"}) {
    EXPECT_THAT(world_.client().Get(target), IsProblem(404, "no_such_route", "")) << target;
  }
}

TEST_F(BadRequests, WithMethodsThatAPlaceDoesNotTake) {
  const std::tuple<const char*, const char*, const char*> cases[] = {{"PUT", "/v1/roots", "GET, HEAD, POST, OPTIONS"},
                                                                      {"GET", "/v1/roots/1", "DELETE, OPTIONS"},
                                                                      {"POST", "/v1/status", "GET, HEAD, OPTIONS"},
                                                                      {"DELETE", "/v1/search", "GET, HEAD, POST, OPTIONS"},
                                                                      {"PATCH", "/healthz", "GET, HEAD, OPTIONS"},
                                                                      {"BREW", "/healthz", "GET, HEAD, OPTIONS"},
                                                                      {"GET", "/v1/failures/retry", "POST, OPTIONS"}};
  for (const auto& [method, target, allowed] : cases) {
    const HttpReply reply = world_.client().Send({.method = method, .target = target});
    EXPECT_THAT(reply, IsProblem(405, "method_not_allowed", "")) << method << target;
    EXPECT_EQ(reply.Header("Allow"), allowed) << method << target;
  }
  const HttpReply options = world_.client().Send({.method = "OPTIONS", .target = "/v1/roots"});
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.Header("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(options.Header("Access-Control-Allow-Origin"), "");
  EXPECT_EQ(world_.client().Send({.method = "OPTIONS", .target = "*"}).status, 204);
}

TEST_F(BadRequests, ThatAreNotSentAsJson) {
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data"}) {
    const HttpReply reply =
        world_.client().Send({.method = "POST", .target = "/v1/search", .headers = {{"Content-Type", type}}, .body = R"({"text":"red"})"});
    EXPECT_THAT(reply, IsProblem(415, "unsupported_media_type", ""));
  }
}

TEST_F(BadRequests, FromForeignPages) {
  const auto get = [&](const test::HttpHeaders& headers) {
    HttpClient fresh(world_.server().port());
    return fresh.Send({.target = "/v1/status", .headers = headers});
  };
  EXPECT_THAT(get({{"Host", "evil.example"}}), IsProblem(403, "host_not_allowed", ""));
  EXPECT_THAT(get({{"Host", "localhost.evil.example"}}), IsProblem(403, "host_not_allowed", ""));
  EXPECT_THAT(get({{"Origin", "http://evil.example"}}), IsProblem(403, "origin_not_allowed", ""));
  EXPECT_THAT(get({{"Origin", "null"}}), IsProblem(403, "origin_not_allowed", ""));
  EXPECT_THAT(get({{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "no-cors"}}), IsProblem(403, "origin_not_allowed", ""));
  const HttpReply own = get({{"Host", "localhost:8642"}, {"Origin", "http://localhost:8642"}, {"Sec-Fetch-Site", "same-origin"}});
  EXPECT_EQ(own.status, 200);
  EXPECT_EQ(own.Header("Access-Control-Allow-Origin"), "");
  EXPECT_EQ(own.Header("Cross-Origin-Resource-Policy"), "same-origin");

  HttpClient poster(world_.server().port());
  const HttpReply posted = poster.Send({.method = "POST",
                                        .target = "/v1/roots",
                                        .headers = {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}},
                                        .body = R"({"path":"/tmp"})"});
  EXPECT_THAT(posted, IsProblem(403, "origin_not_allowed", ""));
  EXPECT_TRUE(world_.library().Roots().empty());
}

}  // namespace
}  // namespace fovea::api
