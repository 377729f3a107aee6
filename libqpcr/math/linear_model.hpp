// Linear models by least squares with weights: coefficients, standard errors, R², AIC and tests of nested models.
#pragma once

#include <span>
#include <vector>

namespace qpcr {

/// y = coefficients[0] + Σ coefficients[k]·column k. Inference (errors, t, p, F) is NaN without degrees of freedom and
/// where the fit is exact; everything but the counts is NaN where the columns do not determine the coefficients.
struct LinearModelFit {
  long observations = 0;    ///< of positive weight
  bool determined = false;  ///< columns (with the constant) are linearly independent
  bool exact = false;       ///< residuals are rounding alone: no error can be estimated
  double degrees_of_freedom = 0.0;
  std::vector<double> coefficients;  ///< the constant first
  std::vector<double> standard_errors;
  std::vector<double> t_values;
  std::vector<double> p_values;             ///< two-sided
  std::vector<double> unscaled_covariance;  ///< (XᵀWX)⁻¹ by rows
  std::vector<double> fitted;
  double residual_sum_of_squares = 0.0;  ///< weighted
  double residual_sd = 0.0;              ///< of an observation of weight 1
  double r_squared = 0.0;                ///< about the weighted mean
  double aic = 0.0;                      ///< −2·ln L + 2·(coefficients + 1) at the maximum of the likelihood
  double f = 0.0;                        ///< of all columns
  double f_p_value = 0.0;
};

/// Householder QR in extended precision, a block of rows at a time, so that memory does not grow with them.
/// @param columns predictors, each as long as y; the constant is added.
/// @param weights proportional to 1/variance; empty: all 1. An observation of weight 0 counts for nothing.
/// @throws Error invalid_value for unequal lengths, values that are not finite, negative weights.
/// Accuracy: NIST StRD Norris and Longley to 13 digits (tests/study/reference).
LinearModelFit fit_linear_model(const std::vector<std::vector<double>>& columns, std::span<const double> y,
                                std::span<const double> weights = {});

struct LinearPrediction {
  double value = 0.0;
  double standard_error = 0.0;  ///< of the mean there; NaN where the fit has none
};

/// @throws Error invalid_value unless one value is given for each column.
LinearPrediction predict_linear_model(const LinearModelFit& fit, std::span<const double> predictors);

/// A ratio of variances and its upper tail; NaN where a variance or its degrees are missing.
struct VarianceRatio {
  double f = 0.0;
  double numerator_degrees = 0.0;
  double denominator_degrees = 0.0;
  double p_value = 0.0;
};

/// F of a model against a larger one that contains it.
VarianceRatio compare_nested(double small_sum_of_squares, double small_degrees, double large_sum_of_squares,
                             double large_degrees);

}  // namespace qpcr
