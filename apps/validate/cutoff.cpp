// qpcr-validate cutoff: establishes a decision cut-off, verifies it on independent subjects, writes its record.
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "apps/common/console.hpp"
#include "apps/validate/commands.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/study/roc/cutoff_establishment.hpp"
#include "libqpcr/study/roc/cutoff_record.hpp"

namespace qpcr::apps {
namespace {

struct Options {
  std::string establishment;
  std::string verification;
  std::string out;
  std::string name;
  std::string date;
  std::string criterion;
  std::string direction;
  std::string level;
  std::string cost_ratio;
  std::string prevalence;
  std::string threshold = "midpoint";
  std::string rule;
  std::string tied = "specific";
  std::string gray_method = "quantiles";
  std::string gray_level = "0.95";
  std::string sensitivity_target;
  std::string specificity_target;
  std::string target_rule = "lower_limit";
  std::string missing = "refuse";
  std::string confidence = "0.95";
  long replicates = 2000;
  std::uint64_t seed = 1;
  int threads = 0;
  std::string language;
};

std::optional<double> parse_optional(const char* option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::optional<double> number = parse_double(text);
  if (!number) refuse_option(option, text, "a number");
  return number;
}

double parse_number(const char* option, const std::string& text) {
  const std::optional<double> number = parse_optional(option, text);
  if (!number) refuse_option(option, "nothing", "a number");
  return *number;
}

/// The place of `text` among the choices.
std::size_t choose(const char* option, const std::string& text, std::initializer_list<const char*> choices) {
  std::size_t place = 0;
  std::string listed;
  for (const char* choice : choices) {
    if (text == choice) return place;
    listed += (place++ == 0 ? "" : ", ") + std::string(choice);
  }
  refuse_option(option, text, "one of " + listed);
}

/// The day where the laboratory is.
std::string find_today() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return fmt::format("{:04}-{:02}-{:02}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
}

EstablishmentOptions to_establishment_options(const Options& options) {
  EstablishmentOptions made;
  made.name = options.name.empty() ? std::filesystem::path(options.out).stem().string() : options.name;
  made.date = options.date.empty() ? find_today() : options.date;
  made.criterion = parse_establishment_criterion(options.criterion);
  made.level = parse_optional("--level", options.level);
  made.cost_ratio = parse_optional("--cost-ratio", options.cost_ratio);
  made.prevalence = parse_optional("--prevalence", options.prevalence);
  made.direction = parse_roc_direction(options.direction);
  made.threshold = choose("--threshold", options.threshold, {"midpoint", "observed"}) == 0 ? RocThreshold::midpoint
                                                                                           : RocThreshold::observed;
  if (!options.rule.empty())
    made.rule =
        choose("--rule", options.rule, {"inclusive", "exclusive"}) == 0 ? RocRule::inclusive : RocRule::exclusive;
  constexpr TiedCutoff ties[] = {TiedCutoff::specific, TiedCutoff::sensitive, TiedCutoff::middle};
  made.tied = ties[choose("--tied", options.tied, {"specific", "sensitive", "middle"})];
  made.gray_method = choose("--gray-method", options.gray_method, {"quantiles", "two_graph"}) == 0
                         ? GrayZoneMethod::quantiles
                         : GrayZoneMethod::two_graph;
  made.gray_level = parse_number("--gray-level", options.gray_level);
  made.sensitivity_target = parse_optional("--target-sensitivity", options.sensitivity_target);
  made.specificity_target = parse_optional("--target-specificity", options.specificity_target);
  made.target_rule = choose("--target-by", options.target_rule, {"lower_limit", "estimate"}) == 0
                         ? TargetRule::lower_limit
                         : TargetRule::estimate;
  made.confidence = parse_number("--confidence", options.confidence);
  made.resampling = {options.replicates, options.seed, options.threads};
  return made;
}

std::string describe_interval(const std::optional<Interval>& interval) {
  return interval ? fmt::format(" [{}, {}]", format_double(interval->lower), format_double(interval->upper)) : "";
}

std::string describe_proportion(const char* name, const Proportion& proportion, const TargetVerdict& verdict) {
  std::string line = fmt::format("verification {} {}/{}", name, proportion.numerator, proportion.denominator);
  line += describe_interval(proportion.clopper_pearson);
  if (verdict.target)
    line +=
        fmt::format(" target {} {}", format_double(*verdict.target), verdict.met.value_or(false) ? "met" : "missed");
  return line + "\n";
}

std::string describe(const CutoffEstablishment& made) {
  std::string text = fmt::format("cutoff {} {}{}\n", find_relation(made.establishment.direction, made.rule),
                                 format_double(*made.establishment.cutoff.value),
                                 describe_interval(made.establishment.cutoff.interval));
  if (made.verification) {
    text += describe_proportion("sensitivity", made.verification->sensitivity, made.verification->sensitivity_verdict);
    text += describe_proportion("specificity", made.verification->specificity, made.verification->specificity_verdict);
  }
  return text;
}

void report_exclusions(const CutoffDataset& dataset, Language language) {
  for (const Exclusion& exclusion : dataset.exclusions) {
    print_message(fmt::format("qpcr-validate: {}: {} × {}", dataset.source.name, exclusion.rows,
                              render_message(exclusion.reason, language)));
  }
}

int establish(const Options& options) {
  const Language language = choose_language(options.language);
  const std::filesystem::path out(options.out);
  if (std::filesystem::exists(out)) refuse_option("--out", options.out, "a file that does not exist yet");
  const EstablishmentOptions asked = to_establishment_options(options);
  asked.validate();
  const MissingRows missing =
      choose("--missing", options.missing, {"refuse", "exclude"}) == 0 ? MissingRows::refuse : MissingRows::exclude;
  const CutoffDataset establishment =
      read_cutoff_dataset(read_file(options.establishment), options.establishment, missing);
  std::optional<CutoffDataset> verification;
  if (!options.verification.empty())
    verification = read_cutoff_dataset(read_file(options.verification), options.verification, missing);
  const CutoffEstablishment made = establish_cutoff(establishment, verification ? &*verification : nullptr, asked);
  const std::string record = render_cutoff_record(made);
  write_file(out, record);
  print_data(describe(made) + render_cutoff_rule(made, check_cutoff_record(record, options.out)));
  report_exclusions(establishment, language);
  if (verification) report_exclusions(*verification, language);
  for (const Message& warning : made.warnings)
    print_message(fmt::format("qpcr-validate: {}", render_message(warning, language)));
  return made.accepted.value_or(true) ? exit_ok : exit_run_invalid;
}

}  // namespace

void add_cutoff(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "cutoff",
      "establish a cut-off, verify it on other subjects, write its record (exit 4: written, a target missed)");
  command->add_option("--establishment", options->establishment, "table with subject, value, reference")->required();
  command->add_option("--verification", options->verification, "the same of other subjects");
  command->add_option("--criterion", options->criterion, "youden, specificity, sensitivity, cost or limit_of_blank")
      ->required();
  command->add_option("--direction", options->direction, "higher or lower values speak for disease")->required();
  command->add_option("--level", options->level, "of specificity, sensitivity or limit_of_blank");
  command->add_option("--cost-ratio", options->cost_ratio, "cost: a false negative over a false positive");
  command->add_option("--prevalence", options->prevalence, "cost: in the population");
  command->add_option("--threshold", options->threshold, "midpoint (default) or observed");
  command->add_option("--rule", options->rule, "inclusive (default; the cut-off itself is positive) or exclusive");
  command->add_option("--tied", options->tied, "equally good cut-offs: specific (default), sensitive or middle");
  command->add_option("--gray-method", options->gray_method, "quantiles (default, C5 to C95) or two_graph");
  command->add_option("--gray-level", options->gray_level, "0.95 without it");
  command->add_option("--target-sensitivity", options->sensitivity_target, "to be reached on the other subjects");
  command->add_option("--target-specificity", options->specificity_target, "to be reached on the other subjects");
  command->add_option("--missing", options->missing, "rows without value or reference: refuse (default) or exclude");
  command->add_option("--target-by", options->target_rule, "lower_limit (default, Clopper-Pearson) or estimate");
  command->add_option("--confidence", options->confidence, "two-sided, 0.95 without it");
  command->add_option("--replicates", options->replicates, "bootstrap, 2000 without it");
  command->add_option("--seed", options->seed, "of the bootstrap, 1 without it");
  command->add_option("--threads", options->threads, "0, the default, for all processors");
  command->add_option("--name", options->name, "of the record; the file's name without it");
  command->add_option("--date", options->date, "of the decision, as 2026-01-05; today without it");
  command->add_option("--out", options->out, "the record to write, JSON (docs/formats/cutoff.md)")->required();
  command->add_option("--lang", options->language, "zh (default) or en, for the warnings");
  command->callback([options, &action] { action = [options] { return establish(*options); }; });
}

}  // namespace qpcr::apps
