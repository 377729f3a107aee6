// The coverage page: measured coverage as Markdown, and the same numbers as JSON.
#pragma once

#include <string>
#include <vector>

#include "libqpcr/simulate/coverage/coverage.hpp"
#include "libqpcr/simulate/coverage/proportion_grid.hpp"

namespace qpcr {

/// Everything the page says.
struct CoverageReport {
  CoverageOptions options;
  std::vector<ProportionGridRow> proportions;
  std::vector<MeasuredSection> sections;
};

/// @param progress told the title of each part before it begins.
/// @throws Error invalid_option.
CoverageReport measure_all_coverage(const CoverageOptions& options,
                                    const std::function<void(std::string_view)>& progress = {});

/// Coverage below 93 % is marked ▼, above 97.5 % ▲.
std::string render_coverage_page(const CoverageReport& report);
std::string render_coverage_json(const CoverageReport& report);

}  // namespace qpcr
