// The benchmark's figures as SVG files.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "apps/qpcr/benchmark_sections.hpp"

namespace qpcr::apps {

/// File names and bytes: for each series with absolute amounts the variance of log10 quantity against the Poisson
/// floor; for each set with amounts curves with their fits and residuals, one reaction an amount, and failed reactions.
std::vector<std::pair<std::string, std::string>> render_benchmark_figures(const BenchmarkScores& scores);

}  // namespace qpcr::apps
