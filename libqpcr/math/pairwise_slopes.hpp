// Order statistics of the slopes of all pairs of points, exact and in O(n log n) time and O(n) memory.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace qpcr {

/// The slopes (y_j − y_i)/(x_j − x_i) of all pairs of points with different x, ranked without forming them all.
/// Slopes between two values are counted as inversions of the order of y − v·x (Cole et al. 1989, 10.1137/0218055;
/// randomised interpolation after Dillencourt et al. 1992, 10.1142/S0218195992000020). Where two residuals differ by
/// less than rounding can, they are compared exactly, so that every count is that of real arithmetic.
class PairwiseSlopes {
 public:
  /// @param enumeration_limit how many slopes may be formed at once, at least 32; 0: in proportion to the points.
  /// @throws Error invalid_value for spans of unequal length and for values that are not finite or beyond ±1e100.
  PairwiseSlopes(std::span<const double> x, std::span<const double> y, long enumeration_limit = 0);

  /// Pairs with different x, with equal x and different y (vertical), and with both equal.
  long finite() const noexcept { return finite_; }
  long vertical() const noexcept { return vertical_; }
  long duplicate() const noexcept { return duplicate_; }

  /// Finite slopes less than `value`, or than each of ascending values at little more cost.
  long count_below(double value) const;
  std::vector<long> count_all_below(const std::vector<double>& values) const;
  /// Slopes nearer to 0 than this are ranked as 0.
  static constexpr double least_slope = 1e-250;

  /// Pairs with a positive less pairs with a negative slope: its sign is that of Kendall's tau.
  long kendall_score() const;
  /// Finite slopes less than `value` where each is the rounded quotient of rounded differences, by forming them all:
  /// O(n²) time. Differs from count_below() where rounding carries a slope across `value`.
  long count_rounded_below(double value) const;

  /// The slopes of these ranks (from 0, ascending) among the finite slopes, or among their absolute values.
  /// Each is a rounded quotient of rounded differences and equals the value found by sorting all to about 1e-15.
  /// @throws Error invalid_value for a rank outside 0 … finite() − 1.
  std::vector<double> select(std::span<const long> ranks) const;
  std::vector<double> select_absolute(std::span<const long> ranks) const;

 private:
  struct Item {
    double residual = 0.0;
    std::uint32_t point = 0;
  };
  struct Wanted {
    long rank = 0;
    std::size_t place = 0;
  };
  /// Slopes from `lower` to below `upper`, of which `below` are less and `between` lie inside.
  struct Bracket {
    double lower = 0.0;
    double upper = 0.0;
    long below = 0;
    long between = 0;
  };
  /// A bracket's upper end; it ends a range of wanted ranks that holds few enough slopes to form, as far as is known.
  struct Cut {
    double value = 0.0;
    bool ends_few = false;
  };
  class Emitter;

  /// Points in the order of their residuals at slope −infinity.
  std::vector<Item> start() const;
  /// Sorts items by y − value·x; the inversions on the way are the slopes from the order's old value to below this one.
  long advance(std::vector<Item>& items, double value, Emitter* emitter) const;
  bool is_inverted(const Item& left, const Item& right, double value) const;
  std::vector<long> count_all_below_absolute(const std::vector<double>& values) const;
  /// The order at the bracket's lower end; empty for absolute values, which have two.
  std::vector<double> form_slopes_within(const Bracket& bracket, std::vector<Item> order, Emitter emitter) const;
  std::vector<double> form_slopes(const Emitter& emitter, bool absolute) const;
  std::vector<double> select_ranks(std::span<const long> ranks, bool absolute) const;
  void select_within(const Bracket& bracket, const std::vector<Item>& order, std::span<const Wanted> wanted,
                     std::vector<double>& found) const;
  /// Slopes below are `below` in number.
  static void pick_ranks(std::vector<double> slopes, long below, std::span<const Wanted> wanted,
                         std::vector<double>& found);
  std::vector<Cut> choose_cuts(const Bracket& bracket, std::span<const Wanted> wanted,
                               std::vector<double>& sample) const;
  std::vector<double> sample_slopes(const Bracket& bracket, const std::vector<Item>& order) const;

  std::vector<double> x_;  ///< ascending, ties by y
  std::vector<double> y_;
  double largest_x_ = 0.0;
  double largest_y_ = 0.0;
  long finite_ = 0;
  long vertical_ = 0;
  long duplicate_ = 0;
  long limit_ = 0;
};

}  // namespace qpcr
