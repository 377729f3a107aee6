// Agreement of readers or procedures on a number: six intraclass correlations and Lin's concordance correlation.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// Shrout and Fleiss 1979 (10.1037/0033-2909.86.2.420), with their F intervals.
struct IntraclassCorrelations {
  double confidence = 0.95;
  long subjects = 0;
  long readers = 0;
  Estimate single_one_way;      ///< ICC(1,1): every subject has readers of its own
  Estimate single_agreement;    ///< ICC(2,1): readers are a sample of readers
  Estimate single_consistency;  ///< ICC(3,1): these readers, up to a constant
  Estimate mean_one_way;        ///< ICC(1,k): of the mean of all readers
  Estimate mean_agreement;
  Estimate mean_consistency;
  double between_subjects_square = 0.0;  ///< mean squares
  double between_readers_square = 0.0;
  double residual_square = 0.0;
  double within_subjects_square = 0.0;
  std::vector<Exclusion> exclusions;
};

/// @param values of each subject by each reader; subjects with a missing value (NaN) are excluded.
/// @throws Error invalid_value unless every subject has as many places, at least 2, and for infinite values;
/// invalid_option unless 0 < confidence < 1.
IntraclassCorrelations estimate_intraclass_correlations(const std::vector<std::vector<double>>& values,
                                                        double confidence = 0.95);

/// Lin's concordance correlation (1989, 10.2307/2532051) with the interval on Fisher's scale, as corrected in 2000.
struct ConcordanceCorrelation {
  long pairs = 0;
  Estimate concordance;
  Estimate precision;  ///< Pearson's r
  Estimate accuracy;   ///< concordance over precision: how near the best line is to identity
};

/// @throws Error invalid_value for unequal lengths and values that are not finite; invalid_option.
ConcordanceCorrelation estimate_concordance(const std::vector<double>& x, const std::vector<double>& y,
                                            double confidence = 0.95);

}  // namespace qpcr
