// Exact coverage of every interval of one proportion over numbers of subjects and true proportions.
#pragma once

#include <string_view>
#include <vector>

namespace qpcr {

struct ProportionGridRow {
  long trials = 0;
  std::string_view interval;     ///< "wilson"
  std::vector<double> coverage;  ///< at each proportion of the grid
  double mean = 0.0;             ///< of the coverage over 0.500, 0.501 … 0.999
  double minimum = 0.0;          ///< over the same
  double mean_width = 0.0;       ///< over the same

  bool operator==(const ProportionGridRow&) const = default;
};

/// True proportions of the columns.
const std::vector<double>& list_grid_proportions();

/// Numbers of subjects of the rows.
const std::vector<long>& list_grid_trials();

/// All intervals for each number of subjects. An outcome without an interval counts as not covering (the logit).
std::vector<ProportionGridRow> derive_proportion_grid(const std::vector<long>& trials);

}  // namespace qpcr
