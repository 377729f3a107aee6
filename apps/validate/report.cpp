// qpcr-validate report: reads what a study file names, analyses the runs, writes the trial report.
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "apps/common/console.hpp"
#include "apps/validate/commands.hpp"
#include "apps/validate/tested_runs.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/report/trial_report.hpp"
#include "libqpcr/study/trial.hpp"

namespace qpcr::apps {
namespace {

struct Options {
  std::string study;
  std::string out;
  std::string language;
  bool json = false;
};

TrialResult evaluate(const std::filesystem::path& path) {
  StudyPlan plan = read_study(path);
  SubjectTable subjects = read_subjects(plan.subjects);
  TestedRuns tested = test_runs(plan, subjects);
  try {
    return evaluate_trial(std::move(plan), std::move(subjects), std::move(tested.runs), std::move(tested.covariates));
  } catch (const Error& error) {
    throw error.context().path.empty() ? error.with_path(path.string()) : error;
  }
}

int report(const Options& options) {
  const Language language = choose_language(options.language);
  const TrialResult trial = evaluate(options.study);
  const Document document = build_trial_report(trial, TrialReportOptions{language});
  const std::string json = render_trial_json(trial);
  const std::vector<std::filesystem::path> written =
      write_files(options.out, {{"report.html", render_html(document)},
                                {"report.pdf", render_pdf(document)},
                                {"listing.csv", render_trial_listing_csv(trial)},
                                {"results.json", json}});
  print_data(options.json ? json : render_trial_summary(trial, language));
  for (const std::filesystem::path& path : written)
    print_message(fmt::format("qpcr-validate: wrote {}", path.string()));
  return all_runs_invalid(trial) ? exit_run_invalid : exit_ok;
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "report", "trial report of STUDY.toml (exit 4: every run is invalid; 6: a hash is not the one named)");
  command->add_option("STUDY", options->study, "study file (docs/formats/study.md)")->required();
  command->add_option("--out", options->out, "folder for report.html, report.pdf, listing.csv, results.json")
      ->required();
  command->add_option("--lang", options->language, "zh (default) or en");
  command->add_flag("--json", options->json, "results.json on stdout instead of the summary");
  command->callback([options, &action] { action = [options] { return report(*options); }; });
}

}  // namespace qpcr::apps
