#include "indexer/model_mismatch.h"

#include "base/log.h"

namespace fovea::indexer {
namespace {

std::string NameOf(const std::string& id) { return id.substr(0, id.find('@')); }

// In single quotes, so that a shell takes it as one word.
std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char letter : text) quoted += letter == '\'' ? "'\\''" : std::string(1, letter);
  return quoted + "'";
}

}  // namespace

std::string ModelMismatch(const ModelsAtOdds& models) {
  const std::string stored = NameOf(models.stored_id);
  const std::string asked = NameOf(models.asked_id);
  const std::string facts = StrCat("the library ", Quoted(models.library), " holds ", models.photos, " photos as vectors of model ", models.stored_id, " (",
                                   models.stored_dim, " numbers each), asked for ", models.asked_id, " (", models.asked_dim, "); ");
  const std::string stay = stored == asked ? StrCat("to stay, give the folder of the ", stored, " that made it: --model FOLDER; ")
                                           : StrCat("to stay: --model ", Quoted(stored), "; ");
  if (!models.why_not.empty()) return StrCat(facts, stay, models.why_not);
  return StrCat(facts, stay, "to switch: fovea serve --model ", Quoted(asked), "; or index into a new library: fovea index --model ", Quoted(asked), " --data ",
                Quoted(models.library + "." + asked), " FOLDER");
}

}  // namespace fovea::indexer
