// Limit of detection by the classical approach: limit of blank plus a multiple of the pooled SD of low samples.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libqpcr/study/detection/limit_of_blank.hpp"
#include "libqpcr/study/estimate.hpp"

namespace qpcr {

struct ParametricDetectionOptions {
  double share = 0.95;  ///< of results at the limit that exceed the limit of blank
  NormalQuantile quantile = NormalQuantile::rounded;
  LotRule lots = LotRule::ep17;
  double significance = 0.05;  ///< of the tests of the assumptions

  /// @throws Error invalid_option.
  void validate() const;
};

/// One result of a low sample.
struct LowResult {
  double value = 0.0;
  std::string sample;
  std::string lot;

  bool operator==(const LowResult&) const = default;
};

/// A low sample of one lot.
struct LowSample {
  std::string lot;
  std::string sample;
  long results = 0;
  double mean = 0.0;
  std::optional<double> sd;  ///< absent with one result

  bool operator==(const LowSample&) const = default;
};

/// The limit of one lot, or of all.
struct DetectionLimit {
  std::string lot;
  long degrees_of_freedom = 0;
  std::optional<double> pooled_sd;
  std::optional<double> multiplier;
  Estimate limit;

  bool operator==(const DetectionLimit&) const = default;
};

struct ParametricDetection {
  ParametricDetectionOptions options;
  double limit_of_blank = 0.0;
  std::vector<LowSample> samples;
  std::vector<DetectionLimit> lots;
  DetectionLimit pooled;
  LotRule applied = LotRule::pooled;
  Estimate limit;                       ///< by the rule of the lots: the highest of the lots, or the pooled one
  std::vector<Assumption> assumptions;  ///< equal variances (Bartlett, Cochran's C), normality of each sample
  std::vector<Message> warnings;
};

/// A test statistic with its p-value.
struct VarianceTest {
  double statistic = 0.0;
  double p_value = 0.0;
};

/// Bartlett's test of equal variances (1937), with his correction. Empty with fewer than two groups, a group of fewer
/// than two values or one without variation.
std::optional<VarianceTest> compare_variances_bartlett(const std::vector<std::vector<double>>& groups);

/// Cochran's C, the largest variance over their sum (1941), p by its bound from the F distribution. Empty with fewer
/// than two groups, groups of unequal size or without any variation.
std::optional<VarianceTest> compare_variances_cochran(const std::vector<std::vector<double>>& groups);

/// CLSI EP17-A2: LoD = LoB + c·SD, with SD pooled over the low samples and c = z/(1 − 1/(4·(L − J))).
/// @throws Error invalid_option, invalid_value (a value that is not finite, no result).
ParametricDetection estimate_parametric_detection_limit(const std::vector<LowResult>& results, double limit_of_blank,
                                                        const ParametricDetectionOptions& options);

}  // namespace qpcr
