// Cochran's and Grubbs' statistics with their p values.
#include "libqpcr/study/precision/precision_outliers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {
namespace {

struct Cell {
  std::vector<double> values;
  double mean = 0.0;
  double variance = 0.0;
};

/// Grubbs' G of the entry furthest from the mean, two-sided.
OutlierHint compare_furthest(std::string test, const std::vector<double>& values, double level, std::size_t& furthest) {
  OutlierHint hint;
  hint.test = std::move(test);
  const auto n = static_cast<double>(values.size());
  if (values.size() < 3) {
    hint.statistic = not_estimable("not_estimable_fewer_than_three");
    return hint;
  }
  double mean = 0.0;
  for (const double value : values) mean += value / n;
  double squares = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    squares += (values[i] - mean) * (values[i] - mean);
    if (std::abs(values[i] - mean) > std::abs(values[furthest] - mean)) furthest = i;
  }
  const double sd = std::sqrt(squares / (n - 1.0));
  if (!(sd > 0.0)) {
    hint.statistic = not_estimable("not_estimable_no_variation_of_values");
    return hint;
  }
  const double g = std::abs(values[furthest] - mean) / sd;
  hint.statistic.value = g;
  const double left = (n - 1.0) * (n - 1.0) - n * g * g;
  const double t = left > 0.0 ? g * std::sqrt(n * (n - 2.0) / left) : std::numeric_limits<double>::infinity();
  hint.p_value = std::isfinite(t) ? std::min(1.0, 2.0 * n * student_t_upper_tail(t, n - 2.0)) : 0.0;
  hint.suspicious = *hint.p_value < level;
  return hint;
}

OutlierHint compare_variances(const std::vector<Cell>& cells, const PrecisionFactor& factor, double level) {
  OutlierHint hint;
  hint.test = "cochran";
  double sum = 0.0;
  double size = 0.0;
  double count = 0.0;
  std::size_t largest = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].values.size() < 2) continue;
    sum += cells[i].variance;
    size += static_cast<double>(cells[i].values.size());
    count += 1.0;
    if (cells[i].variance > cells[largest].variance) largest = i;
  }
  if (count < 2.0) {
    hint.statistic = not_estimable("not_estimable_no_replicates");
    return hint;
  }
  if (!(sum > 0.0)) {
    hint.statistic = not_estimable("not_estimable_no_variation_of_values");
    return hint;
  }
  const double c = cells[largest].variance / sum;
  const double degrees = size / count - 1.0;
  hint.statistic.value = c;
  hint.suspect = factor.labels[largest];
  hint.p_value =
      c < 1.0 ? std::min(1.0, count * f_upper_tail((count - 1.0) * c / (1.0 - c), degrees, (count - 1.0) * degrees))
              : 0.0;
  hint.suspicious = *hint.p_value < level;
  return hint;
}

}  // namespace

PrecisionOutliersResult estimate_precision_outliers(std::span<const double> values, const PrecisionFactor& cell,
                                                    double level) {
  if (!(level > 0.0 && level < 1.0))
    refuse_request(ErrorCode::invalid_option, "level", fmt::format("{}", level), "a number between 0 and 1");
  if (cell.level.size() != values.size())
    refuse_request(ErrorCode::invalid_value, cell.name, fmt::format("{} levels", cell.level.size()),
                   fmt::format("{} as there are values", values.size()));
  PrecisionOutliersResult result;
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (std::isinf(values[row])) refuse_request(ErrorCode::invalid_value, "value", "infinite", "finite values");
    if (std::isnan(values[row]) || cell.level[row] < 0) {
      result.excluded.push_back(row);
    } else {
      rows.push_back(row);
    }
  }
  if (rows.size() < 2)
    refuse_request(ErrorCode::invalid_value, "values", fmt::format("{}", rows.size()), "at least two values");
  const PrecisionFactor used = keep_rows(cell, rows);
  std::vector<Cell> cells(used.labels.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    cells[static_cast<std::size_t>(used.level[i])].values.push_back(values[rows[i]]);
  std::vector<double> means;
  for (Cell& one : cells) {
    const auto n = static_cast<double>(one.values.size());
    for (const double value : one.values) one.mean += value / n;
    for (const double value : one.values) one.variance += (value - one.mean) * (value - one.mean);
    if (n > 1.0) one.variance /= n - 1.0;
    means.push_back(one.mean);
    result.balanced = result.balanced && one.values.size() == cells.front().values.size();
  }
  std::vector<double> residuals;
  for (std::size_t i = 0; i < rows.size(); ++i)
    residuals.push_back(values[rows[i]] - cells[static_cast<std::size_t>(used.level[i])].mean);
  result.values = static_cast<long>(rows.size());
  result.cells = static_cast<long>(cells.size());
  result.hints.push_back(compare_variances(cells, used, level));
  std::size_t furthest = 0;
  result.hints.push_back(compare_furthest("grubbs_means", means, level, furthest));
  if (result.hints.back().statistic.value) result.hints.back().suspect = used.labels[furthest];
  furthest = 0;
  result.hints.push_back(compare_furthest("grubbs_values", residuals, level, furthest));
  if (result.hints.back().statistic.value) result.hints.back().row = rows[furthest];
  return result;
}

}  // namespace qpcr
