// Assembling the trial report and its summary for the terminal.
#include "libqpcr/report/trial_report.hpp"

#include <fmt/format.h>

#include "libqpcr/report/plate_view.hpp"
#include "libqpcr/report/trial_sections.hpp"
#include "libqpcr/report/trial_view.hpp"

namespace qpcr {
namespace {

/// What every page must say; one plate's marking stands for all, because a trial has one definition and one
/// declaration.
std::string find_marking(const TrialResult& trial, Language language) {
  for (const TestedRun& run : trial.runs) {
    for (const PlateResult& result : run.results) return marking(result, language);
  }
  return {};
}

}  // namespace

Document build_trial_report(const TrialResult& trial, const TrialReportOptions& options) {
  const TrialView view{trial, options.language};
  Document document;
  document.language = options.language;
  document.title = pick(trial.plan.title, options.language);
  document.subtitle = view.text("subtitle");
  document.banner = find_marking(trial, options.language);
  if (trial.plan.simulated) {
    document.watermark = render_text("report.watermark_simulated", options.language);
  } else if (!document.banner.empty()) {
    document.watermark = render_text("report.watermark_research", options.language);
  }
  document.header = fmt::format("{} · {}", trial.plan.id, view.text("subtitle"));
  document.footer = fmt::format("{} {} · {} {} · qpcr-validate {}", trial.assay.id, trial.assay.version, "SHA-256",
                                trial.assay.sha256.substr(0, 12), trial.library_version);
  Blocks& blocks = document.blocks;
  add_trial_summary(view, blocks);
  add_trial_flow(view, blocks);
  add_trial_demographics(view, blocks);
  add_trial_cross_table(view, blocks);
  add_trial_accuracy(view, blocks);
  add_trial_strata(view, blocks);
  add_trial_predictive_values(view, blocks);
  add_trial_scenarios(view, blocks);
  add_trial_discordant(view, blocks);
  add_trial_not_used(view, blocks);
  add_trial_methods(view, blocks);
  add_trial_provenance(view, blocks);
  add_trial_counts(view, blocks);
  add_trial_listing(view, blocks);
  return document;
}

std::string render_trial_summary(const TrialResult& trial, Language language) {
  const TrialView view{trial, language};
  const AccuracyResult& overall = trial.overall;
  std::string text;
  const std::string mark = find_marking(trial, language);
  if (!mark.empty()) text += mark + "\n";
  text += fmt::format("{}  {}\n", trial.plan.id, pick(trial.plan.title, language));
  text += fmt::format("{}: {} {}\n", view.text("assay"), trial.assay.id, trial.assay.version);
  text += fmt::format("{}: {}", view.text("flow_enrolled"), trial.disposition.subjects.size());
  for (const Place place : all_places()) {
    const long count = count_place(trial.disposition, place);
    if (count > 0) text += fmt::format("  {} {}", view.word("place", to_string(place)), count);
  }
  text += fmt::format("\nTP {}  FN {}  FP {}  TN {}\n", overall.table.true_positive, overall.table.false_negative,
                      overall.table.false_positive, overall.table.true_negative);
  const auto add_line = [&](const std::string& label, const Proportion& proportion) {
    if (!proportion.estimate) {
      text += fmt::format("{}: {} ({})\n", label, view.text("not_estimable"), view.words(*proportion.why_absent));
      return;
    }
    text += fmt::format("{}: {} ({})  Wilson {}  Clopper–Pearson {}\n", label, to_percent(proportion.estimate),
                        to_fraction(proportion), to_percent(proportion.wilson), to_percent(proportion.clopper_pearson));
  };
  add_line(view.text("sensitivity"), overall.sensitivity);
  add_line(view.text("specificity"), overall.specificity);
  for (const CentreAccuracy& centre : trial.centres) {
    text += fmt::format("  {}: {} {} ({})  {} {} ({})\n", centre.centre, view.text("sensitivity"),
                        centre.accuracy.sensitivity.estimate ? to_percent(centre.accuracy.sensitivity.estimate)
                                                             : view.text("not_estimable"),
                        to_fraction(centre.accuracy.sensitivity), view.text("specificity"),
                        centre.accuracy.specificity.estimate ? to_percent(centre.accuracy.specificity.estimate)
                                                             : view.text("not_estimable"),
                        to_fraction(centre.accuracy.specificity));
  }
  for (const Message& warning : trial.warnings)
    text += fmt::format("{}: {}\n", view.text("warning"), view.words(warning));
  return text;
}

}  // namespace qpcr
