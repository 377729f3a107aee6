// Sums placements within subjects and takes the variance between subjects.
#include "libqpcr/study/roc/clustered_auc.hpp"

#include <cmath>
#include <map>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/study/roc/auc.hpp"
#include "libqpcr/study/roc/auc_comparison.hpp"

namespace qpcr {
namespace {

/// Of one subject: deviations of the placements from the area, summed.
struct Cluster {
  long cases = 0;
  long controls = 0;
  double case_sum = 0.0;
  double control_sum = 0.0;
};

double rescale(long clusters) { return static_cast<double>(clusters) / static_cast<double>(clusters - 1); }

}  // namespace

void ClusteredAucOptions::validate() const { check_roc_fraction("confidence", confidence); }

ClusteredAucResult estimate_clustered_auc(const std::vector<ClusteredValue>& specimens,
                                          const ClusteredAucOptions& options) {
  options.validate();
  RocSample sample;
  for (const ClusteredValue& one : specimens) {
    if (one.cluster.empty())
      refuse_request(ErrorCode::invalid_value, "cluster", "nothing", "the subject of every specimen");
    (one.is_case ? sample.cases : sample.controls).push_back(one.value);
  }
  const RocCounts counts = count_roc_sample(sample, options.direction);
  ClusteredAucResult result;
  result.direction = counts.direction;
  result.confidence = options.confidence;
  result.cases = counts.case_total;
  result.controls = counts.control_total;
  note_automatic_direction(options.direction, counts.direction, result.warnings);
  if (const auto why = find_missing_group(result.cases, result.controls)) {
    result.auc = not_estimable(*why);
    return result;
  }
  const RocPlacements placements = compute_placements(sample, counts.direction);
  const double auc = compute_auc(counts);
  std::map<std::string, Cluster> clusters;
  std::size_t next_case = 0;
  std::size_t next_control = 0;
  for (const ClusteredValue& one : specimens) {
    Cluster& cluster = clusters[one.cluster];
    if (one.is_case) {
      ++cluster.cases;
      cluster.case_sum += placements.cases[next_case++] - auc;
    } else {
      ++cluster.controls;
      cluster.control_sum += placements.controls[next_control++] - auc;
    }
  }
  double case_squares = 0.0;
  double control_squares = 0.0;
  double products = 0.0;
  for (const auto& [name, cluster] : clusters) {
    result.clusters_with_cases += cluster.cases > 0 ? 1 : 0;
    result.clusters_with_controls += cluster.controls > 0 ? 1 : 0;
    case_squares += cluster.case_sum * cluster.case_sum;
    control_squares += cluster.control_sum * cluster.control_sum;
    products += cluster.case_sum * cluster.control_sum;
  }
  result.clusters = static_cast<long>(clusters.size());
  result.auc.value = auc;
  if (result.clusters_with_cases < 2 || result.clusters_with_controls < 2) {
    result.auc.why_absent = Message{"roc_variance_needs_two_clusters_of_each", {}};
    return result;
  }
  const auto m = static_cast<double>(result.cases);
  const auto n = static_cast<double>(result.controls);
  const double variance = rescale(result.clusters_with_cases) * case_squares / (m * m) +
                          rescale(result.clusters_with_controls) * control_squares / (n * n) +
                          2.0 * rescale(result.clusters) * products / (m * n);
  if (!(variance >= 0.0)) {
    result.auc.why_absent = Message{"roc_variance_negative", {}};
    return result;
  }
  result.auc.standard_error = std::sqrt(variance);
  result.auc.interval = make_wald_interval(auc, *result.auc.standard_error,
                                           normal_upper_quantile((1.0 - options.confidence) / 2.0), {0.0, 1.0});
  if (result.cases >= 2 && result.controls >= 2) {
    const double of_specimens = compute_delong_variance(counts);
    if (of_specimens > 0.0) result.design_effect = variance / of_specimens;
  }
  if (variance == 0.0) result.warnings.push_back({"roc_variance_zero", {}});
  return result;
}

}  // namespace qpcr
