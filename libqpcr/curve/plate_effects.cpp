// Permutation tests of place, with effect sizes in cycles so that what is significant and harmless is not flagged.
#include "libqpcr/curve/plate_effects.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t smallest_side = 4;
constexpr int polish_rounds = 4;

void refuse(ErrorCode code, const char* field, const std::string& found, const char* expected) {
  ErrorContext context;
  context.field = field;
  context.found = found;
  context.expected = expected;
  throw Error(code, context);
}

/// splitmix64: the same numbers in every standard library.
class Shuffler {
 public:
  explicit Shuffler(std::uint64_t seed) : state_(seed) {}

  std::size_t below(std::size_t count) {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    z ^= z >> 31U;
    return static_cast<std::size_t>(z % count);
  }

 private:
  std::uint64_t state_;
};

/// A well that counts, with the value that a permutation gives it.
struct Cell {
  std::size_t row = 0;
  std::size_t column = 0;
  bool edge = false;
};

struct Statistics {
  double edge_shift = missing;
  double edge_spread = missing;
  double rows = missing;  ///< sum over rows of wells × squared effect
  double columns = missing;
};

class PlateTest {
 public:
  PlateTest(std::vector<Cell> cells, PlateGeometry plate)
      : cells_(std::move(cells)),
        row_members_(static_cast<std::size_t>(plate.rows)),
        column_members_(static_cast<std::size_t>(plate.columns)),
        row_effects(row_members_.size()),
        column_effects(column_members_.size()) {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      row_members_[cells_[i].row].push_back(i);
      column_members_[cells_[i].column].push_back(i);
      (cells_[i].edge ? edge_ : interior_).push_back(i);
    }
  }

  bool can_test_edge() const { return edge_.size() >= smallest_side && interior_.size() >= smallest_side; }
  bool can_test_rows() const { return count_filled(row_members_) >= 3; }
  bool can_test_columns() const { return count_filled(column_members_) >= 3; }

  Statistics compute(const std::vector<double>& values) {
    Statistics result;
    if (can_test_edge()) {
      result.edge_shift = median_of(values, edge_) - median_of(values, interior_);
      result.edge_spread = mean_size(values, edge_) / mean_size(values, interior_);
    }
    if (can_test_rows() || can_test_columns()) {
      polish(values);
      result.rows = sum_of_squares(row_members_, row_effects);
      result.columns = sum_of_squares(column_members_, column_effects);
    }
    return result;
  }

 private:
  static std::size_t count_filled(const std::vector<std::vector<std::size_t>>& lines) {
    return static_cast<std::size_t>(
        std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line.size() >= 2; }));
  }

  double median_of(const std::vector<double>& values, const std::vector<std::size_t>& members) {
    work_.clear();
    for (const std::size_t member : members) work_.push_back(values[member]);
    return median_in_place(work_);
  }

  static double mean_size(const std::vector<double>& values, const std::vector<std::size_t>& members) {
    double sum = 0.0;
    for (const std::size_t member : members) sum += std::abs(values[member]);
    return sum / static_cast<double>(members.size());
  }

  void polish(const std::vector<double>& values) {
    left_ = values;
    std::fill(row_effects.begin(), row_effects.end(), 0.0);
    std::fill(column_effects.begin(), column_effects.end(), 0.0);
    for (int round = 0; round < polish_rounds; ++round) {
      sweep(row_members_, row_effects);
      sweep(column_members_, column_effects);
    }
  }

  void sweep(const std::vector<std::vector<std::size_t>>& lines, std::vector<double>& effects) {
    for (std::size_t k = 0; k < lines.size(); ++k) {
      if (lines[k].size() < 2) continue;
      const double middle = median_of(left_, lines[k]);
      effects[k] += middle;
      for (const std::size_t member : lines[k]) left_[member] -= middle;
    }
  }

  static double sum_of_squares(const std::vector<std::vector<std::size_t>>& lines, const std::vector<double>& effects) {
    double total = 0.0;
    double count = 0.0;
    for (std::size_t k = 0; k < lines.size(); ++k) {
      if (lines[k].size() < 2) continue;
      total += static_cast<double>(lines[k].size()) * effects[k];
      count += static_cast<double>(lines[k].size());
    }
    const double mean = count > 0.0 ? total / count : 0.0;
    double sum = 0.0;
    for (std::size_t k = 0; k < lines.size(); ++k) {
      if (lines[k].size() >= 2) sum += static_cast<double>(lines[k].size()) * (effects[k] - mean) * (effects[k] - mean);
    }
    return sum;
  }

  std::vector<Cell> cells_;
  std::vector<std::vector<std::size_t>> row_members_;
  std::vector<std::vector<std::size_t>> column_members_;
  std::vector<std::size_t> edge_;
  std::vector<std::size_t> interior_;
  std::vector<double> work_;
  std::vector<double> left_;

 public:
  std::vector<double> row_effects;
  std::vector<double> column_effects;
};

double find_range(const std::vector<double>& effects) {
  double low = HUGE_VAL;
  double high = -HUGE_VAL;
  for (const double effect : effects) {
    if (std::isnan(effect)) continue;
    low = std::min(low, effect);
    high = std::max(high, effect);
  }
  return high - low;
}

PlateEffect judge(PlateEffectKind kind, bool tested, double effect, double limit, double p_value,
                  const PlateEffectOptions& options) {
  PlateEffect result;
  result.kind = kind;
  result.tested = tested;
  result.limit = limit;
  result.effect = tested ? effect : missing;
  result.p_value = tested ? p_value : missing;
  if (!tested) {
    result.reason = Message{"curve_plate_not_tested", {{"kind", std::string(to_string(kind))}}};
    return result;
  }
  const double size = kind == PlateEffectKind::edge_shift ? std::abs(effect) : effect;
  result.flagged = p_value <= options.significance && size >= limit;
  std::vector<std::pair<std::string, std::string>> values{
      {"effect", format_fixed(effect, 2)}, {"limit", format_fixed(limit, 2)}, {"p", format_fixed(p_value, 4)}};
  if (!result.flagged) {
    result.reason = Message{"curve_plate_no_effect", std::move(values)};
    return result;
  }
  switch (kind) {
    case PlateEffectKind::edge_shift:
      result.reason = Message{"curve_plate_edge_shift", std::move(values)};
      break;
    case PlateEffectKind::edge_spread:
      result.reason = Message{"curve_plate_edge_spread", std::move(values)};
      break;
    case PlateEffectKind::rows:
      result.reason = Message{"curve_plate_rows", std::move(values)};
      break;
    case PlateEffectKind::columns:
      result.reason = Message{"curve_plate_columns", std::move(values)};
      break;
  }
  return result;
}

}  // namespace

void PlateEffectOptions::validate() const {
  constexpr ErrorCode code = ErrorCode::invalid_option;
  if (!(significance > 0.0 && significance < 1.0))
    refuse(code, "significance", format_double(significance), "between 0 and 1");
  if (permutations < 99 || permutations > 1000000)
    refuse(code, "permutations", std::to_string(permutations), "between 99 and 1000000");
  if (!(smallest_shift_cycles >= 0.0))
    refuse(code, "smallest_shift_cycles", format_double(smallest_shift_cycles), "0 or more");
  if (!(smallest_range_cycles >= 0.0))
    refuse(code, "smallest_range_cycles", format_double(smallest_range_cycles), "0 or more");
  if (!(smallest_spread_ratio >= 1.0))
    refuse(code, "smallest_spread_ratio", format_double(smallest_spread_ratio), "1 or more");
}

std::string_view to_string(PlateEffectKind kind) {
  switch (kind) {
    case PlateEffectKind::edge_shift:
      return "edge_shift";
    case PlateEffectKind::edge_spread:
      return "edge_spread";
    case PlateEffectKind::rows:
      return "rows";
    case PlateEffectKind::columns:
      return "columns";
  }
  return "edge_shift";
}

PlateEffects test_plate_effects(std::span<const PlateValue> wells, PlateGeometry plate,
                                const PlateEffectOptions& options) {
  options.validate();
  PlateEffects result;
  result.residuals.assign(wells.size(), missing);
  std::map<std::size_t, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < wells.size(); ++i) {
    if (!plate.contains(wells[i].position))
      refuse(ErrorCode::invalid_value, "position", to_label(wells[i].position), "a well of the plate");
    if (std::isfinite(wells[i].value_cycles)) groups[wells[i].group].push_back(i);
  }
  std::vector<Cell> cells;
  std::vector<double> values;
  std::vector<std::vector<std::size_t>> blocks;  // cells of one group, among which values are exchanged
  for (const auto& [group, members] : groups) {
    if (members.size() < 2) continue;
    std::vector<double> own;
    for (const std::size_t member : members) own.push_back(wells[member].value_cycles);
    const double middle = median(own);
    std::vector<std::size_t>& block = blocks.emplace_back();
    for (const std::size_t member : members) {
      result.residuals[member] = wells[member].value_cycles - middle;
      const GridPosition at = wells[member].position;
      const bool edge = at.row == 0 || at.column == 0 || at.row == plate.rows - 1 || at.column == plate.columns - 1;
      block.push_back(cells.size());
      cells.push_back({static_cast<std::size_t>(at.row), static_cast<std::size_t>(at.column), edge});
      values.push_back(result.residuals[member]);
    }
  }
  double edge_squares = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    squares += values[i] * values[i];
    edge_squares += cells[i].edge ? values[i] * values[i] : 0.0;
  }
  if (squares > 0.0) result.edge_variance_share = edge_squares / squares;

  PlateTest test(cells, plate);
  const Statistics observed = test.compute(values);
  result.row_effects = test.row_effects;
  result.column_effects = test.column_effects;
  std::array<int, 4> reached{};
  Shuffler shuffler(options.seed);
  std::vector<double> permuted = values;
  for (int round = 0; round < options.permutations; ++round) {
    for (const std::vector<std::size_t>& block : blocks) {
      for (std::size_t k = block.size(); k > 1; --k)
        std::swap(permuted[block[k - 1]], permuted[block[shuffler.below(k)]]);
    }
    const Statistics trial = test.compute(permuted);
    // Rounding must not make a permutation that gives the same plate look smaller.
    constexpr double tolerance = 1.0 - 1e-12;
    reached[0] += std::abs(trial.edge_shift) >= tolerance * std::abs(observed.edge_shift) ? 1 : 0;
    reached[1] += trial.edge_spread >= tolerance * observed.edge_spread ? 1 : 0;
    reached[2] += trial.rows >= tolerance * observed.rows ? 1 : 0;
    reached[3] += trial.columns >= tolerance * observed.columns ? 1 : 0;
  }
  const auto p_value = [&](std::size_t k) {
    return (reached[k] + 1.0) / (static_cast<double>(options.permutations) + 1.0);
  };
  const bool varies = squares > 0.0;
  result.effects.push_back(judge(PlateEffectKind::edge_shift, varies && test.can_test_edge(), observed.edge_shift,
                                 options.smallest_shift_cycles, p_value(0), options));
  result.effects.push_back(judge(PlateEffectKind::edge_spread,
                                 varies && test.can_test_edge() && std::isfinite(observed.edge_spread),
                                 observed.edge_spread, options.smallest_spread_ratio, p_value(1), options));
  result.effects.push_back(judge(PlateEffectKind::rows, varies && test.can_test_rows(), find_range(result.row_effects),
                                 options.smallest_range_cycles, p_value(2), options));
  result.effects.push_back(judge(PlateEffectKind::columns, varies && test.can_test_columns(),
                                 find_range(result.column_effects), options.smallest_range_cycles, p_value(3),
                                 options));
  return result;
}

}  // namespace qpcr
