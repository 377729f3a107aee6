// Inversions of residual orders: counted, sampled and enumerated while merging.
#include "libqpcr/math/pairwise_slopes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/resampling.hpp"

namespace qpcr {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t run_length = 8;

[[noreturn]] void refuse(std::string field, std::string found, std::string expected) {
  ErrorContext context;
  context.field = std::move(field);
  context.found = std::move(found);
  context.expected = std::move(expected);
  throw Error(ErrorCode::invalid_value, context);
}

/// A quotient of differences is off its real value by less than this share of it; so are the ends of a bracket that
/// holds slopes of one value, up to a factor.
constexpr double rounding = 2.0 * std::numeric_limits<double>::epsilon();

/// Products with smaller values are no longer exact.
constexpr double least_slope = PairwiseSlopes::least_slope;

double next_above(double value) { return std::nextafter(value, infinity); }

/// A value to the side of `value` that no slope rounded to it can pass.
double beside(double value, double side) { return value + side * std::max(rounding * std::abs(value), least_slope); }

/// sum + error = a + b exactly (Knuth).
void add_exactly(double a, double b, double& sum, double& error) {
  sum = a + b;
  const double part = sum - a;
  error = (a - (sum - part)) + (b - part);
}

/// Sign of (y1 − y2) − value·(x1 − x2) in real arithmetic: six terms whose sum is exact, distilled into parts that do
/// not overlap (Shewchuk 1997, 10.1007/PL00009321).
int compare_exactly(double x1, double y1, double x2, double y2, double value) {
  double dy = 0.0;
  double dy_error = 0.0;
  double dx = 0.0;
  double dx_error = 0.0;
  add_exactly(y1, -y2, dy, dy_error);
  add_exactly(x1, -x2, dx, dx_error);
  const double product = value * dx;
  const double small = value * dx_error;
  const std::array<double, 6> terms{
      dy_error, -std::fma(value, dx_error, -small), -std::fma(value, dx, -product), -small, -product, dy};
  std::array<double, 6> parts{};
  for (std::size_t i = 0; i < terms.size(); ++i) {
    double carried = terms[i];
    for (std::size_t j = 0; j < i; ++j) {
      double error = 0.0;
      add_exactly(carried, parts[j], carried, error);
      parts[j] = error;
    }
    parts[i] = carried;
  }
  for (std::size_t i = parts.size(); i-- > 0;) {
    if (parts[i] != 0.0) return parts[i] > 0.0 ? 1 : -1;
  }
  return 0;
}

long pairs_of(std::size_t n) { return n == 0 ? 0 : static_cast<long>(n * (n - 1) / 2); }

/// Pairs within runs of neighbours that are the same.
template <typename Same>
long count_pairs_in_runs(std::size_t size, const Same& same) {
  long pairs = 0;
  for (std::size_t first = 0; first < size;) {
    std::size_t last = first + 1;
    while (last < size && same(first, last)) ++last;
    pairs += pairs_of(last - first);
    first = last;
  }
  return pairs;
}

}  // namespace

/// Takes those inversions whose running numbers were asked for (ascending), or all while they are not too many.
class PairwiseSlopes::Emitter {
 public:
  explicit Emitter(std::vector<long> numbers) : numbers_(std::move(numbers)) {}
  explicit Emitter(long most) : most_(static_cast<std::size_t>(most)), all_(true) { pairs_.reserve(most_); }

  /// Each of left[0 … count) is inverted with `right`.
  void take(const Item* left, std::size_t count, const Item& right) {
    if (all_) {
      if (pairs_.size() + count > most_) return;
      for (std::size_t i = 0; i < count; ++i) pairs_.emplace_back(left[i].point, right.point);
      return;
    }
    const long end = seen_ + static_cast<long>(count);
    for (; next_ < numbers_.size() && numbers_[next_] < end; ++next_)
      pairs_.emplace_back(left[static_cast<std::size_t>(numbers_[next_] - seen_)].point, right.point);
    seen_ = end;
  }
  const std::vector<std::pair<std::uint32_t, std::uint32_t>>& pairs() const { return pairs_; }

 private:
  std::size_t most_ = 0;
  bool all_ = false;
  std::vector<long> numbers_;
  std::size_t next_ = 0;
  long seen_ = 0;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs_;
};

namespace {

/// Merges two sorted neighbours in place. Only what overlaps is moved.
template <typename Item, typename Inverted, typename Note>
long merge_counting(Item* begin, Item* middle, Item* end, std::vector<Item>& spare, const Inverted& inverted,
                    const Note& note) {
  if (middle == end || !inverted(*(middle - 1), *middle)) return 0;
  Item* out = std::partition_point(begin, middle, [&](const Item& item) { return !inverted(item, *middle); });
  end = std::partition_point(middle, end, [&](const Item& item) { return inverted(*(middle - 1), item); });
  const Item* left = spare.data();
  const Item* const left_end = std::copy(out, middle, spare.data());
  const Item* right = middle;
  long inversions = 0;
  // Which item is next cannot be foretold; a choice of addresses costs less than a branch.
  while (left < left_end && right < end) {
    const bool takes_right = inverted(*left, *right);
    const auto ahead = takes_right ? left_end - left : 0;
    note(left, static_cast<std::size_t>(ahead), *right);
    inversions += ahead;
    *out++ = *(takes_right ? right : left);
    right += takes_right ? 1 : 0;
    left += takes_right ? 0 : 1;
  }
  std::copy(left, left_end, out);
  return inversions;
}

/// Sorts a run by plain values and counts its inversions, without a branch on them; -1, and the run as it was, where
/// values lie too near to each other for that.
template <typename Item>
long sort_clear_run(Item* run, double doubt) {
  std::array<std::size_t, run_length> place{};
  long inversions = 0;
  for (std::size_t i = 1; i < run_length; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const std::size_t less = run[i].residual < run[j].residual ? 1 : 0;
      place[j] += less;
      place[i] += 1 - less;
      inversions += static_cast<long>(less);
    }
  }
  std::array<Item, run_length> sorted;
  for (std::size_t i = 0; i < run_length; ++i) sorted[place[i]] = run[i];
  bool clear = true;
  for (std::size_t i = 1; i < run_length; ++i) clear &= sorted[i].residual - sorted[i - 1].residual > doubt;
  if (!clear) return -1;
  std::copy(sorted.begin(), sorted.end(), run);
  return inversions;
}

template <typename Item, typename Inverted, typename Note>
long insert_counting(Item* begin, Item* end, const Inverted& inverted, const Note& note) {
  long inversions = 0;
  for (Item* next = begin; next != end; ++next) {
    const Item moving = *next;
    Item* at = next;
    while (at != begin && inverted(*(at - 1), moving)) --at;
    note(at, static_cast<std::size_t>(next - at), moving);
    inversions += next - at;
    std::copy_backward(at, next, next + 1);
    *at = moving;
  }
  return inversions;
}

/// Sorts items and counts those pairs that were the other way round, each noted as (left, how many, right).
template <bool notes, typename Item, typename Inverted, typename Note>
long sort_counting(std::vector<Item>& items, double doubt, const Inverted& inverted, const Note& note) {
  if (std::adjacent_find(items.begin(), items.end(), inverted) == items.end()) return 0;
  long inversions = 0;
  for (std::size_t first = 0; first < items.size(); first += run_length) {
    const std::size_t length = std::min(run_length, items.size() - first);
    Item* const run = items.data() + first;
    const long clear = notes || length < run_length ? -1 : sort_clear_run(run, doubt);
    inversions += clear >= 0 ? clear : insert_counting(run, run + length, inverted, note);
  }
  std::vector<Item> spare(items.size());
  Item* const begin = items.data();
  for (std::size_t width = run_length; width < items.size(); width *= 2) {
    for (std::size_t first = 0; first + width < items.size(); first += 2 * width) {
      Item* const end = begin + std::min(first + 2 * width, items.size());
      inversions += merge_counting(begin + first, begin + first + width, end, spare, inverted, note);
    }
  }
  return inversions;
}

/// Order statistics of values, asked for in ascending order.
class AscendingPicker {
 public:
  explicit AscendingPicker(std::vector<double>& values) : values_(values), from_(values.begin()) {}
  double operator()(std::size_t rank) {
    const auto at = values_.begin() + static_cast<std::ptrdiff_t>(rank);
    if (at == from_)
      std::iter_swap(at, std::min_element(at, values_.end()));
    else if (at > from_)
      std::nth_element(from_, at, values_.end());
    from_ = std::max(from_, at + 1);
    return *at;
  }

 private:
  std::vector<double>& values_;
  std::vector<double>::iterator from_;
};

}  // namespace

PairwiseSlopes::PairwiseSlopes(std::span<const double> x, std::span<const double> y, long enumeration_limit) {
  if (x.size() != y.size())
    refuse("y", std::to_string(y.size()), "as many values as x has (" + std::to_string(x.size()) + ")");
  if (x.size() > std::numeric_limits<std::uint32_t>::max())
    refuse("x", std::to_string(x.size()), "fewer than 2^32 points");
  for (const std::span<const double> values : {x, y}) {
    for (const double value : values) {
      if (!(std::abs(value) <= 1e100)) refuse("value", format_double(value), "a number between -1e100 and 1e100");
    }
  }
  std::vector<std::pair<double, double>> points;
  points.reserve(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) points.emplace_back(x[i], y[i]);
  std::sort(points.begin(), points.end());
  x_.reserve(x.size());
  y_.reserve(y.size());
  for (const auto& [point_x, point_y] : points) {
    x_.push_back(point_x);
    y_.push_back(point_y);
    largest_x_ = std::max(largest_x_, std::abs(point_x));
    largest_y_ = std::max(largest_y_, std::abs(point_y));
  }
  const long same_x = count_pairs_in_runs(x_.size(), [&](std::size_t a, std::size_t b) { return x_[a] == x_[b]; });
  duplicate_ =
      count_pairs_in_runs(x_.size(), [&](std::size_t a, std::size_t b) { return x_[a] == x_[b] && y_[a] == y_[b]; });
  vertical_ = same_x - duplicate_;
  finite_ = pairs_of(x_.size()) - same_x;
  limit_ =
      enumeration_limit > 0 ? std::max(enumeration_limit, 32L) : std::max(4096L, 16L * static_cast<long>(x_.size()));
}

long PairwiseSlopes::count_below(double value) const {
  if (std::isnan(value)) refuse("slope", "NaN", "a number");
  return count_all_below({value}).front();
}

long PairwiseSlopes::kendall_score() const {
  const std::vector<long> below = count_all_below({0.0, least_slope});
  return finite_ - below[1] - below[0];
}

long PairwiseSlopes::count_rounded_below(double value) const {
  long count = 0;
  for (std::size_t i = 0; i < x_.size(); ++i) {
    for (std::size_t j = i + 1; j < x_.size(); ++j) {
      const double dx = x_[j] - x_[i];
      if (dx > 0.0 && (y_[j] - y_[i]) / dx < value) ++count;
    }
  }
  return count;
}

std::vector<double> PairwiseSlopes::select(std::span<const long> ranks) const { return select_ranks(ranks, false); }

std::vector<double> PairwiseSlopes::select_absolute(std::span<const long> ranks) const {
  return select_ranks(ranks, true);
}

std::vector<PairwiseSlopes::Item> PairwiseSlopes::start() const {
  std::vector<Item> items(x_.size());
  for (std::size_t i = 0; i < items.size(); ++i) items[i].point = static_cast<std::uint32_t>(i);
  return items;
}

/// For residuals that differ by less than rounding can: whether the right one is less in real arithmetic.
bool PairwiseSlopes::is_inverted(const Item& left, const Item& right, double value) const {
  return std::isfinite(value) &&
         compare_exactly(x_[right.point], y_[right.point], x_[left.point], y_[left.point], value) < 0;
}

long PairwiseSlopes::advance(std::vector<Item>& items, double value, Emitter* emitter) const {
  if (value == -infinity || items.size() < 2) return 0;
  for (Item& item : items)
    item.residual = std::isinf(value) ? -x_[item.point] : y_[item.point] - value * x_[item.point];
  // A residual is off by at most 2|value·x| + |y| units of rounding.
  const double doubt = std::isinf(value) ? 0.0
                                         : 1.01 * std::numeric_limits<double>::epsilon() *
                                               (2.0 * std::abs(value) * largest_x_ + largest_y_);
  const auto inverted = [&](const Item& left, const Item& right) {
    const double gap = right.residual - left.residual;
    if (std::abs(gap) > doubt) return gap < 0.0;
    return is_inverted(left, right, value);
  };
  return emitter == nullptr
             ? sort_counting<false>(items, doubt, inverted, [](const Item*, std::size_t, const Item&) {})
             : sort_counting<true>(items, doubt, inverted, [&](const Item* left, std::size_t count, const Item& right) {
                 if (count > 0) emitter->take(left, count, right);
               });
}

std::vector<long> PairwiseSlopes::count_all_below(const std::vector<double>& values) const {
  std::vector<Item> items = start();
  std::vector<long> counts;
  long below = 0;
  for (const double value : values) counts.push_back(below += advance(items, value, nullptr));
  return counts;
}

/// |slope| < v are the slopes from just above −v to below v.
std::vector<long> PairwiseSlopes::count_all_below_absolute(const std::vector<double>& values) const {
  std::vector<double> mirrored;
  for (auto value = values.rbegin(); value != values.rend(); ++value)
    mirrored.push_back(*value == infinity ? -infinity : std::min(0.0, next_above(-*value)));
  mirrored.insert(mirrored.end(), values.begin(), values.end());
  const std::vector<long> below = count_all_below(mirrored);
  std::vector<long> counts;
  for (std::size_t i = 0; i < values.size(); ++i)
    counts.push_back(below[values.size() + i] - below[values.size() - 1 - i]);
  return counts;
}

std::vector<double> PairwiseSlopes::form_slopes(const Emitter& emitter, bool absolute) const {
  std::vector<double> slopes;
  slopes.reserve(emitter.pairs().size());
  for (const auto& [a, b] : emitter.pairs()) {
    const double slope = (y_[b] - y_[a]) / (x_[b] - x_[a]);
    slopes.push_back(absolute ? std::abs(slope) : slope);
  }
  return slopes;
}

std::vector<double> PairwiseSlopes::form_slopes_within(const Bracket& bracket, std::vector<Item> order,
                                                       Emitter emitter) const {
  const bool absolute = order.empty();
  if (absolute) {
    order = start();
    if (bracket.upper != infinity) advance(order, next_above(-bracket.upper), nullptr);
    advance(order, std::min(0.0, next_above(-bracket.lower)), &emitter);
    advance(order, bracket.lower, nullptr);
  }
  advance(order, bracket.upper, &emitter);
  return form_slopes(emitter, absolute);
}

std::vector<double> PairwiseSlopes::select_ranks(std::span<const long> ranks, bool absolute) const {
  std::vector<Wanted> wanted;
  for (const long rank : ranks) {
    if (rank < 0 || rank >= finite_)
      refuse("rank", std::to_string(rank), "0 to " + std::to_string(finite_ - 1) + ", the slopes there are");
    wanted.push_back({rank, wanted.size()});
  }
  std::sort(wanted.begin(), wanted.end(), [](const Wanted& a, const Wanted& b) { return a.rank < b.rank; });
  std::vector<double> found(ranks.size());
  const Bracket all{absolute ? 0.0 : -infinity, infinity, 0, finite_};
  select_within(all, absolute ? std::vector<Item>() : start(), wanted, found);
  return found;
}

std::vector<PairwiseSlopes::Cut> PairwiseSlopes::choose_cuts(const Bracket& bracket, std::span<const Wanted> wanted,
                                                             std::vector<double>& sample) const {
  const auto size = static_cast<double>(sample.size());
  std::vector<Cut> cuts;
  const auto add = [&](double value, bool ends_few) {
    if (value > bracket.lower && value < bracket.upper) cuts.push_back({value, ends_few});
  };
  AscendingPicker pick(sample);
  double first = 0.0;
  double last = -1.0;
  const auto end_range = [&] {
    const bool few = 2.0 * (last - first) / size * static_cast<double>(bracket.between) <= static_cast<double>(limit_);
    if (last >= 0.0 && last < size) add(beside(pick(static_cast<std::size_t>(last)), 1.0), few);
  };
  for (const Wanted& one : wanted) {
    const double share = (static_cast<double>(one.rank - bracket.below) + 0.5) / static_cast<double>(bracket.between);
    const double margin = 2.5 * std::sqrt(size * share * (1.0 - share)) + 1.0;
    const double next = std::floor(size * share - margin);
    if (next > last) {
      end_range();
      first = next;
      if (first >= 0.0) add(beside(pick(static_cast<std::size_t>(first)), -1.0), false);
    }
    last = std::max(last, std::ceil(size * share + margin));
  }
  end_range();
  if (cuts.empty()) {
    const double middle = AscendingPicker(sample)(sample.size() / 2);
    add(beside(middle, -1.0), false);
    add(beside(middle, 1.0), false);
  }
  if (cuts.empty()) add(bracket.lower / 2.0 + bracket.upper / 2.0, false);
  std::sort(cuts.begin(), cuts.end(), [](const Cut& a, const Cut& b) { return a.value < b.value; });
  return cuts;
}

void PairwiseSlopes::pick_ranks(std::vector<double> slopes, long below, std::span<const Wanted> wanted,
                                std::vector<double>& found) {
  AscendingPicker pick(slopes);
  for (const Wanted& one : wanted) found[one.place] = pick(static_cast<std::size_t>(one.rank - below));
}

/// Where few slopes are left they are formed and the ranks picked. Else values of a sample that enclose the wanted
/// ranks with two and a half standard errors to spare cut the bracket into parts, and those with wanted ranks are
/// searched.
void PairwiseSlopes::select_within(const Bracket& bracket, const std::vector<Item>& order,
                                   std::span<const Wanted> wanted, std::vector<double>& found) const {
  if (wanted.empty()) return;
  if (bracket.between <= limit_) {
    pick_ranks(form_slopes_within(bracket, order, Emitter(bracket.between)), bracket.below, wanted, found);
    return;
  }
  std::vector<double> sample = sample_slopes(bracket, order);
  const double width = bracket.upper - bracket.lower;
  const double largest = std::max(std::abs(bracket.lower), std::abs(bracket.upper));
  if (std::isfinite(width) && width <= std::max(4.0 * rounding * largest, 4.0 * least_slope)) {
    const double middle = AscendingPicker(sample)(sample.size() / 2);
    for (const Wanted& one : wanted) found[one.place] = middle;
    return;
  }
  const std::vector<Cut> cuts = choose_cuts(bracket, wanted, sample);
  const bool absolute = order.empty();
  std::vector<double> values;
  for (const Cut& cut : cuts) values.push_back(cut.value);
  const std::vector<long> absolute_below = absolute ? count_all_below_absolute(values) : std::vector<long>();
  std::vector<Item> moving = order;
  Bracket part = bracket;
  for (std::size_t i = 0; i <= cuts.size(); ++i) {
    std::vector<Item> at_lower = moving;
    const bool collects = !absolute && i < cuts.size() && cuts[i].ends_few;
    Emitter emitter(collects ? limit_ : 0);
    part.upper = bracket.upper;
    part.between = bracket.below + bracket.between - part.below;
    if (i < cuts.size()) {
      part.upper = cuts[i].value;
      part.between =
          absolute ? absolute_below[i] - part.below : advance(moving, part.upper, collects ? &emitter : nullptr);
    }
    const long end = part.below + part.between;
    std::size_t inside = 0;
    while (inside < wanted.size() && wanted[inside].rank < end) ++inside;
    if (collects && part.between <= limit_)
      pick_ranks(form_slopes(emitter, false), part.below, wanted.first(inside), found);
    else
      select_within(part, at_lower, wanted.first(inside), found);
    wanted = wanted.subspan(inside);
    if (wanted.empty()) return;
    part.lower = part.upper;
    part.below = end;
  }
}

/// One slope from each of equally long stretches of the bracket's inversions.
std::vector<double> PairwiseSlopes::sample_slopes(const Bracket& bracket, const std::vector<Item>& order) const {
  const auto between = static_cast<double>(bracket.between);
  const double enough = std::pow(12.0 * between / static_cast<double>(limit_), 2);
  const double most = std::max(256.0, 2.0 * static_cast<double>(x_.size()));
  const auto size = static_cast<std::size_t>(std::min(between, std::clamp(enough, 256.0, most)));
  ResamplingStream stream(0, static_cast<std::uint64_t>(bracket.below + bracket.between));
  const auto stride = static_cast<std::size_t>(bracket.between) / size;
  std::vector<long> numbers;
  numbers.reserve(size);
  for (std::size_t i = 0; i < size; ++i) numbers.push_back(static_cast<long>(i * stride + stream.index(stride)));
  return form_slopes_within(bracket, order, Emitter(std::move(numbers)));
}

}  // namespace qpcr
