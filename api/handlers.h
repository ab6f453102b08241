#pragma once
// The handlers: one plain function from request to response for every route of router.cc, in handlers_<subject>.cc.
//
// Owns:    nothing.
// Threads: any thread may call; those that work longer than a millisecond block the caller.
// Errors:  a Problem, see docs/api.md.
// Units:   as the parameters' names say.
#include "api/router.h"

namespace fovea::api {

// handlers_search.cc
Answer<Response> SearchByParameters(const Request& request, const Context& context);
Answer<Response> SearchByBody(const Request& request, const Context& context);
Answer<Response> SimilarPhotos(const Request& request, const Context& context);
Answer<Response> MakeEmbeddings(const Request& request, const Context& context);

// handlers_photos.cc
Answer<Response> ListPhotos(const Request& request, const Context& context);
Answer<Response> ShowPhoto(const Request& request, const Context& context);
Answer<Response> ShowThumbnail(const Request& request, const Context& context);
Answer<Response> SendFile(const Request& request, const Context& context);

// handlers_tags.cc
Answer<Response> AddTag(const Request& request, const Context& context);
Answer<Response> RemoveTag(const Request& request, const Context& context);
Answer<Response> ChangeTags(const Request& request, const Context& context);

// handlers_roots.cc
Answer<Response> ListRoots(const Request& request, const Context& context);
Answer<Response> AddRoot(const Request& request, const Context& context);
Answer<Response> RemoveRoot(const Request& request, const Context& context);

// handlers_jobs.cc
Answer<Response> ListJobs(const Request& request, const Context& context);
Answer<Response> ListFailures(const Request& request, const Context& context);
Answer<Response> RetryFailures(const Request& request, const Context& context);
Answer<Response> CancelJob(const Request& request, const Context& context);

// handlers_duplicates.cc
Answer<Response> FindDuplicates(const Request& request, const Context& context);
Answer<Response> ListDuplicates(const Request& request, const Context& context);

// handlers_models.cc
Answer<Response> ListModels(const Request& request, const Context& context);
Answer<Response> SwitchModel(const Request& request, const Context& context);
Answer<Response> PauseJob(const Request& request, const Context& context);
Answer<Response> ResumeJob(const Request& request, const Context& context);

// handlers_backups.cc
Answer<Response> MakeBackup(const Request& request, const Context& context);

// handlers_status.cc
Answer<Response> ShowStatus(const Request& request, const Context& context);
Answer<Response> ShowHealth(const Request& request, const Context& context);
Answer<Response> ShowReadiness(const Request& request, const Context& context);
Answer<Response> ShowMetrics(const Request& request, const Context& context);

// handlers_web.cc
Answer<Response> SendWebAsset(const Request& request, const Context& context);

}  // namespace fovea::api
