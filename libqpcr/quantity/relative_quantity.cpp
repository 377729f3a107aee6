// Sums of independent terms on the log2 scale, each with its variance and degrees of freedom.
#include "libqpcr/quantity/relative_quantity.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/elementary.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void refuse(ErrorCode code, const char* field, const std::string& found, const char* expected) {
  ErrorContext context;
  context.field = field;
  context.found = found;
  context.expected = expected;
  throw Error(code, context);
}

/// Variance of a sum of independent means, with Welch–Satterthwaite degrees of freedom.
struct VarianceSum {
  bool complete = true;
  double variance = 0.0;
  double weighted_squares = 0.0;  ///< Σ variance²/degrees

  void add(const std::optional<double>& standard_error, double factor, double degrees) {
    if (!standard_error) {
      complete = false;
      return;
    }
    const double part = factor * factor * *standard_error * *standard_error;
    variance += part;
    if (degrees > 0.0) weighted_squares += part * part / degrees;
  }

  void add(const MeanCq& mean, double factor) { add(mean.standard_error_cycles, factor, mean.replicates - 1.0); }

  std::optional<double> degrees() const {
    if (!complete || !(weighted_squares > 0.0)) return std::nullopt;
    return variance * variance / weighted_squares;
  }
};

void check_growth(const ComparedTarget& target) {
  if (!(target.growth.fold > 1.0) || !std::isfinite(target.growth.fold))
    refuse(ErrorCode::invalid_value, "growth", format_double(target.growth.fold), "fold per cycle above 1");
  if (!(target.growth.standard_error >= 0.0))
    refuse(ErrorCode::invalid_value, "growth", format_double(target.growth.standard_error),
           "an error that is not negative");
}

}  // namespace

MeanCq estimate_mean_cq(std::span<const double> cq_cycles) {
  MeanCq mean;
  double sum = 0.0;
  for (const double cq : cq_cycles) {
    if (!std::isfinite(cq)) continue;
    sum += cq;
    ++mean.replicates;
  }
  mean.cq_cycles = mean.replicates > 0 ? sum / mean.replicates : nan;
  if (mean.replicates < 2) return mean;
  double squares = 0.0;
  for (const double cq : cq_cycles) {
    if (std::isfinite(cq)) squares += (cq - mean.cq_cycles) * (cq - mean.cq_cycles);
  }
  mean.standard_error_cycles = std::sqrt(squares / (mean.replicates - 1.0) / mean.replicates);
  return mean;
}

CqDifference derive_delta_cq(const MeanCq& target, std::span<const MeanCq> references) {
  if (references.empty()) refuse(ErrorCode::invalid_value, "references", "none", "at least one reference target");
  const double share = 1.0 / static_cast<double>(references.size());
  CqDifference difference;
  difference.cycles = target.cq_cycles;
  VarianceSum sum;
  sum.add(target, 1.0);
  for (const MeanCq& reference : references) {
    difference.cycles -= share * reference.cq_cycles;
    sum.add(reference, share);
  }
  if (sum.complete) difference.standard_error_cycles = std::sqrt(sum.variance);
  difference.degrees_of_freedom = sum.degrees();
  return difference;
}

CqDifference derive_delta_delta_cq(const CqDifference& sample, const CqDifference& calibrator) {
  CqDifference difference;
  difference.cycles = sample.cycles - calibrator.cycles;
  VarianceSum sum;
  sum.add(sample.standard_error_cycles, 1.0, sample.degrees_of_freedom.value_or(0.0));
  sum.add(calibrator.standard_error_cycles, 1.0, calibrator.degrees_of_freedom.value_or(0.0));
  if (sum.complete) difference.standard_error_cycles = std::sqrt(sum.variance);
  difference.degrees_of_freedom = sum.degrees();
  return difference;
}

RelativeQuantity estimate_relative_quantity(const ComparedTarget& target, std::span<const ComparedTarget> references,
                                            double confidence) {
  if (!(confidence > 0.0 && confidence < 1.0))
    refuse(ErrorCode::invalid_option, "confidence", format_double(confidence), "between 0 and 1");
  if (references.empty()) refuse(ErrorCode::invalid_value, "references", "none", "at least one reference target");
  RelativeQuantity result;
  VarianceSum cq_sum;
  double growth_variance = 0.0;
  const auto add = [&](const ComparedTarget& part, double factor) {
    check_growth(part);
    const double log2_growth = std::log2(part.growth.fold);
    const double distance = part.calibrator.cq_cycles - part.sample.cq_cycles;
    result.log2_ratio += factor * distance * log2_growth;
    cq_sum.add(part.sample, factor * log2_growth);
    cq_sum.add(part.calibrator, factor * log2_growth);
    const double growth_error = factor * distance * part.growth.standard_error / part.growth.fold / std::numbers::ln2;
    growth_variance += growth_error * growth_error;
  };
  add(target, 1.0);
  for (const ComparedTarget& reference : references) add(reference, -1.0 / static_cast<double>(references.size()));
  result.ratio = std::exp2(result.log2_ratio);
  result.log2_growth_standard_error = std::sqrt(growth_variance);
  if (!cq_sum.complete || !std::isfinite(result.log2_ratio)) return result;
  result.log2_standard_error = std::sqrt(cq_sum.variance + growth_variance);
  if (cq_sum.weighted_squares > 0.0) {
    const double variance = cq_sum.variance + growth_variance;
    result.degrees_of_freedom = variance * variance / cq_sum.weighted_squares;
  }
  const double tail = (1.0 - confidence) / 2.0;
  const double quantile = result.degrees_of_freedom ? student_t_upper_quantile(tail, *result.degrees_of_freedom)
                                                    : normal_upper_quantile(tail);
  const double half = quantile * *result.log2_standard_error;
  result.log2_interval = Interval{result.log2_ratio - half, result.log2_ratio + half};
  result.ratio_interval = Interval{std::exp2(result.log2_interval->lower), std::exp2(result.log2_interval->upper)};
  return result;
}

GrowthPerCycle derive_growth(double slope_cycles_per_log10, double slope_standard_error) {
  if (!(slope_cycles_per_log10 < 0.0))
    refuse(ErrorCode::invalid_value, "slope", format_double(slope_cycles_per_log10), "a negative slope");
  GrowthPerCycle growth;
  growth.fold = elementary::pow(10.0, -1.0 / slope_cycles_per_log10);
  growth.standard_error =
      growth.fold * std::numbers::ln10 / (slope_cycles_per_log10 * slope_cycles_per_log10) * slope_standard_error;
  return growth;
}

}  // namespace qpcr
