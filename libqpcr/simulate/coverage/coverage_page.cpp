// Words and tables of the coverage page.
#include "libqpcr/simulate/coverage/coverage_page.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace qpcr {
namespace {

constexpr std::string_view guide =
    R"(## Reading guide

In words, from the tables below. No interval is right everywhere; at small n choose before the data are seen.

- *One proportion.* `clopper_pearson`, `blaker` and `wilson_corrected` never fall below 95 %; the price is width, least with `blaker`.
  `wilson`, `mid_p`, `agresti_coull` and `jeffreys` are about 95 % on average and dip below it close to 1, `wilson` and `jeffreys` deepest.
  Where a claim hangs on the lower limit (sensitivity against a target) take an exact one. `wald` is there to be compared, not to be
  reported: at 0.95 it covers 40 % with 10 subjects and 64 % with 20, because 10 of 10 right gives an interval of no width.
- *Two groups, two tests on the same subjects.* The score intervals (`miettinen_nurminen`, `mee`, `koopman`, `tango`) and Newcombe's keep
  94 % or more with 20 subjects. Agresti–Caffo and Bonett–Price are simple and err on the wide side; Wald's drops where groups differ in
  size and rates are near 1. Conditional odds ratios are wide, and open on one side as soon as a cell is empty.
- *Likelihood ratios, predictive values.* An interval on the logarithm or logit does not exist where a cell is zero: at a specificity of 0.98
  and 20 controls that is two samples in three, and those that are left are the unlucky ones, so that coverage falls. Halves for zeros
  answer in every table and stay near 95 %. The *adjusted logit* of predictive values does not: it adds two results of each kind to both
  groups, which no rate near 0 survives. With a specificity of 0.98 it covers 14 % at 20 + 20 and 76 % at 50 + 100. Use it only where rates are
  far from 0 and 1 or groups have many hundreds, and plan controls enough for some false positives.
- *Kappa.* Both standard errors fail at 20 subjects and a high kappa, for the estimate is then often 1 with no width. Report the observed
  agreement with its Wilson interval beside it.
- *Several specimens a subject.* Treating them as independent costs 3 to 7 percent points and more subjects do not repair it. Of the valid
  ones Wilson's interval of effective counts is best at 15 subjects.
- *Area under the curve.* Close to 1 DeLong's symmetric interval misses too often with few subjects (83 % at 0.95 and 20 + 20), and so does the
  bootstrap, which resamples the same few overlaps. The logit form holds throughout; where all cases lie above all controls it is absent.
- *Partial area.* It rests on the few controls beyond the specificity, 2 of 20 or 5 of 50: percentiles of so few steps are too short below
  about 100 controls. Sensitivity at a fixed specificity holds better, but its interval is wide.
- *Chosen cut-offs.* Held against its truth at the chosen cut-off, the plain Clopper–Pearson interval of sensitivity and of specificity
  still covers 93 % or more. The bootstrap intervals moved by the optimism do not near 1, and that of Youden's index falls short
  everywhere: percentiles of a maximum lie too high by about the optimism once more, so that nearly all misses are intervals above the truth.
  Confirm a cut-off on other subjects, where exact intervals hold.
- *Limits of agreement.* Exact limits hold at every n; the approximate ones lose about a percent point at 20 pairs.
- *Lines.* Deming's line, analytic or by the jackknife, and the slope of Passing and Bablok are near 95 %. The classical intercept of Passing
  and Bablok carries over the limits of the slope alone: too short under constant errors, where its bootstrap holds, too wide under a constant CV.
- *Variance components.* Chi-square limits with Satterthwaite's degrees suit the error and the sums (repeatability, intermediate precision),
  less so with 5 days. A component alone is poorly known: Wald's limits are too short, and Satterthwaite's have so few degrees of freedom
  when the component is near 0 that the upper limit loses all meaning, which the absurd mean widths show. A component of 0 has no interval.
- *Detection limit.* Fieller's interval of the probit curve keeps 95 %; the delta interval is short with few replicates. The single-hit
  model has one parameter and a shorter interval, which is right only if the model is.
- *Limit of blank.* With 60 blanks the upper rank limit is infinite; a finite one takes 72 blanks, for 0.95⁷² < 0.025.
- *Weights from few replicates* (linearity, 1/variance) take a chance agreement of replicates for precision: use equal weights, or 1/x² for
  a constant CV.
- *Reference limits.* Order statistics have no 95 % interval at 120 subjects, the number that suffices for 90 %, which is the default.
  Resampling cannot reach beyond the largest value, hence 60 % at 40. Parametric limits hold if the distribution is right. The power of Box
  and Cox is taken as known, so that its interval is too short at any n: where the logarithm is known to suit, name it beforehand.
- *Logistic regression, calibration.* All hold from 50 subjects on in these settings; profile intervals are nearest to 95 %.
)";

std::string render_coverage(double coverage) {
  // Judged as measured, not as printed.
  const char* mark = coverage < 0.93 ? " ▼" : (coverage > 0.975 ? " ▲" : "");
  return fmt::format("{:.1f}{}", 100.0 * coverage, mark);
}

std::string render_grid(const std::vector<ProportionGridRow>& rows) {
  std::string text = "| n | interval |";
  std::string rule = "|---:|---|";
  for (const double proportion : list_grid_proportions()) {
    text += fmt::format(" {} |", proportion);
    rule += "---:|";
  }
  text += " mean | minimum | mean width |\n" + rule + "---:|---:|---:|\n";
  for (const ProportionGridRow& row : rows) {
    text += fmt::format("| {} | {} |", row.trials, row.interval);
    for (const double coverage : row.coverage) text += " " + render_coverage(coverage) + " |";
    text +=
        fmt::format(" {} | {} | {:.3f} |\n", render_coverage(row.mean), render_coverage(row.minimum), row.mean_width);
  }
  return text;
}

std::string render_row(const CoverageRow& row) {
  const std::string coverage = row.coverage ? render_coverage(*row.coverage) : "–";
  const std::string error = row.standard_error ? fmt::format("{:.2f}", 100.0 * *row.standard_error) : "–";
  std::string width = row.mean_width ? fmt::format("{:.3g}", *row.mean_width) : "–";
  if (row.open >= 0.0005) width += fmt::format(" ({:.1f} % open)", 100.0 * row.open);
  const std::string replicates = row.replicates > 0 ? std::to_string(row.replicates) : "exact";
  return fmt::format("| {} | {} | {} | {} | {} | {} | {:.1f} |\n", row.setting, row.interval, coverage, error,
                     replicates, width, 100.0 * row.not_estimable);
}

std::string render_section(const MeasuredSection& section) {
  std::string text = fmt::format("\n## {}\n\n{}\n\n", section.title, section.about);
  text += "| scenario | interval | coverage % | MC s.e. | replicates | mean width | not estimable % |\n";
  text += "|---|---|---:|---:|---:|---:|---:|\n";
  for (const CoverageRow& row : section.rows) text += render_row(row);
  return text;
}

nlohmann::ordered_json to_json(const std::optional<double>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

}  // namespace

CoverageReport measure_all_coverage(const CoverageOptions& options,
                                    const std::function<void(std::string_view)>& progress) {
  options.validate();
  CoverageReport report;
  report.options = options;
  if (progress) progress("One proportion");
  report.proportions = derive_proportion_grid(list_grid_trials());
  report.sections = measure_sections(list_coverage_sections(), options, progress);
  return report;
}

std::string render_coverage_page(const CoverageReport& report) {
  std::string text = fmt::format(
      "# Coverage of the 95 % intervals\n\n"
      "Made by `qpcr-validate coverage --replicates {} --seed {} --out docs/methods/coverage.md`. The same command "
      "writes the same bytes "
      "at any\nnumber of threads.\n\n"
      "Every number is how often an interval holds the truth that its data were drawn from, in percent of the outcomes "
      "in which the "
      "interval\nexists; how often it does not is the last column. *Exact* rows sum over all outcomes and have no "
      "simulation error; the "
      "others give the\nMonte Carlo standard error (MC s.e., in percent points). Widths are means over intervals with "
      "two finite limits. "
      "▼ marks coverage below\n93 %, ▲ above 97.5 %.\n\n",
      report.options.replicates, report.options.seed);
  text += guide;
  text +=
      "\n## One proportion\n\nExact. Columns: true proportion. Mean, minimum and mean width are over 0.500, 0.501 … "
      "0.999; a proportion and "
      "its complement have the\nsame coverage. An outcome without an interval (the logit of 0 or n) counts here as not "
      "covered.\n\n";
  text += render_grid(report.proportions);
  for (const MeasuredSection& section : report.sections) text += render_section(section);
  return text;
}

std::string render_coverage_json(const CoverageReport& report) {
  nlohmann::ordered_json json;
  json["replicates"] = report.options.replicates;
  json["seed"] = report.options.seed;
  json["proportions"] = list_grid_proportions();
  for (const ProportionGridRow& row : report.proportions)
    json["one_proportion"].push_back({{"trials", row.trials},
                                      {"interval", row.interval},
                                      {"coverage", row.coverage},
                                      {"mean", row.mean},
                                      {"minimum", row.minimum},
                                      {"mean_width", row.mean_width}});
  for (const MeasuredSection& section : report.sections) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const CoverageRow& row : section.rows)
      rows.push_back({{"scenario", row.setting},
                      {"interval", row.interval},
                      {"replicates", row.replicates},
                      {"coverage", to_json(row.coverage)},
                      {"standard_error", to_json(row.standard_error)},
                      {"mean_width", to_json(row.mean_width)},
                      {"open", row.open},
                      {"not_estimable", row.not_estimable}});
    json["sections"].push_back({{"title", section.title}, {"rows", rows}});
  }
  return json.dump(2) + "\n";
}

}  // namespace qpcr
