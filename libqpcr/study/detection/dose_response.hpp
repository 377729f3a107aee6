// The share of positive replicates against the dose: the fitted curve, and the dose at which a share is reached.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "libqpcr/math/binomial_regression.hpp"
#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// Replicates of one level and how many of them were positive.
struct HitRow {
  double dose = 0.0;
  long positive = 0;
  long tested = 0;

  bool operator==(const HitRow&) const = default;
};

enum class DoseScale { log10, linear };
/// none: binomial variance. pearson: all variances times Pearson's chi-square over its degrees, never less than 1, and
/// Student's t in place of the normal quantile (Finney 1971, Probit Analysis, 3rd ed., ch. 4).
enum class Dispersion { none, pearson };

std::string_view to_string(BinomialLink link);  ///< "probit"
std::string_view to_string(DoseScale scale);    ///< "log10"
std::string_view to_string(Dispersion dispersion);

/// @throws Error invalid_option that lists the choices.
BinomialLink parse_binomial_link(std::string_view text);
DoseScale parse_dose_scale(std::string_view text);
Dispersion parse_dispersion(std::string_view text);

struct DoseResponseOptions {
  BinomialLink link = BinomialLink::probit;
  DoseScale scale = DoseScale::log10;
  Dispersion dispersion = Dispersion::none;
  bool observed_information = false;  ///< as drc, which differs from glm for links other than logit
  double confidence = 0.95;
  std::vector<double> targets = {0.5, 0.9, 0.95};  ///< shares of positive replicates

  /// @throws Error invalid_option.
  void validate() const;
  bool operator==(const DoseResponseOptions&) const = default;
};

/// The dose at which a share of replicates is positive. Where it does not exist both estimates are absent.
struct DoseAtTarget {
  double target = 0.95;
  std::optional<double> scaled;                 ///< on the scale of the fit: log10 of the dose, or the dose
  std::optional<double> scaled_standard_error;  ///< delta method
  Estimate delta;    ///< dose; interval symmetric on the scale of the fit; standard error of the dose itself
  Estimate fieller;  ///< the same dose; the interval is absent where g ≥ 1, that is, where it is no interval

  bool operator==(const DoseAtTarget&) const = default;
};

/// A test of fit with its degrees of freedom; p absent without degrees.
struct GoodnessOfFit {
  double statistic = 0.0;
  std::optional<double> p_value;

  bool operator==(const GoodnessOfFit&) const = default;
};

/// Against the chi-square distribution.
GoodnessOfFit derive_goodness_of_fit(double statistic, long degrees);

/// A fitted curve. `why_absent` is set, and nothing else but the options and counts is, where there is no maximum.
struct DoseResponse {
  DoseResponseOptions options;
  std::optional<Message> why_absent;
  double intercept = 0.0;
  double slope = 0.0;
  double intercept_standard_error = 0.0;  ///< with the dispersion applied, as the covariance
  double slope_standard_error = 0.0;
  double covariance = 0.0;
  double log_likelihood = 0.0;
  double aic = 0.0;
  long degrees_of_freedom = 0;  ///< levels used − 2
  GoodnessOfFit deviance;
  GoodnessOfFit pearson;
  double dispersion = 1.0;  ///< factor applied to the variances
  /// Fieller's g at this confidence; from 1 on the slope does not differ from 0 and no finite interval exists.
  double fieller_g = 0.0;
  std::vector<DoseAtTarget> doses;
  long levels = 0;           ///< used
  long excluded_levels = 0;  ///< dose 0 or below on the log scale
  std::vector<std::size_t> excluded_rows;
  std::vector<double> fitted;  ///< share at each used row

  bool operator==(const DoseResponse&) const = default;
};

/// The roots at which (target − a − b·x)² = z²·Var(a + b·x): a closed interval exactly when the slope differs from 0
/// (Fieller 1954). Empty otherwise.
std::optional<Interval> derive_fieller_interval(double target, double intercept, double slope,
                                                double intercept_variance, double slope_variance, double covariance,
                                                double quantile);

/// Maximum likelihood of link(share) = intercept + slope·dose. On the log scale rows of dose 0 are left out and
/// counted. Not estimable: fewer than two levels, separation (F5 of the traps: programs print finite numbers there), a
/// share that does not rise with the dose.
/// @throws Error invalid_option, invalid_value (dose not finite, counts negative or more positive than tested, a
/// negative dose on the log scale).
DoseResponse fit_dose_response(const std::vector<HitRow>& rows, const DoseResponseOptions& options);

/// Levels in rising order with all replicates of a level together.
std::vector<HitRow> count_hits(const std::vector<double>& doses, const std::vector<bool>& positive);

/// @throws Error invalid_value for a row that cannot be.
void check_hit_rows(const std::vector<HitRow>& rows);

}  // namespace qpcr
