// How two measurements of the same subjects go together: Pearson, Spearman, Kendall and Lin's concordance.
#pragma once

#include <optional>
#include <span>

#include "libqpcr/study/estimate.hpp"

namespace qpcr {

struct CorrelationOptions {
  double confidence = 0.95;

  /// @throws Error invalid_option unless 0 < confidence < 1.
  void validate() const;
};

struct Correlation {
  Estimate estimate;
  std::optional<double> p_value;  ///< of no association, two-sided
};

struct CorrelationResult {
  long pairs = 0;
  double confidence = 0.95;
  Correlation pearson;      ///< interval by Fisher's z, p by t
  Correlation spearman;     ///< interval by Fisher's z with Bonett & Wright's variance, p by t
  Correlation kendall;      ///< τ-b; interval by Fisher's z with Fieller's variance, p by the normal score
  Correlation concordance;  ///< Lin's, interval by his z transformation
  Estimate location_shift;  ///< (mean y − mean x)/√(sd x · sd y)
  Estimate scale_shift;     ///< sd y/sd x
};

/// Lin 1989 (10.2307/2532051), moments over n; Bonett & Wright 2000 (10.1007/BF02294183); Fieller, Hartley & Pearson
/// 1957 (10.1093/biomet/44.3-4.470). @throws Error invalid_value (unequal lengths, not finite), invalid_option.
CorrelationResult estimate_correlation(std::span<const double> x, std::span<const double> y,
                                       const CorrelationOptions& options = {});

}  // namespace qpcr
