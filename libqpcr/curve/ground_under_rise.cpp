// Variable projection: for a rate all else is linear, so the search is for the rate alone.
#include "libqpcr/curve/ground_under_rise.hpp"

#include <algorithm>
#include <cmath>

#include "libqpcr/math/elementary.hpp"
#include "libqpcr/math/least_squares.hpp"

namespace qpcr {
namespace {

// Logarithms of 1.35 and 2.2.
constexpr double smallest_rate = 0.30010459245033810;
constexpr double largest_rate = 0.78845736036427017;
constexpr double start_rate = 0.65;
constexpr double longest_step = 0.2;
constexpr int largest_iterations = 60;
// Convergence is linear by a factor of ten or so: what is left is far below the rate's standard error.
constexpr double smallest_step = 1e-9;

/// Weights of a polynomial's orthonormal basis in cycles from the window's middle.
struct Ground {
  double origin = 0.0;      ///< mean cycle
  double per_count = 0.0;   ///< 1/n
  double per_square = 0.0;  ///< 1/Σ(x − origin)²; 0 without a slope
};

/// Sums of e = exp(r·X), X = x − last, with the readings' distance y from their own ground and z = x − origin.
struct Sums {
  double e = 0.0;
  double ez = 0.0;
  double ee = 0.0;
  double ey = 0.0;
  double d = 0.0;  ///< d = X·e, the derivative in r
  double dz = 0.0;
  double de = 0.0;
  double dd = 0.0;
  double dy = 0.0;
};

/// The best ground and exponential of one rate, and the Gauss–Newton step from there.
struct Trial {
  Sums sums;
  double amplitude = 0.0;
  double explained = 0.0;  ///< of the readings' squares about their own ground
  double step = 0.0;
};

/// Calls visit(i, exp(rate·(x[i] − x[last]))) from the last reading to the first; over equal gaps the exponential is a
/// repeated product.
template <class Visit>
void visit_exponential(std::span<const double> x, double rate, Visit&& visit) {
  double gap = 0.0;
  double factor = 1.0;
  double value = 1.0;
  std::size_t i = x.size() - 1;
  visit(i, value);
  while (i-- > 0) {
    const double here = x[i + 1] - x[i];
    if (here != gap) {
      gap = here;
      factor = elementary::exp(-rate * gap);
    }
    value *= factor;
    visit(i, value);
  }
}

Ground make_ground(std::span<const double> x, bool with_slope) {
  Ground ground;
  ground.per_count = 1.0 / static_cast<double>(x.size());
  double mean = 0.0;
  for (const double cycle : x) mean += cycle;
  ground.origin = mean * ground.per_count;
  if (!with_slope) return ground;
  double square = 0.0;
  for (const double cycle : x) square += (cycle - ground.origin) * (cycle - ground.origin);
  ground.per_square = 1.0 / square;
  return ground;
}

class RateSearch {
 public:
  RateSearch(std::span<const double> x, std::span<const double> y, bool with_slope)
      : x_(x), y_(y), ground_(make_ground(x, with_slope)) {
    double sum = 0.0;
    for (const double value : y) sum += value;
    level_ = sum * ground_.per_count;
    double along = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) along += (x[i] - ground_.origin) * (y[i] - level_);
    slope_ = along * ground_.per_square;
  }

  Trial evaluate(double rate) const {
    Trial trial;
    Sums& s = trial.sums;
    const double last = x_.back();
    visit_exponential(x_, rate, [&](std::size_t i, double e) {
      const double z = x_[i] - ground_.origin;
      const double y = y_[i] - level_ - slope_ * z;
      const double d = (x_[i] - last) * e;
      s.e += e;
      s.ez += e * z;
      s.ee += e * e;
      s.ey += e * y;
      s.d += d;
      s.dz += d * z;
      s.de += d * e;
      s.dd += d * d;
      s.dy += d * y;
    });
    // What is left of e and d once the ground is taken out; y has none to begin with.
    const double ee = s.ee - project(s.e, s.ez, s.e, s.ez);
    const double de = s.de - project(s.d, s.dz, s.e, s.ez);
    const double dd = s.dd - project(s.d, s.dz, s.d, s.dz);
    trial.amplitude = s.ey / ee;
    trial.explained = trial.amplitude * s.ey;
    const double left = dd - de * de / ee;
    trial.step = (s.dy - trial.amplitude * de) / (trial.amplitude * left);
    return trial;
  }

  struct Outcome {
    double rate = 0.0;
    bool held = false;  ///< at a bound, beyond which more would be explained
    Trial trial;
  };

  /// The nearest rate that explains most. Nothing where there is none.
  std::optional<Outcome> find(double start) const;

  std::optional<Baseline> describe(const Outcome& found, bool with_slope) const;

 private:
  /// Rounding of explained sums: below it two trials are equal.
  double tolerance() const {
    double total = 0.0;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      const double y = y_[i] - level_ - slope_ * (x_[i] - ground_.origin);
      total += y * y;
    }
    return 1e-13 * total;
  }

  double project(double a, double az, double b, double bz) const {
    return a * b * ground_.per_count + az * bz * ground_.per_square;
  }

  std::span<const double> x_;
  std::span<const double> y_;
  Ground ground_;
  double level_ = 0.0;
  double slope_ = 0.0;
};

std::optional<RateSearch::Outcome> RateSearch::find(double start) const {
  const double equal = tolerance();
  double rate = start;
  Trial best = evaluate(rate);
  for (int iteration = 0; iteration < largest_iterations; ++iteration) {
    if (!std::isfinite(best.step)) return std::nullopt;
    double step = std::clamp(best.step, -longest_step, longest_step);
    step = std::clamp(rate + step, smallest_rate, largest_rate) - rate;
    if (std::abs(step) <= smallest_step) return Outcome{rate, std::abs(best.step) > smallest_step, best};
    Trial trial = evaluate(rate + step);
    while (trial.explained < best.explained - equal && std::abs(step) > smallest_step) {
      step *= 0.5;
      trial = evaluate(rate + step);
    }
    rate += step;
    best = trial;
  }
  return std::nullopt;
}

std::optional<Baseline> RateSearch::describe(const Outcome& found, bool with_slope) const {
  const Sums& s = found.trial.sums;
  const double a = found.trial.amplitude;
  const double level = level_ - a * s.e * ground_.per_count;
  const double slope = slope_ - a * s.ez * ground_.per_square;
  double squares = 0.0;
  visit_exponential(x_, found.rate, [&](std::size_t i, double e) {
    const double residual = y_[i] - level - slope * (x_[i] - ground_.origin) - a * e;
    squares += residual * residual;
  });
  const auto n = static_cast<double>(x_.size());
  const int parameters = with_slope ? 4 : 3;
  // Parameters A, r, level at the mean cycle, slope: the last two are orthogonal to each other.
  Eigen::Matrix<double, 4, 4> matrix;
  matrix << s.ee, a * s.de, s.e, s.ez,            //
      a * s.de, a * a * s.dd, a * s.d, a * s.dz,  //
      s.e, a * s.d, n, 0.0,                       //
      s.ez, a * s.dz, 0.0, with_slope ? 1.0 / ground_.per_square : 1.0;
  Eigen::Matrix<double, 4, 4> inverse;
  if (!invert_normal_matrix<4>(matrix, {false, found.held, false, !with_slope}, inverse)) return std::nullopt;
  const double variance = squares / (n - parameters + (found.held ? 1 : 0));
  Baseline baseline;
  baseline.method = with_slope ? BaselineMethod::linear : BaselineMethod::constant;
  baseline.first_cycle = x_.front();
  baseline.last_cycle = x_.back();
  baseline.noise_sd = std::sqrt(squares / (n - parameters));
  baseline.slope_per_cycle = slope;
  baseline.intercept = level - ground_.origin * slope;
  baseline.intercept_variance = variance * inverse(2, 2);
  if (!with_slope) return baseline;
  baseline.slope_variance = variance * inverse(3, 3);
  baseline.covariance = variance * (inverse(2, 3) - ground_.origin * inverse(3, 3));
  baseline.intercept_variance =
      variance * (inverse(2, 2) + ground_.origin * (ground_.origin * inverse(3, 3) - 2.0 * inverse(2, 3)));
  return baseline;
}

}  // namespace

// Golub & Pereyra 1973 (10.1137/0710036) with the step of Kaufman 1975 (10.1007/BF01932995), halved where it explains
// less. A rate at a bound is not settled: the search is repeated from the other one, and the better of the two holds.
std::optional<Baseline> fit_ground_under_rise(std::span<const double> cycles, std::span<const double> fluorescence,
                                              bool with_slope) {
  const RateSearch search(cycles, fluorescence, with_slope);
  std::optional<RateSearch::Outcome> found = search.find(start_rate);
  if (found && found->held) {
    const double other = found->rate > start_rate ? smallest_rate : largest_rate;
    const std::optional<RateSearch::Outcome> again = search.find(other);
    if (again && again->trial.explained > found->trial.explained) found = again;
  }
  if (!found || !(found->trial.amplitude > 0.0)) return std::nullopt;
  return search.describe(*found, with_slope);
}

}  // namespace qpcr
