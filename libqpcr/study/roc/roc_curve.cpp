// Walks the distinct values once and counts on which side of each threshold everyone is.
#include "libqpcr/study/roc/roc_curve.hpp"

#include <cmath>
#include <limits>
#include <numeric>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

/// Walks the curve from one end, where the share of `gained` is 0 and that of `lost` is 1, until the former is `given`.
/// at(step) is the place of the counts that the step passes.
template <typename Place>
double read_curve(const std::vector<long>& gained, const std::vector<long>& lost, double gained_total,
                  double lost_total, double given, RocReading reading, Place at) {
  double before_given = 0.0;
  double before_sought = 1.0;
  if (given <= 0.0) return before_sought;
  long gained_so_far = 0;
  long lost_so_far = 0;
  for (std::size_t step = 0; step < gained.size(); ++step) {
    gained_so_far += gained[at(step)];
    lost_so_far += lost[at(step)];
    const double now_given = static_cast<double>(gained_so_far) / gained_total;
    const double now_sought = (lost_total - static_cast<double>(lost_so_far)) / lost_total;
    if (now_given >= given) {
      if (now_given == given || reading == RocReading::attained) return now_sought;
      const double part = (given - before_given) / (now_given - before_given);
      return before_sought + part * (now_sought - before_sought);
    }
    before_given = now_given;
    before_sought = now_sought;
  }
  return before_sought;
}

}  // namespace

double find_sensitivity(const FourfoldTable& table) {
  return static_cast<double>(table.true_positive) / static_cast<double>(table.cases());
}

double find_specificity(const FourfoldTable& table) {
  return static_cast<double>(table.true_negative) / static_cast<double>(table.controls());
}

double place_between(double before, double after, RocRule rule) {
  const double middle = std::midpoint(before, after);
  // Between neighbouring doubles the midpoint rounds to one of them, which must not change sides.
  if (middle == before || middle == after) return rule == RocRule::inclusive ? after : before;
  return middle;
}

double find_roc_threshold(const RocCounts& counts, std::size_t cut, RocThreshold threshold, RocRule rule) {
  const double beyond =
      (counts.direction == RocDirection::higher_is_case ? 1.0 : -1.0) * std::numeric_limits<double>::infinity();
  if (threshold == RocThreshold::observed) {
    if (rule == RocRule::inclusive) return cut == counts.size() ? beyond : counts.values[cut];
    return cut == 0 ? -beyond : counts.values[cut - 1];
  }
  if (cut == 0) return -beyond;
  if (cut == counts.size()) return beyond;
  return place_between(counts.values[cut - 1], counts.values[cut], rule);
}

std::vector<RocPoint> list_roc_points(const RocCounts& counts, RocThreshold threshold, RocRule rule) {
  std::vector<RocPoint> points;
  points.reserve(counts.size() + 1);
  FourfoldTable table{counts.case_total, counts.control_total, 0, 0};
  for (std::size_t cut = 0; cut <= counts.size(); ++cut) {
    if (cut > 0) {
      table.true_positive -= counts.cases[cut - 1];
      table.false_negative += counts.cases[cut - 1];
      table.false_positive -= counts.controls[cut - 1];
      table.true_negative += counts.controls[cut - 1];
    }
    points.push_back({find_roc_threshold(counts, cut, threshold, rule), table});
  }
  return points;
}

RocCurve make_roc_curve(const RocSample& sample, const RocCurveOptions& options) {
  const RocCounts counts = count_roc_sample(sample, options.direction);
  RocCurve curve;
  curve.direction = counts.direction;
  note_automatic_direction(options.direction, curve.direction, curve.warnings);
  curve.points = list_roc_points(counts, options.threshold, options.rule);
  return curve;
}

FourfoldTable count_at_threshold(const RocCounts& counts, double threshold, RocRule rule) {
  if (std::isnan(threshold)) refuse_request(ErrorCode::invalid_option, "threshold", "NaN", "a number");
  const double sign = counts.direction == RocDirection::higher_is_case ? 1.0 : -1.0;
  FourfoldTable table;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double margin = sign * counts.values[i] - sign * threshold;
    const bool positive = rule == RocRule::inclusive ? margin >= 0.0 : margin > 0.0;
    (positive ? table.true_positive : table.false_negative) += counts.cases[i];
    (positive ? table.false_positive : table.true_negative) += counts.controls[i];
  }
  return table;
}

double read_sensitivity(const RocCounts& counts, double specificity, RocReading reading) {
  return read_curve(counts.controls, counts.cases, static_cast<double>(counts.control_total),
                    static_cast<double>(counts.case_total), specificity, reading,
                    [](std::size_t step) { return step; });
}

double read_specificity(const RocCounts& counts, double sensitivity, RocReading reading) {
  return read_curve(counts.cases, counts.controls, static_cast<double>(counts.case_total),
                    static_cast<double>(counts.control_total), sensitivity, reading,
                    [last = counts.size() - 1](std::size_t step) { return last - step; });
}

}  // namespace qpcr
