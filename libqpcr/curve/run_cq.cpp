// Grouping of a run's curves under common thresholds.
#include "libqpcr/curve/run_cq.hpp"

#include <cmath>
#include <map>
#include <string>
#include <utility>

namespace qpcr {
namespace {

const AmplificationCurve* choose_curve(const RunData& run, const Measurement& measurement,
                                       std::optional<CurveKind> kind) {
  if (kind) return find_curve(measurement, *kind);
  if (measurement.target.empty() && !measurement.dye.empty() && measurement.dye == run.passive_reference_dye)
    return nullptr;
  const AmplificationCurve* curve = find_analysis_curve(measurement);
  const bool single_filter = curve != nullptr && measurement.target.empty() && curve->kind == CurveKind::raw_filter;
  return single_filter ? nullptr : curve;
}

}  // namespace

RunCq estimate_run_cq(const Run& run, const RunCqOptions& options) {
  using Group = std::pair<std::string, std::string>;
  RunCq result;
  std::vector<const AmplificationCurve*> chosen;
  std::map<Group, std::vector<CurveView>> groups;
  for (std::size_t i = 0; i < run->measurements.size(); ++i) {
    const Measurement& measurement = run->measurements[i];
    const AmplificationCurve* curve = choose_curve(*run, measurement, options.kind);
    if (curve == nullptr) {
      result.left_out.push_back(i);
      continue;
    }
    result.curves.push_back({i, curve->kind, {}});
    chosen.push_back(curve);
    if (!measurement.excluded) groups[{measurement.target, measurement.dye}].push_back(to_view(*curve));
  }
  std::map<Group, CqOptions> by_group;
  for (const auto& [group, views] : groups) {
    CqOptions own = options.cq;
    own.noise_free = is_simulated(*run) && are_noise_free(views);
    if (own.method == CqMethod::threshold && !own.threshold) {
      const double threshold = derive_threshold(views, own);
      // Where no curve of the group amplified there is no common threshold, and none is needed.
      if (std::isfinite(threshold)) own.threshold = threshold;
    }
    by_group.emplace(group, own);
  }
  for (std::size_t i = 0; i < result.curves.size(); ++i) {
    const Measurement& measurement = run->measurements[result.curves[i].measurement];
    if (measurement.excluded) {
      result.curves[i].result.method = options.cq.method;
      result.curves[i].result.status = CqStatus::excluded;
    } else {
      result.curves[i].result = estimate_cq(to_view(*chosen[i]), by_group.at({measurement.target, measurement.dye}));
    }
  }
  return result;
}

}  // namespace qpcr
