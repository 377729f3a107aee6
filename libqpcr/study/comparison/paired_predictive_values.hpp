// Predictive values and likelihood ratios of two tests on the same subjects, compared.
#pragma once

#include "libqpcr/study/comparison/paired_accuracy.hpp"

namespace qpcr {

/// PPV, NPV or a likelihood ratio of two tests. The difference and the ratio follow the option's order.
struct PairedValueComparison {
  Estimate first;
  Estimate second;
  Estimate difference;  ///< without interval
  Estimate ratio;       ///< interval on the logarithm; its standard error is that of the logarithm
  ComparisonTest generalised_score;
  ComparisonTest weighted_generalised_score;
  ComparisonTest ratio_test;  ///< z of the logarithm
};

struct PairedPredictiveValuesResult {
  double confidence = 0.95;
  PairedValueComparison positive;
  PairedValueComparison negative;
  std::optional<double> log_ratio_covariance;  ///< of the two ratios
  std::vector<Message> warnings;
};

struct PairedLikelihoodRatiosResult {
  double confidence = 0.95;
  PairedValueComparison positive;  ///< without score tests
  PairedValueComparison negative;
};

/// The generalised score test of Leisenring, Alonzo & Pepe 2000 (10.1111/j.0006-341X.2000.00345.x), its weighted form
/// (Kosinski 2013, 10.1002/sim.5587), and the relative predictive value with its delta-method interval (Moskowitz &
/// Pepe 2006, 10.1191/1740774506cn147oa). These are predictive values in the sample: they mean something only where
/// cases and controls were recruited together (a consecutive cohort), and the result warns of it. Not estimable where
/// a test is never positive (negative), or where nothing varies among those that are.
/// @throws Error invalid_option (options), invalid_value (counts).
PairedPredictiveValuesResult compare_paired_predictive_values(const PairedAccuracyCounts& counts,
                                                              const PairedProportionsOptions& options);

/// Ratio of the likelihood ratios with the covariance of the pairs (Gu & Pepe 2009, 10.2202/1557-4679.1138; for two
/// binary tests the regression's robust variance is this closed form).
/// @throws as compare_paired_predictive_values().
PairedLikelihoodRatiosResult compare_paired_likelihood_ratios(const PairedAccuracyCounts& counts,
                                                              const PairedProportionsOptions& options);

}  // namespace qpcr
