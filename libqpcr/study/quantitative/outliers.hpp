// Values that do not belong to a sample, flagged and never dropped: Grubbs, Dixon, Rosner, Cochran, Tukey.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libqpcr/math/distributions.hpp"
#include "libqpcr/math/dixon.hpp"
#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// Which end of the sample is suspected.
enum class OutlierEnd {
  farthest,  ///< the one farther from the mean; the highest when both are equally far
  nearest,   ///< the other one
  highest,
  lowest,
};

/// A suspected value. The statistic and p are absent where the test does not exist, and `why_absent` says why.
struct OutlierTest {
  std::optional<std::size_t> index;  ///< of the values given
  bool is_highest = true;
  std::optional<double> statistic;
  std::optional<double> variance_ratio;  ///< Grubbs: sum of squares without the value over that with it
  std::optional<double> p_one_sided;     ///< this end was suspected beforehand
  std::optional<double> p_two_sided;     ///< either end could have been
  std::optional<Message> why_absent;
};

/// Grubbs 1950 (10.1214/aoms/1177729885), 1969 (10.1080/00401706.1969.10490657): G = distance to the mean over sd. P is
/// n·P(T > t), Bonferroni's bound, exact above the second largest possible G; 1 at most. From 3 values.
/// @throws Error invalid_value for values that are not finite.
OutlierTest find_outlier_grubbs(std::span<const double> values, OutlierEnd end = OutlierEnd::farthest);

/// One outlier at each end: range over sd (Grubbs 1950; David, Hartley & Pearson 1954, 10.1093/biomet/41.3-4.482), p as
/// n(n − 1)·P(T > t), a bound. From 4 values.
OutlierTest find_outliers_both_ends(std::span<const double> values);

struct GrubbsPairOptions {
  long replicates = 100000;  ///< of simulated normal samples: no closed form exists
  std::uint64_t seed = 1;
  int threads = 0;

  /// @throws Error invalid_option unless replicates ≥ 1000.
  void validate() const;
};

/// Two outliers at one end: sum of squares without both over that with them; small values speak for outliers. P from
/// simulation, (1 + hits)/(1 + replicates). From 4 values.
OutlierTest find_outlier_pair_grubbs(std::span<const double> values, OutlierEnd end, const GrubbsPairOptions& options);

/// Dixon's ratio of gaps for 3 to 30 values; the ratio by the number of values unless one is given; p by integration.
OutlierTest find_outlier_dixon(std::span<const double> values, OutlierEnd end = OutlierEnd::farthest,
                               std::optional<DixonRatio> ratio = std::nullopt);

/// A step of Rosner's test: the value farthest from the mean of what the steps before left.
struct RosnerStep {
  std::size_t index = 0;  ///< of the values given
  double statistic = 0.0;
  double critical = 0.0;
};

struct RosnerResult {
  std::vector<RosnerStep> steps;
  std::vector<std::size_t> outliers;  ///< indices, up to the last step above its critical value
  std::optional<Message> why_absent;
};

/// Generalised extreme studentised deviate for up to `most` outliers (Rosner 1983, 10.1080/00401706.1983.10487848).
/// @throws Error invalid_value, invalid_option (alpha; most outside 1 … n − 2).
RosnerResult find_outliers_rosner(std::span<const double> values, long most, double alpha = 0.05);

/// Cochran's C (1941, 10.1111/j.1469-1809.1941.tb02271.x): the largest of k variances over their sum; p is k·P(F > f),
/// a bound, 1 at most. `index` names the group. @throws Error invalid_value for fewer than two variances, negative ones
/// or fewer than two replicates.
OutlierTest find_outlier_variance(std::span<const double> variances, double replicates);

/// Tukey 1977: quartiles − / + factor · their distance, quartiles of the Hyndman–Fan type.
/// @throws Error invalid_value, invalid_option for a factor that is not above 0. Empty for no values.
std::optional<Interval> derive_tukey_fences(std::span<const double> values, double factor = 1.5, int type = 7);

/// Critical value of Grubbs' G at a one-sided alpha. @throws Error invalid_value below 3 values, invalid_option.
double grubbs_critical_value(long count, double alpha_one_sided);

}  // namespace qpcr
