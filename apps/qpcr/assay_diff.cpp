// qpcr assay diff: two versions of a definition in words and, on runs, in calls.
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "apps/qpcr/input.hpp"
#include "instruments/registry.hpp"
#include "libqpcr/assay/analysis.hpp"
#include "libqpcr/assay/definition_difference.hpp"
#include "libqpcr/assay/reanalysis.hpp"
#include "libqpcr/report/catalogue.hpp"

namespace qpcr::apps {
namespace {

struct Options {
  std::string before;
  std::string after;
  InputOptions input;
  std::string covariates;
  std::string language;
  bool json = false;
};

/// One call that the two definitions make otherwise.
struct ChangedCall {
  std::string run;
  SampleComparison sample;
};

struct Calls {
  std::size_t runs = 0;
  std::size_t samples = 0;
  std::vector<ChangedCall> changed;
};

/// A folder stands for the files below it that a reader knows; the others are named on stderr.
void expand_folders(InputOptions& input) {
  std::vector<std::string> files;
  for (const std::string& path : input.files) {
    if (!std::filesystem::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    std::set<std::filesystem::path> below;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) below.insert(entry.path());
    }
    for (const std::filesystem::path& file : below) {
      try {
        identify(file);
        files.push_back(file.string());
      } catch (const Error&) {
        print_message(fmt::format("qpcr: left out, no reader knows it: {}", file.string()));
      }
    }
  }
  input.files = std::move(files);
}

CovariateTable read_table(const std::string& path, const AssayDefinition& definition) {
  return path.empty() ? CovariateTable{} : read_covariates(path, definition);
}

Calls compare_calls(Options options, const AssayDefinition& before, const AssayDefinition& after) {
  Calls calls;
  if (options.input.files.empty()) return calls;
  expand_folders(options.input);
  const CovariateTable table_before = read_table(options.covariates, before);
  const CovariateTable table_after = read_table(options.covariates, after);
  const std::vector<Run> runs = load_inputs(options.input);
  Progress progress(runs.size());
  for (const Run& run : runs) {
    progress.step(run->name);
    const ResultComparison comparison =
        compare_results(analyze_run(run, before, table_before), analyze_run(run, after, table_after));
    ++calls.runs;
    calls.samples += comparison.samples.size();
    for (const SampleComparison& sample : comparison.samples) {
      if (sample.call_changed()) calls.changed.push_back({run->name, sample});
    }
  }
  return calls;
}

std::string outcome_word(const std::optional<Outcome>& outcome) {
  return outcome ? std::string(to_string(*outcome)) : std::string("none");
}

std::string render_json(const AssayIdentity& before, const AssayIdentity& after,
                        const std::vector<DefinitionChange>& changes, const Calls& calls) {
  nlohmann::ordered_json json;
  json["schema"] = "qpcr.assay-difference/1";
  json["before_sha256"] = before.sha256;
  json["after_sha256"] = after.sha256;
  json["changes"] = nlohmann::ordered_json::array();
  const auto part = [](const std::string& text) {
    return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json::parse(text);
  };
  for (const DefinitionChange& change : changes) {
    json["changes"].push_back(
        {{"place", change.place}, {"before", part(change.before)}, {"after", part(change.after)}});
  }
  json["runs"] = calls.runs;
  json["samples"] = calls.samples;
  json["changed_calls"] = nlohmann::ordered_json::array();
  for (const ChangedCall& call : calls.changed) {
    json["changed_calls"].push_back({{"run", call.run},
                                     {"sample", call.sample.sample},
                                     {"before", outcome_word(call.sample.before)},
                                     {"after", outcome_word(call.sample.after)}});
  }
  return json.dump(1) + "\n";
}

std::string render_words(const AssayIdentity& before, const AssayIdentity& after,
                         const std::vector<DefinitionChange>& changes, const Calls& calls, Language language) {
  std::string text;
  const auto line = [&](const Message& message) { text += render_message(message, language) + "\n"; };
  if (changes.empty()) {
    line({"assay_diff.same", {{"sha256", before.sha256}}});
  } else {
    line({"assay_diff.heading",
          {{"before", fmt::format("{} {}", before.id, before.version)},
           {"after", fmt::format("{} {}", after.id, after.version)},
           {"count", std::to_string(changes.size())}}});
    for (const DefinitionChange& change : changes) text += "  " + render_message(describe(change), language) + "\n";
  }
  if (calls.runs == 0) return text;
  line({"assay_diff.calls",
        {{"runs", std::to_string(calls.runs)},
         {"samples", std::to_string(calls.samples)},
         {"changed", std::to_string(calls.changed.size())}}});
  for (const ChangedCall& call : calls.changed) {
    const Message message{"assay_diff.call",
                          {{"run", call.run},
                           {"sample", call.sample.sample},
                           {"before", outcome_word(call.sample.before)},
                           {"after", outcome_word(call.sample.after)}}};
    text += "  " + render_message(message, language) + "\n";
  }
  return text;
}

int compare(const Options& options) {
  const Language language = choose_language(options.language);
  const AssayDefinition before = read_assay(options.before);
  const AssayDefinition after = read_assay(options.after);
  const std::vector<DefinitionChange> changes = compare_definitions(before, after);
  const Calls calls = compare_calls(options, before, after);
  const AssayIdentity old_identity = identify(before);
  const AssayIdentity new_identity = identify(after);
  print_data(options.json ? render_json(old_identity, new_identity, changes, calls)
                          : render_words(old_identity, new_identity, changes, calls, language));
  return exit_ok;
}

}  // namespace

void add_assay_diff(CLI::App& assay, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      assay.add_subcommand("diff", "what changed between two versions, and with --runs which calls change");
  command->add_option("BEFORE", options->before, "assay definition (TOML)")->required();
  command->add_option("AFTER", options->after, "assay definition (TOML)")->required();
  command->add_option("--runs", options->input.files, "instrument files, or folders of them, to call by both");
  command->add_option("--covariates", options->covariates, "CSV of the runs' samples, with the units of both versions");
  command->add_option("--lang", options->language, "zh (default) or en");
  command->add_flag("--json", options->json, "JSON on stdout");
  command->callback([options, &action] { action = [options] { return compare(*options); }; });
}

}  // namespace qpcr::apps
