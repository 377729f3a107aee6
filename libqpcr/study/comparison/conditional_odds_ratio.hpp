// Counts of one cell given the margins of one or several fourfold tables: exact tests and the conditional odds ratio.
#pragma once

#include <span>
#include <vector>

#include "libqpcr/study/comparison/comparison_types.hpp"

namespace qpcr {

/// The number of successes of the first group, summed over tables, given all margins. Its distribution at an odds ratio
/// of 1 is kept as logarithms; at another ratio each count weighs ratio^count more (Cornfield 1956; Gart 1970,
/// 10.1093/biomet/57.3.471).
class ConditionalCount {
 public:
  static ConditionalCount of_pair(const ProportionPair& pair);
  /// The sum over tables, by convolution (Mehta, Patel & Gray 1985, 10.2307/2288562).
  static ConditionalCount of_strata(std::span<const ProportionPair> strata);

  long observed() const { return observed_; }
  long least() const { return least_; }
  long most() const { return least_ + static_cast<long>(log_weights_.size()) - 1; }
  /// P(count ≥ at) and P(count ≤ at) at an odds ratio given by its logarithm.
  double upper_tail(long at, double log_odds_ratio) const;
  double lower_tail(long at, double log_odds_ratio) const;
  double mean(double log_odds_ratio) const;

  /// Total probability at an odds ratio of 1 of the counts that are not more probable than the observed one; equal
  /// within a relative 1e-7 counts as not more probable.
  double two_sided_p_value() const;
  /// The smaller tail, doubled, at most 1.
  double doubled_p_value() const;
  /// Most likely odds ratio and the interval of ratios at which neither tail falls below (1 − confidence)/2. Without a
  /// value where the observed count is an end of its range (the likelihood has no maximum): the limit is then open.
  Estimate estimate_odds_ratio(double confidence) const;

 private:
  ConditionalCount(long observed, long least, std::vector<double> log_weights);
  double log_normaliser(double log_odds_ratio) const;

  long observed_ = 0;
  long least_ = 0;
  std::vector<double> log_weights_;  ///< of least, least + 1, …, normalised at an odds ratio of 1
};

}  // namespace qpcr
