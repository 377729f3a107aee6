// Maximum likelihood of a binomial regression: logit, probit and log-log links, offset, Firth's penalty, separation.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace qpcr {

/// P(success) as a function of the linear predictor η: 1/(1 + e^−η); Φ(η); 1 − exp(−e^η); exp(−e^−η).
enum class BinomialLink { logit, probit, complementary_log_log, log_log };

/// P(success) at η, and η at a probability strictly between 0 and 1.
double inverse_link(BinomialLink link, double linear_predictor);
double apply_link(BinomialLink link, double probability);

/// Which data a regression is of: `design` holds rows × columns numbers by row (an intercept is a column of ones).
struct BinomialData {
  std::span<const double> design;
  std::span<const double> successes;  ///< a row, 0 … trials; need not be whole (weights)
  std::span<const double> trials;     ///< a row, at least 0; a row of 0 trials says nothing, but is predicted
  std::span<const double> offset;     ///< empty, or a row
};

struct BinomialRegressionOptions {
  BinomialLink link = BinomialLink::logit;
  /// Adds half the logarithm of the determinant of the expected information (Firth 1993, 10.1093/biomet/80.1.27;
  /// Heinze & Schemper 2002, 10.1002/sim.1047): finite coefficients under separation too.
  bool firth = false;
  /// Covariance from the observed information instead of the expected one that GLM programs use (equal for logit).
  bool observed_information = false;
  /// Values at which coefficients are held (one a column, or empty): for profiles. Firth's penalty keeps all columns.
  std::vector<std::optional<double>> held;
  /// False leaves the search for separation out where a penalised fit does not need it (resampling).
  bool find_separation = true;
  int most_iterations = 500;
};

/// Quasi-complete: some combination of columns never contradicts the outcome and is not 0 for all rows; complete: it is
/// never 0 either. The likelihood has no maximum in both cases (Albert & Anderson 1984, 10.1093/biomet/71.1.1).
enum class Separation { none, quasi_complete, complete };

/// A fit. Without a maximum (separation without penalty), with columns that depend on each other and without
/// convergence `coefficients` is empty and nothing else but `rank`, `separation` and `iterations` means anything.
struct BinomialFit {
  std::vector<double> coefficients;
  std::vector<double> covariance;  ///< columns × columns, 0 for held coefficients
  std::vector<double> linear_predictor;
  std::vector<double> fitted;             ///< probabilities
  std::vector<double> leverage;           ///< diagonal of the hat matrix
  double log_likelihood = 0.0;            ///< with the binomial constants, as in an AIC
  double kernel_log_likelihood = 0.0;     ///< Σ successes·ln p + failures·ln(1 − p)
  double penalised_log_likelihood = 0.0;  ///< kernel + ½ ln |information|
  double deviance = 0.0;
  double pearson = 0.0;  ///< Pearson's chi-square
  double aic = 0.0;      ///< −2 log_likelihood + 2 free coefficients
  long rows = 0;         ///< with trials
  int rank = 0;
  int iterations = 0;
  bool converged = false;
  Separation separation = Separation::none;

  bool exists() const { return !coefficients.empty(); }
};

/// Fisher scoring with step halving in an orthonormal basis of the design, until the score is 0 to rounding.
/// Separation is decided by non-negative least squares (Stiemke's and Gordan's alternatives), not by large numbers.
/// @throws Error invalid_value for lengths that do not fit, values that are not finite, successes outside 0 … trials,
/// negative trials and no row with trials; invalid_option for options that do not fit the columns.
/// Accuracy: tests/math/test_binomial_regression.cpp.
BinomialFit fit_binomial_regression(const BinomialData& data, const BinomialRegressionOptions& options);

/// Whether and how the outcomes can be separated by the columns.
/// @throws as fit_binomial_regression().
Separation find_separation(const BinomialData& data);

}  // namespace qpcr
