// PPV and NPV at a stated prevalence, from sensitivity and specificity by Bayes' rule.
#pragma once

#include <string_view>
#include <vector>

#include "libqpcr/study/accuracy/fourfold_accuracy.hpp"

namespace qpcr {

/// Intervals of Mercaldo, Lau and Zhou 2007 (10.1002/sim.2677).
enum class PredictiveInterval {
  logit,           ///< standard logit of the observed rates
  logit_adjusted,  ///< logit of rates with z²/2 added to both counts of each group (Agresti–Coull); exists for zeros
};

/// Predictive values in a population of the given prevalence.
struct PredictiveValues {
  std::string_view method = "bayes_mercaldo_logit";  ///< or "bayes_mercaldo_adjusted_logit"
  double prevalence = 0.0;
  double confidence = 0.95;
  Estimate positive;
  Estimate negative;
};

/// PPV = Se·p / (Se·p + (1−Sp)(1−p)) and NPV = Sp(1−p) / (Sp(1−p) + (1−Se)p) with a logit interval. The adjusted
/// interval moves the estimate too: rates are then those of the adjusted counts. The prevalence is taken as known: its
/// own uncertainty is not in the interval. Not estimable without cases or without controls, or where the test never
/// gives the result in question. The standard interval is absent when a cell it divides by is zero (all positive, no
/// false positive …) and when neither rate varies. Tested to 1e-9 against bdpv 1.4 in
/// tests/study/accuracy/test_predictive_values.cpp.
/// @throws Error invalid_option unless 0 < prevalence < 1 and 0 < confidence < 1.
PredictiveValues estimate_predictive_values(const FourfoldTable& table, double prevalence, double confidence,
                                            PredictiveInterval interval = PredictiveInterval::logit);

}  // namespace qpcr
