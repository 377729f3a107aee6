// Linear regression of values of which some are only known to lie above a limit (Tobin 1958), by maximum likelihood.
#pragma once

#include <span>
#include <vector>

namespace qpcr {

/// In the parameters of Olsen (1978, 10.2307/1913073), in which the likelihood has one maximum: coefficients over σ,
/// then 1/σ. Empty `scaled` where there is no maximum.
struct CensoredFit {
  std::vector<double> scaled;             ///< columns + 1
  std::vector<double> scaled_covariance;  ///< of `scaled`, from the observed information
  std::vector<double> coefficients;
  double sd = 0.0;
  double log_likelihood = 0.0;
  int iterations = 0;

  bool exists() const { return !scaled.empty(); }
};

/// @param design rows × columns by row. @param values read where `censored` is 0. @param limit of each row: a censored
/// value lies above it.
/// Nothing exists with fewer than columns + 1 values that are not censored, with columns that depend on each other
/// among those, and with values that lie on a line.
/// @throws Error invalid_value for lengths that do not fit or numbers that are not finite.
CensoredFit fit_censored_regression(std::span<const double> design, std::span<const double> values,
                                    std::span<const char> censored, std::span<const double> limit);

}  // namespace qpcr
