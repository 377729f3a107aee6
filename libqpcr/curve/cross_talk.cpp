// A neighbour's curve as the explanation of a weak one: least squares with a straight line, at several lags.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/plate_effects.hpp"
#include "libqpcr/curve/readings.hpp"
#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

constexpr int searched_lag = 5;
constexpr std::size_t smallest_count = 12;
constexpr std::size_t end_count = 3;

void refuse(const char* field, double found, const char* expected) {
  ErrorContext context;
  context.field = field;
  context.found = format_double(found);
  context.expected = expected;
  throw Error(ErrorCode::invalid_option, context);
}

/// Median of the last readings over the median of the first.
double find_rise(CurveView curve) {
  const std::size_t n = curve.fluorescence.size();
  if (n < smallest_count) return std::numeric_limits<double>::quiet_NaN();
  return median(curve.fluorescence.last(end_count)) - median(curve.fluorescence.first(2 * end_count));
}

struct Explanation {
  double fraction = 0.0;
  double over_error = 0.0;
  double explained = -1.0;
};

/// Regression of y on 1, the cycle and the neighbour's reading `lag` readings earlier. The cycle is taken out of both
/// first, so that one number remains to solve for.
class Regression {
 public:
  Explanation explain(CurveView own, CurveView other, int lag) {
    t_.clear();
    y_.clear();
    s_.clear();
    const auto n = static_cast<int>(own.fluorescence.size());
    // The same readings for every lag, so that their fits can be compared.
    for (int i = searched_lag; i < n - searched_lag; ++i) {
      const double y = own.fluorescence[static_cast<std::size_t>(i)];
      const double s = other.fluorescence[static_cast<std::size_t>(i - lag)];
      if (!std::isfinite(y) || !std::isfinite(s)) continue;
      t_.push_back(own.cycles[static_cast<std::size_t>(i)]);
      y_.push_back(y);
      s_.push_back(s);
    }
    Explanation result;
    if (t_.size() < smallest_count) return result;
    take_out_line(y_);
    take_out_line(s_);
    double ss = 0.0;
    double sy = 0.0;
    double yy = 0.0;
    for (std::size_t i = 0; i < t_.size(); ++i) {
      ss += s_[i] * s_[i];
      sy += s_[i] * y_[i];
      yy += y_[i] * y_[i];
    }
    if (!(ss > 0.0) || !(yy > 0.0)) return result;
    result.fraction = sy / ss;
    const double left = std::max(0.0, yy - sy * sy / ss);
    result.explained = 1.0 - left / yy;
    const double error = std::sqrt(left / static_cast<double>(t_.size() - 3) / ss);
    result.over_error = error > 0.0 ? result.fraction / error : std::numeric_limits<double>::infinity();
    return result;
  }

 private:
  void take_out_line(std::vector<double>& values) const {
    const auto count = static_cast<double>(t_.size());
    double mean_t = 0.0;
    double mean = 0.0;
    for (std::size_t i = 0; i < t_.size(); ++i) {
      mean_t += t_[i];
      mean += values[i];
    }
    mean_t /= count;
    mean /= count;
    double tt = 0.0;
    double tv = 0.0;
    for (std::size_t i = 0; i < t_.size(); ++i) {
      tt += (t_[i] - mean_t) * (t_[i] - mean_t);
      tv += (t_[i] - mean_t) * (values[i] - mean);
    }
    const double slope = tv / tt;
    for (std::size_t i = 0; i < t_.size(); ++i) values[i] -= mean + slope * (t_[i] - mean_t);
  }

  std::vector<double> t_;
  std::vector<double> y_;
  std::vector<double> s_;
};

bool are_neighbours(GridPosition left, GridPosition right) {
  const int rows = std::abs(left.row - right.row);
  const int columns = std::abs(left.column - right.column);
  return rows <= 1 && columns <= 1 && rows + columns > 0;
}

}  // namespace

void CrossTalkOptions::validate() const {
  if (!(largest_fraction > 0.0 && largest_fraction < 1.0))
    refuse("largest_fraction", largest_fraction, "between 0 and 1");
  if (!(smallest_fraction >= 0.0 && smallest_fraction < largest_fraction))
    refuse("smallest_fraction", smallest_fraction, "at least 0 and less than largest_fraction");
  if (!(smallest_explained > 0.0 && smallest_explained < 1.0))
    refuse("smallest_explained", smallest_explained, "between 0 and 1");
  if (!(smallest_over_error >= 0.0)) refuse("smallest_over_error", smallest_over_error, "0 or more");
  if (largest_lag_cycles < 0 || largest_lag_cycles >= searched_lag)
    refuse("largest_lag_cycles", largest_lag_cycles, "between 0 and 4");
}

std::vector<CrossTalkFlag> find_cross_talk(std::span<const PlacedCurve> wells, const CrossTalkOptions& options) {
  options.validate();
  std::vector<double> rises;
  for (const PlacedCurve& well : wells) {
    check_lengths(well.curve);
    rises.push_back(find_rise(well.curve));
  }
  std::vector<CrossTalkFlag> flags;
  Regression regression;
  for (std::size_t i = 0; i < wells.size(); ++i) {
    std::optional<CrossTalkFlag> best;
    for (std::size_t k = 0; k < wells.size(); ++k) {
      // Comparisons with NaN are false: wells without enough readings take no part.
      if (!are_neighbours(wells[i].position, wells[k].position) || !(rises[k] > 0.0) ||
          !(rises[i] <= options.largest_fraction * rises[k])) {
        continue;
      }
      if (!std::equal(wells[i].curve.cycles.begin(), wells[i].curve.cycles.end(), wells[k].curve.cycles.begin(),
                      wells[k].curve.cycles.end())) {
        continue;
      }
      Explanation found;
      int lag = 0;
      for (int trial = -searched_lag; trial <= searched_lag; ++trial) {
        const Explanation explanation = regression.explain(wells[i].curve, wells[k].curve, trial);
        if (explanation.fraction <= 0.0 || explanation.explained <= found.explained) continue;
        found = explanation;
        lag = trial;
      }
      if (std::abs(lag) > options.largest_lag_cycles || !(found.explained >= options.smallest_explained) ||
          !(found.over_error >= options.smallest_over_error) || !(found.fraction >= options.smallest_fraction) ||
          !(found.fraction <= options.largest_fraction)) {
        continue;
      }
      if (best && best->explained >= found.explained) continue;
      best = CrossTalkFlag{i, k, found.fraction, found.over_error, found.explained, lag, {}};
    }
    if (!best) continue;
    best->reason = Message{"curve_cross_talk",
                           {{"neighbour", to_label(wells[best->neighbour].position)},
                            {"fraction", format_fixed(100.0 * best->fraction, 2)},
                            {"explained", format_fixed(100.0 * best->explained, 0)},
                            {"limit", format_fixed(100.0 * options.smallest_explained, 0)}}};
    flags.push_back(std::move(*best));
  }
  return flags;
}

}  // namespace qpcr
