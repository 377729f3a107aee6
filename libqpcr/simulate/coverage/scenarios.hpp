// The sections of the coverage page, and what their scenarios share.
#pragma once

#include <string>
#include <vector>

#include "libqpcr/simulate/coverage/coverage.hpp"
#include "libqpcr/study/comparison/comparison_types.hpp"
#include "libqpcr/study/roc/roc_sample.hpp"

namespace qpcr::coverage {

CoverageSection make_two_proportions_section();
CoverageSection make_paired_proportions_section();
CoverageSection make_fourfold_section();
CoverageSection make_kappa_section();
CoverageSection make_clustered_section();
CoverageSection make_auc_section();
CoverageSection make_roc_bootstrap_section();
CoverageSection make_limits_of_agreement_section();
CoverageSection make_correlation_section();
CoverageSection make_line_section();
CoverageSection make_precision_section();
CoverageSection make_detection_section();
CoverageSection make_distribution_section();
CoverageSection make_score_section();

/// Adds every method's interval under `prefix` and its name.
void add_methods(CoverageDraw& draw, const std::string& prefix, const std::vector<MethodEstimate>& methods,
                 double truth);

std::vector<double> draw_normals(RandomStream& stream, long count, double mean, double sd);

/// Values of cases N(distance, 1) and controls N(0, 1).
RocSample draw_binormal(RandomStream& stream, long cases, long controls, double distance);

/// The distance at which the area under the curve of draw_binormal() is `auc`.
double find_binormal_distance(double auc);

/// Probability of four counts with the probabilities of their cells.
double multinomial_mass(const PairedCounts& counts, const std::vector<double>& cells);

/// All tables of `total` subjects in four cells, each once.
std::vector<PairedCounts> list_four_cell_tables(long total);

}  // namespace qpcr::coverage
