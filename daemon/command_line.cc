#include "daemon/command_line.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

#include "base/log.h"
#include "daemon/nearest_name.h"
#include "daemon/version.h"

namespace fovea::daemon {
namespace {

constexpr int kManyValues = 100'000;
constexpr uint64_t kHitsShown = 50;

// The parser and the variables that it fills; the variables must not move while it lives.
struct Parser {
  CLI::App app{"fovea finds pictures by what is on them. It watches folders, and answers over HTTP on this machine."};
  CommandLine line;
  std::vector<std::string> texts;   // embed
  std::vector<std::string> images;  // embed, search
  std::string query;                // search
  bool all = false;                 // search
  CLI::App* search = nullptr;
  CLI::App* embed = nullptr;
};

std::string HelpOf(const SettingKey& key) {
  std::string help(key.help);
  if (!key.choices.empty()) help += StrCat(" [", key.choices, "]");
  if (std::holds_alternative<Number>(key.field)) help += StrCat(" (", key.min, " to ", key.max, " ", key.unit, ")");
  const std::string value = SettingText(Settings(), key);
  return value.empty() ? help : help + StrCat("; default ", value);
}

void AddSettings(CLI::App& command, unsigned set, CommandLine& line) {
  command.add_option("--config", line.config_file, "settings file; default $XDG_CONFIG_HOME/fovea/fovea.json")->group("Settings")->type_name("FILE");
  for (const SettingKey& key : SettingKeys()) {
    if ((key.commands & set) == 0) continue;
    const auto take = [&line, name = std::string(key.name)](const std::string& text) { line.settings.emplace_back(name, text); };
    command.add_option_function<std::string>(CommandLineName(key), take, HelpOf(key))
        ->group("Settings")->type_name(std::holds_alternative<Number>(key.field) ? "N" : "VALUE");
  }
}

CLI::App* AddCommand(Parser& parser, CLI::App& parent, const std::string& name, Command command, unsigned set, const std::string& help) {
  CLI::App* added = parent.add_subcommand(name, help);
  added->callback([&parser, command] { parser.line.command = command; });
  if (set != 0) AddSettings(*added, set, parser.line);
  return added;
}

void AddServe(Parser& parser) {
  CLI::App* serve = AddCommand(parser, parser.app, "serve", Command::kServe, kServe, "run the daemon: watch, index, answer; page at /");
  serve->add_option("ROOT", parser.line.roots, "folders of pictures to watch from now on")->type_name("");
  serve->add_flag("--pull", parser.line.pull, "fetch the model first if it is not there; /readyz tells how far that is");
  serve->add_flag("--progress", parser.line.progress, "progress lines even when standard output is no terminal");
}

void AddIndex(Parser& parser) {
  CLI::App* index = AddCommand(parser, parser.app, "index", Command::kIndex, kIndex,
                               "index folders and end: exit 0 all well, 3 some files failed");
  index->add_option("ROOT", parser.line.roots, "folders of pictures; none = all that were added before")->type_name("");
  index->add_flag("--progress", parser.line.progress, "a progress bar even when standard output is no terminal");
}

void AddSearch(Parser& parser) {
  CLI::App* search = AddCommand(parser, parser.app, "search", Command::kSearch, kSearch,
                                "print score and path of the pictures that fit best; asks a running daemon or the data itself");
  search->add_option("TEXT", parser.query, "what is on the picture")->type_name("");
  search->add_option("--image", parser.images, "find pictures like this file")->type_name("FILE")->expected(1)->allow_extra_args(false);
  search->add_option("--photo", parser.line.photo, "find pictures like this stored photo")->type_name("ID");
  search->add_option("-k,--count", parser.line.k, "so many, hits or not; default: the hits of a text, at most 50, or 10 like a picture")->check(CLI::Range(uint64_t{1}, uint64_t{indexer::kMaxK}));
  search->add_flag("--all", parser.all, "also what does not stand out as a hit, 50 in all");
  search->add_option("--folder", parser.line.below, "only pictures in this folder and below")->type_name("DIR");
  search->add_option("--from", parser.line.from, "only pictures taken since, such as 2019-07-14")->type_name("DATE");
  search->add_option("--to", parser.line.to, "only pictures taken until the end of this day")->type_name("DATE");
  search->add_option("--filter", parser.line.filter, "only pictures that fit, such as '{\"month\": 7, \"camera\": \"canon\"}': docs/api.md, Filters")->type_name("JSON");
  search->add_flag("--json", parser.line.json, "the daemon's whole answer");
  parser.search = search;
}

void AddEmbed(Parser& parser) {
  CLI::App* embed = AddCommand(parser, parser.app, "embed", Command::kEmbed, kEmbed,
                               "print the features of texts and pictures as JSON, one row per input in the order given");
  embed->add_option("--text", parser.texts, "texts")->type_name("TEXT")->expected(1, kManyValues)->allow_extra_args(false);
  embed->add_option("--image", parser.images, "picture files")->type_name("FILE")->expected(1, kManyValues)->allow_extra_args(false);
  embed->add_flag("--raw", parser.line.raw, "as the model gives them, not brought to unit length");
  embed->add_flag("--parity", parser.line.parity, "as the reference does: pictures at full size without EXIF orientation, \"<|endoftext|>\" ends a text");
  parser.embed = embed;
}

void AddStatusAndModel(Parser& parser) {
  CLI::App* status = AddCommand(parser, parser.app, "status", Command::kStatus, kStatus, "what the daemon does, or what lies on the data");
  status->add_flag("--json", parser.line.json, "the daemon's whole answer");
  status->add_flag("--wait", parser.line.wait, "wait until the daemon is ready and all its folders are indexed");
  CLI::App* model = parser.app.add_subcommand("model", "the models on this machine, and how to get others")->require_subcommand(1);
  CLI::App* list = AddCommand(parser, *model, "list", Command::kModelList, 0, "models that are here, and those that can be had");
  list->add_flag("--json", parser.line.json, "as JSON");
  CLI::App* pull = AddCommand(parser, *model, "pull", Command::kModelPull, kModel, "fetch a model; one that was cut goes on where it was");
  pull->add_option("MODEL", parser.line.model, "a name of `fovea model list`, or a Hugging Face repository OWNER/MODEL[@REVISION]")->required()->type_name("");
  CLI::App* inspect = AddCommand(parser, *model, "inspect", Command::kModelInspect, 0, "load a model and print its facts");
  inspect->add_option("MODEL", parser.line.model, "name or folder")->required()->type_name("");
  CLI::App* change = AddCommand(parser, *model, "switch", Command::kModelSwitch, kStatus,
                                "have the running daemon encode its library with another model, and then answer with it; the present one answers meanwhile");
  change->add_option("MODEL", parser.line.model, "name or folder")->required()->type_name("");
  change->add_flag("--wait", parser.line.wait, "tell how far it is until it is done: exit 0 done, 1 given up");
  change->add_flag("--json", parser.line.json, "the job as JSON");
  CLI::App* remove = AddCommand(parser, *model, "remove", Command::kModelRemove, 0, "delete a model that `fovea model pull` has fetched");
  remove->add_option("MODEL", parser.line.model, "its name")->required()->type_name("");
}

void AddArchive(Parser& parser) {
  CLI::App* backup = AddCommand(parser, parser.app, "backup", Command::kBackup, kStatus, "add a backup to a folder, while the daemon runs or not");
  backup->add_option("FOLDER", parser.line.folder, "an empty folder, or one with earlier backups: only what is new is written")->required()->type_name("");
  backup->add_flag("--json", parser.line.json, "its facts as JSON");
  CLI::App* restore = AddCommand(parser, parser.app, "restore", Command::kRestore, kStatus, "make the library of --data from a backup");
  restore->add_option("FOLDER", parser.line.folder, "the folder with backups")->required()->type_name("");
  restore->add_option("--number", parser.line.backup, "which one; default the newest")->type_name("N");
  restore->add_flag("--list", parser.line.list, "only tell which there are");
  restore->add_flag("--json", parser.line.json, "as JSON");
  CLI::App* verify = AddCommand(parser, parser.app, "verify", Command::kVerify, kStatus, "read every record and checksum: exit 0 sound, 1 damaged");
  verify->add_flag("--json", parser.line.json, "what was found as JSON");
  CLI::App* exported = AddCommand(parser, parser.app, "export", Command::kExport, kStatus, "write all vectors (numpy) and their photos (JSON lines)");
  exported->add_option("FOLDER", parser.line.folder, "gets vectors.npy and photos.jsonl, row by row the same order")->required()->type_name("");
}

void AddImport(Parser& parser) {
  CLI::App* import = AddCommand(parser, parser.app, "import", Command::kImport, kImport,
                                "store photos with vectors made elsewhere, so that nothing is encoded: exit 0 all well, 3 some rows refused");
  import->add_option("FOLDER", parser.line.folder, "what `fovea export` wrote, or clip-retrieval: img_emb/*.npy with metadata/*.parquet, .jsonl or .csv")->required()->type_name("");
  import->add_option("--root", parser.line.roots, "folders of the pictures, if the library does not know them yet")->type_name("FOLDER");
  auto* model = import->add_option_group("model", "of which model the vectors are");
  model->add_option("--model-id", parser.line.model, "its id, NAME@FINGERPRINT; must be the library's")->type_name("ID");
  model->add_flag("--same-model", parser.line.same_model, "it is the library's: you vouch for it");
  model->require_option(1);
  import->add_flag("--progress", parser.line.progress, "a progress bar even when standard output is no terminal");
}

void AddDuplicates(Parser& parser) {
  CLI::App* duplicates = AddCommand(parser, parser.app, "duplicates", Command::kDuplicates, kStatus,
                                    "list pictures that are there more than once; searches for them the first time; beside the daemon or without");
  duplicates->add_flag("--find", parser.line.find, "search again: what the last search found is listed else");
  duplicates->add_option("--kind", parser.line.kind, "identical (the same bytes), copies (saved again) or bursts (shots within seconds); default all")
      ->check(CLI::IsMember({"identical", "copies", "bursts"}))->type_name("KIND");
  duplicates->add_option("--threshold", parser.line.threshold, "with --find: the least cosine of copies; default: it follows from the library")
      ->check(CLI::Range(0.5, 1.0))->type_name("COSINE");
  duplicates->add_flag("--json", parser.line.json, "all groups as JSON");
}

// The deepest command that was named, for help and suggestions.
const CLI::App* Named(const CLI::App& app) {
  const auto named = app.get_subcommands();
  return named.empty() ? &app : Named(*named.front());
}

std::vector<std::string> OptionNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// One line about a mistake: `unknown option "--batchsize" (did you mean "--batch-size"?)`.
std::string Explain(const Parser& parser, const CLI::ParseError& mistake, const std::vector<std::string>& arguments) {
  const CLI::App* command = Named(parser.app);
  const std::vector<std::string> options = OptionNames(*command);
  for (const std::string& argument : arguments) {
    const std::string name = argument.substr(0, argument.find('='));
    if (!name.starts_with("--") || std::find(options.begin(), options.end(), name) != options.end()) continue;
    return StrCat("unknown option \"", name, "\"", Suggestion(name, options));
  }
  std::vector<std::string> commands;
  for (const CLI::App* known : command->get_subcommands([](const CLI::App*) { return true; })) commands.push_back(known->get_name());
  const size_t place = command == &parser.app ? 0 : 1;
  const bool misspelt = !commands.empty() && place < arguments.size() && !arguments[place].starts_with('-');
  if (misspelt) return StrCat("unknown command \"", arguments[place], "\"", Suggestion(arguments[place], commands));
  return mistake.what();
}

ExitCode Mistake(std::string_view what) {
  std::cerr << "fovea: " << what << "; `fovea --help` lists what there is\n";
  return ExitCode::kUsage;
}

// embed's texts and pictures in the order they were given.
std::vector<Input> InOrder(const Parser& parser) {
  std::vector<Input> inputs;
  size_t text = 0;
  size_t image = 0;
  for (const CLI::Option* option : parser.embed->parse_order()) {
    if (option->check_lname("text")) inputs.push_back({Input::Kind::kText, parser.texts.at(text++)});
    if (option->check_lname("image")) inputs.push_back({Input::Kind::kImageFile, parser.images.at(image++)});
  }
  return inputs;
}

std::variant<CommandLine, ExitCode> Finish(Parser& parser) {
  CommandLine& line = parser.line;
  if (line.command == Command::kEmbed) {
    line.inputs = InOrder(parser);
    if (line.inputs.empty()) return Mistake("embed needs --text or --image");
  }
  if (line.command == Command::kSearch) {
    const bool text = parser.search->count("TEXT") > 0;
    if (text) line.inputs.push_back({Input::Kind::kText, parser.query});
    if (!parser.images.empty()) line.inputs.push_back({Input::Kind::kImageFile, parser.images.front()});
    const bool counted = parser.search->count("--count") > 0;
    line.only_hits = text && !parser.all && !counted;
    if (!counted && (text || parser.all)) line.k = kHitsShown;
    if (line.inputs.size() + (line.photo ? 1 : 0) != 1) return Mistake("search needs one of TEXT, --image and --photo");
  }
  return std::move(line);
}

}  // namespace

std::variant<CommandLine, ExitCode> ParseCommandLine(int argc, const char* const* argv) {
  Parser parser;
  parser.app.set_version_flag("--version", StrCat("fovea ", Version()));
  parser.app.require_subcommand(1);
  parser.app.footer("Exit codes: 0 well, 1 failed (one line says why), 2 wrong command line, 3 some files failed, 130 interrupted.");
  AddServe(parser);
  AddIndex(parser);
  AddSearch(parser);
  AddEmbed(parser);
  AddStatusAndModel(parser);
  AddArchive(parser);
  AddImport(parser);
  AddDuplicates(parser);
  try {
    parser.app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help or --version
    parser.app.exit(asked);
    return ExitCode::kOk;
  } catch (const CLI::ParseError& mistake) {
    return Mistake(Explain(parser, mistake, {argv + 1, argv + std::max(argc, 1)}));
  }
  return Finish(parser);
}

}  // namespace fovea::daemon
