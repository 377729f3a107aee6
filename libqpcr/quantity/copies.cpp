// Proportionality on the log scale.
#include "libqpcr/quantity/copies.hpp"

#include <cmath>
#include <numbers>
#include <string>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/elementary.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(ErrorCode code, const char* field, double found, const char* expected) {
  ErrorContext context;
  context.field = field;
  context.found = format_double(found);
  context.expected = expected;
  throw Error(code, context);
}

}  // namespace

CopyEstimate estimate_copies(double log10_n0, double log10_n0_standard_error, const CopyCalibrator& calibrator,
                             double confidence) {
  constexpr ErrorCode code = ErrorCode::invalid_value;
  if (!(confidence > 0.0 && confidence < 1.0))
    refuse(ErrorCode::invalid_option, "confidence", confidence, "between 0 and 1");
  if (!(calibrator.copies_per_reaction > 0.0) || !std::isfinite(calibrator.copies_per_reaction))
    refuse(code, "copies_per_reaction", calibrator.copies_per_reaction, "a positive number of copies");
  for (const double value : {log10_n0, calibrator.log10_n0}) {
    if (!std::isfinite(value)) refuse(code, "log10_n0", value, "a finite number");
  }
  for (const double error :
       {log10_n0_standard_error, calibrator.log10_n0_standard_error, calibrator.log10_copies_standard_error}) {
    if (!(error >= 0.0) || !std::isfinite(error))
      refuse(code, "standard_error", error, "a number that is not negative");
  }
  CopyEstimate estimate;
  estimate.log10_copies = std::log10(calibrator.copies_per_reaction) + log10_n0 - calibrator.log10_n0;
  estimate.copies_per_reaction = elementary::pow(10.0, estimate.log10_copies);
  estimate.log10_standard_error =
      std::hypot(log10_n0_standard_error, calibrator.log10_n0_standard_error, calibrator.log10_copies_standard_error);
  const double half = normal_upper_quantile((1.0 - confidence) / 2.0) * estimate.log10_standard_error;
  estimate.log10_interval = {estimate.log10_copies - half, estimate.log10_copies + half};
  estimate.copies_interval = {elementary::pow(10.0, estimate.log10_interval.lower),
                              elementary::pow(10.0, estimate.log10_interval.upper)};
  estimate.poisson_log10_sd = poisson_log10_sd(estimate.copies_per_reaction);
  return estimate;
}

double poisson_log10_sd(double copies_per_reaction) {
  if (!(copies_per_reaction > 0.0))
    refuse(ErrorCode::invalid_value, "copies_per_reaction", copies_per_reaction, "a positive number of copies");
  return std::numbers::log10e / std::sqrt(copies_per_reaction);
}

}  // namespace qpcr
