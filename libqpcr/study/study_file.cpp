// Reading and checking the study file.
#include "libqpcr/study/study_file.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "libqpcr/assay/toml_document.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/study/identifiers.hpp"

namespace qpcr {
namespace {

constexpr std::string_view schema_text = "qpcr.study/1";

[[noreturn]] void refuse(const TomlTable& table, std::string_view key, ErrorCode code, std::string found,
                         std::string expected, std::string problem = {}) {
  throw Error(code, {.path = table.path(),
                     .line = table.line(),
                     .column = {},
                     .field = table.field(key),
                     .found = std::move(found),
                     .expected = std::move(expected),
                     .problem = std::move(problem)});
}

std::string read_identifier(const TomlTable& table, std::string_view key) {
  std::string text = table.get_text(key);
  if (find_personal(text)) {
    refuse(table, key, ErrorCode::personal_data, text, "a coded identifier, not the name or number of a person");
  }
  return text;
}

void check_identifier(const TomlTable& table, std::string_view key, const std::string& text) {
  if (const std::optional<std::string_view> fault = find_identifier_fault(text)) {
    refuse(table, key, ErrorCode::study_invalid, text, "one identifier", std::string(*fault));
  }
}

enum class Reach { own_folder, anywhere_relative };

std::filesystem::path resolve(const TomlTable& table, std::string_view key, const std::string& text,
                              const std::filesystem::path& folder, Reach reach) {
  const std::filesystem::path path(text);
  if (path.is_absolute() || text.find('\\') != std::string::npos || text.find(':') != std::string::npos) {
    refuse(table, key, ErrorCode::study_invalid, text, "a path relative to the study file, with '/'");
  }
  if (reach == Reach::own_folder) {
    for (const auto& part : path) {
      if (part == "..") {
        refuse(table, key, ErrorCode::study_invalid, text, "a path below the folder of the study file, without '..'");
      }
    }
  }
  return (folder / path).lexically_normal();
}

Sampling read_sampling(const TomlTable& table) {
  const std::string text = table.get_text("sampling");
  if (text == "consecutive") return Sampling::consecutive;
  if (text != "enriched") table.refuse("sampling", "'consecutive' or 'enriched'");
  return Sampling::enriched;
}

RepeatRule read_repeats(const TomlTable& table) {
  const std::string text = table.find_text("repeats").value_or("none");
  if (text == "none") return RepeatRule::none;
  if (text == "invalid") return RepeatRule::invalid;
  if (text != "invalid_or_indeterminate") table.refuse("repeats", "'none', 'invalid' or 'invalid_or_indeterminate'");
  return RepeatRule::invalid_or_indeterminate;
}

void check_hash(const TomlTable& table, std::string_view key, const std::string& text) {
  constexpr std::size_t digits = 64;
  const bool good = text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!good) refuse(table, key, ErrorCode::study_invalid, text, "a SHA-256 of 64 lower-case hexadecimal digits");
}

PlannedRun read_run(const TomlTable& table, const std::filesystem::path& folder,
                    const std::vector<PlannedRun>& earlier) {
  table.allow_only({"id", "centre", "files", "sha256", "repeat_of", "reason"});
  PlannedRun run;
  run.id = read_identifier(table, "id");
  check_identifier(table, "id", run.id);
  run.centre = table.get_text("centre");
  check_identifier(table, "centre", run.centre);
  run.files = table.get_texts("files");
  for (const std::string& file : run.files)
    run.paths.push_back(resolve(table, "files", file, folder, Reach::own_folder));
  run.sha256 = table.find_texts("sha256").value_or(std::vector<std::string>{});
  if (!run.sha256.empty() && run.sha256.size() != run.files.size()) {
    refuse(table, "sha256", ErrorCode::study_invalid, fmt::format("{} hashes", run.sha256.size()),
           fmt::format("one hash for each of the {} files", run.files.size()));
  }
  for (const std::string& hash : run.sha256) check_hash(table, "sha256", hash);
  run.repeat_of = table.find_texts("repeat_of").value_or(std::vector<std::string>{});
  run.reason = table.find_text("reason").value_or("");
  if (!run.repeat_of.empty() && run.reason.empty()) {
    refuse(table, "reason", ErrorCode::study_invalid, {}, {}, "a run with repeat_of needs a reason");
  }
  if (find_personal(run.reason)) {
    refuse(table, "reason", ErrorCode::personal_data, run.reason, "a reason, not the name of a person");
  }
  for (const PlannedRun& other : earlier) {
    if (other.id == run.id)
      refuse(table, "id", ErrorCode::study_invalid, run.id, {}, "a run identifier that is used twice");
  }
  for (const std::string& id : run.repeat_of) {
    const bool known =
        std::any_of(earlier.begin(), earlier.end(), [&](const PlannedRun& other) { return other.id == id; });
    if (!known) refuse(table, "repeat_of", ErrorCode::study_invalid, id, "the identifier of a run listed above");
  }
  return run;
}

void check_numbers(const TomlTable& table, const StudyPlan& plan) {
  constexpr double lowest_confidence = 0.5;
  if (!(plan.confidence > lowest_confidence && plan.confidence < 1.0)) {
    refuse(table, "confidence", ErrorCode::invalid_value, format_double(plan.confidence),
           "a number between 0.5 and 1, both excluded");
  }
  for (const double prevalence : plan.prevalences) {
    if (!(prevalence > 0.0 && prevalence < 1.0)) {
      refuse(table, "prevalences", ErrorCode::invalid_value, format_double(prevalence),
             "numbers between 0 and 1, both excluded");
    }
  }
}

}  // namespace

std::string_view to_string(RepeatRule rule) {
  switch (rule) {
    case RepeatRule::none:
      return "none";
    case RepeatRule::invalid:
      return "invalid";
    case RepeatRule::invalid_or_indeterminate:
      return "invalid_or_indeterminate";
  }
  return "";
}

StudyPlan read_study(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  const TomlTable root = TomlTable::parse(bytes, path.string(), ErrorCode::study_invalid);
  root.allow_only({"schema", "study", "run"});
  if (root.get_text("schema") != schema_text) root.refuse("schema", fmt::format("'{}'", schema_text));
  const std::filesystem::path folder = path.parent_path();

  const TomlTable study = root.get_table("study");
  study.allow_only({"id", "title", "simulated", "sampling", "assay", "assay_sha256", "subjects", "covariates",
                    "repeats", "confidence", "prevalences"});
  StudyPlan plan;
  plan.source = {path.filename().string(), sha256_hex(bytes), bytes.size()};
  plan.id = read_identifier(study, "id");
  const TomlTable title = study.get_table("title");
  title.allow_only({"zh", "en"});
  plan.title = {title.get_text("zh"), title.get_text("en")};
  plan.simulated = study.get_flag("simulated");
  plan.sampling = read_sampling(study);
  plan.assay = resolve(study, "assay", study.get_text("assay"), folder, Reach::anywhere_relative);
  plan.assay_sha256 = study.find_text("assay_sha256").value_or("");
  if (!plan.assay_sha256.empty()) check_hash(study, "assay_sha256", plan.assay_sha256);
  plan.subjects = resolve(study, "subjects", study.get_text("subjects"), folder, Reach::own_folder);
  if (const auto text = study.find_text("covariates")) {
    plan.covariates = resolve(study, "covariates", *text, folder, Reach::own_folder);
  }
  plan.repeats = read_repeats(study);
  plan.confidence = study.find_number("confidence").value_or(plan.confidence);
  plan.prevalences = study.find_numbers("prevalences").value_or(std::vector<double>{});
  check_numbers(study, plan);

  const std::vector<TomlTable> runs = root.find_tables("run");
  if (runs.empty()) refuse(root, "run", ErrorCode::study_invalid, {}, "at least one [[run]]");
  std::set<std::filesystem::path> named;
  for (const TomlTable& table : runs) {
    PlannedRun run = read_run(table, folder, plan.runs);
    for (std::size_t i = 0; i < run.paths.size(); ++i) {
      if (!named.insert(run.paths[i]).second) {
        refuse(table, "files", ErrorCode::study_invalid, run.files[i], {}, "a file that is named twice in the study");
      }
    }
    plan.runs.push_back(std::move(run));
  }
  return plan;
}

}  // namespace qpcr
