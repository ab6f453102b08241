// What NAME and REPO[@REV] mean.
// label: unit
#include "daemon/pull/model_source.h"

#include <gmock/gmock.h>

#include <set>

#include "base/log.h"
#include "tests/support/matchers.h"

namespace fovea::daemon {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using test::IsOk;
using test::StatusIs;

TEST(ModelSource, OpenAisNamesAreKnownInEverySpelling) {
  for (const char* spelling : {"ViT-L/14@336px", "ViT-L-14-336px", "ViT-L-14-336"}) {
    const auto source = ParseModelSource(spelling);
    ASSERT_THAT(source, IsOk()) << spelling;
    EXPECT_EQ(source->name, "ViT-L-14-336px");
    EXPECT_EQ(source->repository, "");
    EXPECT_EQ(source->known->FileName(), "ViT-L-14-336px.pt");
  }
  EXPECT_EQ(ParseModelSource("ViT-B/32")->name, "ViT-B-32");
  EXPECT_EQ(ParseModelSource("RN50x64")->name, "RN50x64");
}

TEST(ModelSource, ARepositoryMayNameARevision) {
  const auto plain = ParseModelSource("laion/CLIP-ViT-B-32-laion2B-s34B-b79K");
  ASSERT_THAT(plain, IsOk());
  EXPECT_EQ(plain->revision, "main");
  EXPECT_NE(plain->known, nullptr);
  const auto fixed = ParseModelSource("owner/model@refs/pr/1");
  ASSERT_THAT(fixed, IsOk());
  EXPECT_EQ(fixed->repository, "owner/model");
  EXPECT_EQ(fixed->revision, "refs/pr/1");
  EXPECT_EQ(fixed->name, "owner/model@refs--pr--1") << "two revisions lie beside each other";
  EXPECT_EQ(fixed->LastName(), "model@refs--pr--1");
}

TEST(ModelSource, WhatCouldLeadOutOfTheFolderIsRefused) {
  for (const char* wrong : {"", "model", "/etc", "../x", "a/..", "a/../b", "./x", ".pull/x", "a/b/c", "a/b@", "a/b@../c", "a/b@/c", "a/b c", "a/-b", "a//b", "a/b--c"}) {
    EXPECT_THAT(ParseModelSource(wrong), StatusIs(StatusCode::kInvalidArgument)) << wrong;
  }
}

TEST(ModelSource, AMisspeltNameIsAnsweredWithTheNearest) {
  EXPECT_THAT(ParseModelSource("ViT-B-23"), StatusIs(StatusCode::kInvalidArgument, AllOf(HasSubstr("ViT-B-32"), HasSubstr("fovea model list"))));
}

TEST(KnownModels, HaveTheirFactsAndEachNameOnce) {
  std::set<std::string_view> names;
  size_t from_openai = 0;
  for (const KnownModel& model : KnownModels()) {
    EXPECT_TRUE(names.insert(model.name).second) << model.name;
    EXPECT_THAT(ParseModelSource(std::string(model.name)), IsOk()) << model.name;
    EXPECT_GT(model.parameters, 100'000'000) << model.name;
    EXPECT_GE(model.MemoryMib(), model.parameters * 4 >> 20) << model.name;
    EXPECT_FALSE(model.licence.empty() || model.quality.empty() || model.languages.empty()) << model.name;
    if (model.sha256.empty()) continue;
    ++from_openai;
    EXPECT_EQ(model.sha256.size(), 64u) << model.name;
    // Half precision but for the token table: between two and three bytes per parameter.
    EXPECT_GT(model.download_mib << 20, model.parameters * 2) << model.name;
    EXPECT_LT(model.download_mib << 20, model.parameters * 3) << model.name;
  }
  EXPECT_EQ(from_openai, 9u);
}

}  // namespace
}  // namespace fovea::daemon
