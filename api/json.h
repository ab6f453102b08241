#pragma once
// Json and the records of the library as JSON: what the API shows of photos, roots, jobs, failures and the state.
//
// Owns:    nothing.
// Threads: any thread may call.
// Errors:  none: a text that is not UTF-8 is shown with U+FFFD in the place of foreign bytes, and a path then has its exact
//          bytes beside it as base64 (`path_bytes`).
// Units:   as the names say; times are RFC 3339 texts. taken_at without a known offset is local time without "Z".
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "api/http_message.h"
#include "indexer/library.h"

namespace fovea::api {

using Json = nlohmann::ordered_json;

// Compact text; never throws.
std::string Dump(const Json& json);
Response JsonResponse(const Json& json, int status = 200);

// The double that is written with the fewest digits that give the same float again.
double ShortDouble(float value);
// Sets object["path"] and, when `path` is not UTF-8, object["path_bytes"].
void SetPath(Json& object, std::string_view path);
// null when unknown.
Json TakenAt(const storage::PhotoRecord& record);

// "online", "offline", "removing"
std::string_view StateName(storage::RootState state);

Json HitJson(const indexer::SearchHit& hit);
Json SearchJson(const indexer::SearchAnswer& answer);
// In short, as lists show it, and with all that is known.
Json PhotoSummaryJson(const indexer::Photo& photo);
Json PhotoJson(const indexer::Photo& photo);
Json RootJson(const indexer::RootStatus& root);
Json JobJson(const indexer::JobStatus& job);
Json ModelJson(const indexer::ModelStatus& status);
// `root_path` may be empty when the root is gone.
Json FailureJson(const storage::FailureRecord& failure, std::string_view root_path);
Json BackupJson(const storage::BackupFacts& facts);
Json ModelJson(const encoder::ModelInfo& model);
// rows x dim numbers.
Json FeaturesJson(const encoder::Features& features);

}  // namespace fovea::api
