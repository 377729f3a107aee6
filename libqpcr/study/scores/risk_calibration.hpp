// How well predicted risks agree with what happened: calibration slope, intercept, observed : expected, smooth curve.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/study/scores/hosmer_lemeshow.hpp"
#include "libqpcr/study/scores/score_inputs.hpp"

namespace qpcr {

struct RiskCalibrationOptions {
  double confidence = 0.95;
  long groups = 10;         ///< of the grouped points of the figure
  double span = 2.0 / 3.0;  ///< of the smooth curve (math/lowess.hpp)

  /// @throws Error invalid_option.
  void validate() const;
};

/// Observed share of events of a group of risks, for the figure.
struct CalibrationGroup {
  RiskGroup group;
  Estimate observed;  ///< Wilson interval

  bool operator==(const CalibrationGroup&) const = default;
};

struct RiskCalibration {
  std::string_view method = "logistic_recalibration";
  double confidence = 0.95;
  OutcomeCounts counts;
  Estimate slope;                     ///< b of logit P(event) = a + b·logit(risk); 1 at best
  Estimate intercept;                 ///< a of the same fit
  Estimate calibration_in_the_large;  ///< a of logit P(event) = a + logit(risk); 0 at best
  Estimate observed_over_expected;    ///< interval on the logarithm
  /// Likelihood-ratio chi-square of slope 1 and intercept 0 together, 2 degrees of freedom.
  Estimate miscalibration_chi_square;
  std::optional<double> miscalibration_p;
  /// Of |risk − smooth curve| over the subjects: mean (integrated calibration index), 9th decile (type 7), greatest.
  Estimate mean_error;
  Estimate ninety_percent_error;
  Estimate greatest_error;
  std::vector<double> curve_risks;   ///< ascending, each once
  std::vector<double> curve_smooth;  ///< smoothed outcome there
  std::vector<CalibrationGroup> groups;

  bool operator==(const RiskCalibration&) const = default;
};

/// Cox 1958 (10.1093/biomet/45.3-4.562); Van Calster et al. 2019 (10.1186/s12916-019-1466-7); smooth curve and its
/// errors as Harrell's val.prob, integrated index: Austin & Steyerberg 2019 (10.1002/sim.8281), with lowess in place of
/// loess. Slope and intercepts are not estimable where a risk is exactly 0 or 1 (its logit is infinite), where all
/// risks are equal, under separation and without both outcomes.
/// @throws Error invalid_value (lengths, risks outside 0 … 1, outcomes), invalid_option.
RiskCalibration estimate_risk_calibration(std::span<const double> risks, std::span<const int> outcomes,
                                          const RiskCalibrationOptions& options);

/// A logistic regression of the outcomes on logit(risk) (slope 1 and an intercept only with `fixed_slope`).
struct Recalibration {
  Estimate intercept;
  Estimate slope;
  double deviance = 0.0;
  double null_deviance = 0.0;  ///< of an intercept alone

  bool exists() const { return intercept.value.has_value(); }
};
Recalibration fit_recalibration(std::span<const double> risks, std::span<const int> outcomes, bool fixed_slope,
                                double confidence);

/// −2 × log likelihood of the outcomes at the risks; infinite where a risk of 0 or 1 is wrong.
double derive_deviance(std::span<const double> risks, std::span<const int> outcomes);

}  // namespace qpcr
