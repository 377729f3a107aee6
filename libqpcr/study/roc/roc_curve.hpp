// The empirical ROC curve: every operating point a sample allows, and readings of the curve.
#pragma once

#include <cstddef>
#include <vector>

#include "libqpcr/study/accuracy/fourfold_accuracy.hpp"
#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/roc/roc_sample.hpp"

namespace qpcr {

/// What a threshold between two neighbouring values is: the observed value itself, or half way between the two.
enum class RocThreshold { midpoint, observed };

/// Whether a value equal to the threshold is positive (≥, or ≤ where lower values speak for disease) or not.
enum class RocRule { inclusive, exclusive };

struct RocPoint {
  double threshold = 0.0;  ///< ±infinity where everyone or no one is positive and no value says so
  FourfoldTable table;

  bool operator==(const RocPoint&) const = default;
};

struct RocCurveOptions {
  RocDirection direction = RocDirection::higher_is_case;
  RocThreshold threshold = RocThreshold::midpoint;
  RocRule rule = RocRule::inclusive;
};

struct RocCurve {
  RocDirection direction = RocDirection::higher_is_case;
  std::vector<RocPoint> points;  ///< from everyone positive to no one; the sensitivity falls
  std::vector<Message> warnings;
};

/// Every operating point: one more than there are distinct values.
RocCurve make_roc_curve(const RocSample& sample, const RocCurveOptions& options);
std::vector<RocPoint> list_roc_points(const RocCounts& counts, RocThreshold threshold, RocRule rule);

/// Threshold at which the values from the place `cut` on are positive; see RocPoint.
double find_roc_threshold(const RocCounts& counts, std::size_t cut, RocThreshold threshold, RocRule rule);

/// Half way between two neighbouring values, `after` being the more suspicious one; both keep their sides.
double place_between(double before, double after, RocRule rule);

/// The fourfold table of any threshold, inside the values or not. @throws Error invalid_option for a NaN.
FourfoldTable count_at_threshold(const RocCounts& counts, double threshold, RocRule rule);

double find_sensitivity(const FourfoldTable& table);  ///< of a table with cases
double find_specificity(const FourfoldTable& table);  ///< of a table with controls

/// How the curve is read where no threshold gives the specificity asked for: on the straight line between the two
/// neighbouring points, or at the best threshold whose specificity is at least the one asked for.
enum class RocReading { interpolated, attained };

/// Sensitivity at a specificity: the greatest one where several points have it. Needs both groups.
double read_sensitivity(const RocCounts& counts, double specificity, RocReading reading);
double read_specificity(const RocCounts& counts, double sensitivity, RocReading reading);

}  // namespace qpcr
