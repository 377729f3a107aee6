// Reference intervals of CLSI EP28: nonparametric, robust, parametric after a Box–Cox transformation; partition,
// verification.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libqpcr/math/normality.hpp"
#include "libqpcr/study/estimate.hpp"

namespace qpcr {

struct ReferenceIntervalOptions {
  double coverage = 0.95;    ///< of the population between both limits
  double confidence = 0.90;  ///< of each limit's interval
  int quantile_type = 6;     ///< of the nonparametric limits (Hyndman & Fan); EP28 asks for 6
  long replicates = 2000;    ///< bootstrap, of the robust limits and where no order statistic serves
  std::uint64_t seed = 1;
  int threads = 0;

  /// @throws Error invalid_option.
  void validate() const;
};

/// A limit as an order statistic: ranks from 1; 0 and n + 1 stand for none.
struct LimitRanks {
  long lower = 0;
  long upper = 0;

  bool operator==(const LimitRanks&) const = default;
};

struct ReferenceLimits {
  Estimate lower;
  Estimate upper;
};

struct ReferenceIntervalResult {
  long count = 0;
  double coverage = 0.95;
  double confidence = 0.90;
  ReferenceLimits nonparametric;  ///< intervals by order statistics; absent where they lie outside the sample
  LimitRanks lower_ranks;
  LimitRanks upper_ranks;
  ReferenceLimits bootstrap;            ///< the same limits with percentile intervals, for smaller samples
  ReferenceLimits parametric;           ///< mean ± z·sd
  ReferenceLimits parametric_log;       ///< of logarithms, back-transformed
  std::optional<double> box_cox_power;  ///< that maximises the normal likelihood; 0 is the logarithm
  ReferenceLimits parametric_box_cox;
  ReferenceLimits robust;                          ///< Horn & Pesce, bootstrap intervals
  NormalityTest normality;                         ///< Shapiro–Wilk of the values; NaN where it does not exist
  std::optional<NormalityTest> normality_box_cox;  ///< and of the transformed ones
  std::vector<double> tukey_outliers;  ///< beyond 1.5 quartile distances of the Box–Cox transformed values (Horn 2001)
  std::vector<double> dixon_outliers;  ///< an end whose gap is at least a third of the range (EP28)
  std::vector<Message> warnings;
};

/// Solberg 1987; Horn, Pesce & Copeland 1998 (10.1093/clinchem/44.3.622); Horn et al. 2001
/// (10.1093/clinchem/47.12.2137). Flagged outliers stay in. @throws Error invalid_value (not finite), invalid_option.
ReferenceIntervalResult estimate_reference_interval(std::span<const double> values,
                                                    const ReferenceIntervalOptions& options = {});

/// Ranks between which the p-quantile lies with the confidence: each tail of the binomial holds at most half the rest.
LimitRanks find_limit_ranks(long count, double probability, double confidence);

/// λ of (xᵡ − 1)/λ that maximises the profile likelihood between −5 and 5 (Box & Cox 1964,
/// 10.1111/j.2517-6161.1964.tb00553.x); empty for values ≤ 0 or without variation.
std::optional<double> estimate_box_cox_power(std::span<const double> values);

/// Harris & Boyd 1990 (10.1093/clinchem/36.2.265): are two subgroups different enough for limits of their own?
struct PartitionResult {
  Estimate z;                     ///< distance of the means over its standard error
  double critical_z = 0.0;        ///< 3·√(mean group size/120)
  Estimate sd_ratio;              ///< larger over smaller
  std::optional<bool> partition;  ///< z above its critical value, or a ratio above 1.5
};

/// @throws Error invalid_value.
PartitionResult compare_partition(std::span<const double> first, std::span<const double> second);

enum class TransferVerdict { accepted, repeat_with_second_sample, rejected, too_few_values };

/// EP28's verification of a transferred interval with 20 subjects: at most two outside accept, three or four ask for
/// another 20 (of which at most two may lie outside), five or more reject.
struct TransferResult {
  long count = 0;
  long outside = 0;
  Estimate share_outside;  ///< with the exact interval
  TransferVerdict verdict = TransferVerdict::too_few_values;
};

/// @param second_sample the values are those of the repeat. @throws Error invalid_value, invalid_option (limits).
TransferResult verify_transfer(std::span<const double> values, Interval limits, bool second_sample = false);

}  // namespace qpcr
