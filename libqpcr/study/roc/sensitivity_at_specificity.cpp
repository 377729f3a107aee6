// Reads the ROC curve at levels, in the sample and in its resamples.
#include "libqpcr/study/roc/sensitivity_at_specificity.hpp"

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

double read(const RocCounts& counts, const RocReadingOptions& options, double level) {
  return options.given == RocAxis::specificity ? read_sensitivity(counts, level, options.reading)
                                               : read_specificity(counts, level, options.reading);
}

}  // namespace

void RocReadingOptions::validate() const {
  check_roc_fraction("confidence", confidence);
  resampling.validate();
  if (levels.empty()) refuse_request(ErrorCode::invalid_option, "levels", "none", "at least one");
  for (const double level : levels) {
    if (!(level >= 0.0 && level <= 1.0))
      refuse_request(ErrorCode::invalid_option, "levels", format_double(level), "numbers from 0 to 1");
  }
}

RocReadings estimate_roc_readings(const RocSample& sample, const RocReadingOptions& options) {
  options.validate();
  const RocCounts counts = count_roc_sample(sample, options.direction);
  RocReadings result;
  result.direction = counts.direction;
  result.confidence = options.confidence;
  result.cases = counts.case_total;
  result.controls = counts.control_total;
  note_automatic_direction(options.direction, counts.direction, result.warnings);
  const auto why = find_missing_group(result.cases, result.controls);
  for (const double level : options.levels) {
    RocReadingAtLevel& one = result.levels.emplace_back();
    one.level = level;
    if (why) {
      one.estimate = not_estimable(*why);
    } else {
      one.estimate.value = read(counts, options, level);
      one.estimate.why_absent =
          Message{options.resampling.replicates == 0 ? "roc_no_replicates" : "roc_variance_needs_two_of_each", {}};
    }
  }
  if (why || options.resampling.replicates == 0 || result.cases < 2 || result.controls < 2) return result;
  const RocReplicates replicates = resample_roc(counts, options.resampling, options.levels.size(),
                                                [&](const RocCounts& resampled, std::span<double> values) {
                                                  for (std::size_t i = 0; i < values.size(); ++i)
                                                    values[i] = read(resampled, options, options.levels[i]);
                                                });
  for (std::size_t i = 0; i < result.levels.size(); ++i) {
    const RocBootstrap bootstrap = summarize_replicates(replicates.values[i], options.confidence);
    result.levels[i].estimate = make_bootstrap_estimate(*result.levels[i].estimate.value, bootstrap);
    result.levels[i].bootstrap_median = bootstrap.median;
  }
  return result;
}

}  // namespace qpcr
