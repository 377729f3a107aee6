// Enumerates the coverage of every interval of one proportion.
#include "libqpcr/simulate/coverage/proportion_grid.hpp"

#include <algorithm>

#include "libqpcr/study/accuracy/single_proportion.hpp"

namespace qpcr {

const std::vector<double>& list_grid_proportions() {
  static const std::vector<double> proportions{0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99};
  return proportions;
}

const std::vector<long>& list_grid_trials() {
  static const std::vector<long> trials{10, 20, 30, 50, 100, 200};
  return trials;
}

std::vector<ProportionGridRow> derive_proportion_grid(const std::vector<long>& trials) {
  std::vector<double> fine;
  for (int thousandth = 500; thousandth < 1000; ++thousandth) fine.push_back(thousandth / 1000.0);
  std::vector<ProportionGridRow> rows;
  for (const long count : trials)
    for (const ProportionInterval interval : list_proportion_intervals()) {
      SingleProportionOptions options;
      options.interval = interval;
      ProportionGridRow row;
      row.trials = count;
      row.interval = to_string(interval);
      for (const IntervalCoverage& at : derive_interval_coverage(count, list_grid_proportions(), options))
        row.coverage.push_back(at.coverage);
      row.minimum = 1.0;
      for (const IntervalCoverage& at : derive_interval_coverage(count, fine, options)) {
        row.mean += at.coverage / static_cast<double>(fine.size());
        row.mean_width += at.mean_width / static_cast<double>(fine.size());
        row.minimum = std::min(row.minimum, at.coverage);
      }
      rows.push_back(std::move(row));
    }
  return rows;
}

}  // namespace qpcr
