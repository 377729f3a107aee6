// The order of the sections, and the draws that several scenarios share.
#include "libqpcr/simulate/coverage/scenarios.hpp"

#include <cmath>

#include "libqpcr/math/distributions.hpp"

namespace qpcr {

std::vector<CoverageSection> list_coverage_sections() {
  using namespace coverage;
  return {make_two_proportions_section(), make_paired_proportions_section(),
          make_fourfold_section(),        make_kappa_section(),
          make_clustered_section(),       make_auc_section(),
          make_roc_bootstrap_section(),   make_limits_of_agreement_section(),
          make_correlation_section(),     make_line_section(),
          make_precision_section(),       make_detection_section(),
          make_distribution_section(),    make_score_section()};
}

namespace coverage {

void add_methods(CoverageDraw& draw, const std::string& prefix, const std::vector<MethodEstimate>& methods,
                 double truth) {
  for (const MethodEstimate& method : methods) draw.add(prefix + method.method, method.estimate, truth);
}

std::vector<double> draw_normals(RandomStream& stream, long count, double mean, double sd) {
  std::vector<double> values(static_cast<std::size_t>(count));
  for (double& value : values) value = mean + sd * stream.normal();
  return values;
}

RocSample draw_binormal(RandomStream& stream, long cases, long controls, double distance) {
  RocSample sample;
  sample.cases = draw_normals(stream, cases, distance, 1.0);
  sample.controls = draw_normals(stream, controls, 0.0, 1.0);
  return sample;
}

double find_binormal_distance(double auc) { return std::sqrt(2.0) * normal_quantile(auc); }

double multinomial_mass(const PairedCounts& counts, const std::vector<double>& cells) {
  const long numbers[] = {counts.both_positive, counts.first_only, counts.second_only, counts.both_negative};
  double logarithm = log_gamma(static_cast<double>(counts.total()) + 1.0);
  for (std::size_t i = 0; i < 4; ++i)
    logarithm +=
        static_cast<double>(numbers[i]) * std::log(cells[i]) - log_gamma(static_cast<double>(numbers[i]) + 1.0);
  return std::exp(logarithm);
}

std::vector<PairedCounts> list_four_cell_tables(long total) {
  std::vector<PairedCounts> tables;
  for (long a = 0; a <= total; ++a)
    for (long b = 0; a + b <= total; ++b)
      for (long c = 0; a + b + c <= total; ++c) tables.push_back({a, b, c, total - a - b - c});
  return tables;
}

}  // namespace coverage
}  // namespace qpcr
