// qpcr simulate rates: wrong calls over simulated samples, by stratum of truth.
#include "libqpcr/simulate/call_rates.hpp"

#include <memory>
#include <string>

#include <fmt/format.h>

#include "apps/common/console.hpp"
#include "apps/qpcr/commands.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr::apps {
namespace {

struct Options {
  CallRateOptions rates;
  std::string assay;
  std::string panel = "demo-methylation";
  bool markdown = false;
};

constexpr double confidence = 0.95;

std::string percent(double rate) { return format_fixed(100 * rate, 4); }

std::string render_csv(const std::vector<CallRateStratum>& strata) {
  CsvWriter writer;
  for (const std::string_view column :
       {"stratum", "samples", "positive", "negative", "indeterminate", "invalid", "judged", "wrong", "wrong_reviewed",
        "undecided", "wrong_rate", "wrong_rate_lower", "wrong_rate_upper"})
    writer.add(column);
  writer.end_row();
  for (const CallRateStratum& stratum : strata) {
    writer.add(stratum.id);
    for (const long count : {stratum.samples, stratum.positive, stratum.negative, stratum.indeterminate,
                             stratum.invalid, stratum.judged, stratum.wrong, stratum.reviewed, stratum.undecided})
      writer.add_number(count);
    if (stratum.judged > 0) {
      const Interval interval = clopper_pearson_interval(stratum.wrong, stratum.judged, confidence);
      writer.add_number(static_cast<double>(stratum.wrong) / static_cast<double>(stratum.judged));
      writer.add_number(interval.lower).add_number(interval.upper);
    } else {
      writer.add_empty().add_empty().add_empty();
    }
    writer.end_row();
  }
  return writer.text();
}

std::string render_markdown(const std::vector<CallRateStratum>& strata) {
  std::string text =
      "| stratum | samples | positive | negative | indeterminate | invalid | too near to judge | judged | wrong | of "
      "them reviewed | "
      "undecided | wrong, % (95 % interval) |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|\n";
  for (const CallRateStratum& stratum : strata) {
    std::string rate = "–";
    if (stratum.judged > 0) {
      const Interval interval = clopper_pearson_interval(stratum.wrong, stratum.judged, confidence);
      rate =
          fmt::format("{} ({}–{})", percent(static_cast<double>(stratum.wrong) / static_cast<double>(stratum.judged)),
                      percent(interval.lower), percent(interval.upper));
    }
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", stratum.id, stratum.samples,
                        stratum.positive, stratum.negative, stratum.indeterminate, stratum.invalid,
                        stratum.samples - stratum.judged, stratum.judged, stratum.wrong, stratum.reviewed,
                        stratum.undecided, rate);
  }
  return text;
}

int measure(Options options) {
  const auto panel = parse_simulated_panel(options.panel);
  if (!panel) refuse_option("--panel", options.panel, "demo-methylation or demo-rna");
  options.rates.panel = *panel;
  options.rates.validate();
  const AssayDefinition definition = read_assay(options.assay);
  constexpr long steps = 100;
  Progress progress(steps);
  long shown = 0;
  const auto strata = measure_call_rates(definition, options.rates, [&](long done) {
    for (const long due = done * steps / options.rates.samples; shown < due; ++shown) {
      progress.step(fmt::format("{} / {}", done, options.rates.samples));
    }
  });
  print_data(options.markdown ? render_markdown(strata) : render_csv(strata));
  return exit_ok;
}

}  // namespace

void add_call_rates(CLI::App& simulate, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = simulate.add_subcommand(
      "rates", "rates of wrong calls over simulated samples, by stratum of truth, with Clopper-Pearson intervals");
  command->add_option("--assay", options->assay, "definition of the panel (TOML)")->required();
  command->add_option("--panel", options->panel, "demo-methylation (default) or demo-rna");
  command->add_option("--samples", options->rates.samples, "over all strata (default 100000)");
  command->add_option("--seed", options->rates.seed, "same seed, same table");
  command->add_option("--threads", options->rates.threads, "0 (default): one for each processor");
  command->add_flag("--markdown", options->markdown, "a Markdown table instead of CSV");
  command->callback([options, &action] { action = [options] { return measure(*options); }; });
}

}  // namespace qpcr::apps
