// Selection of a run's curves and their grouping by target and dye.
#include "libqpcr/curve/run_curves.hpp"

#include <map>
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

RunCurves select_run_curves(const Run& run, std::optional<CurveKind> kind) {
  RunCurves result;
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (std::size_t i = 0; i < run->measurements.size(); ++i) {
    const Measurement& measurement = run->measurements[i];
    const AmplificationCurve* curve = choose_curve(*run, measurement, kind);
    if (curve == nullptr) {
      result.left_out.push_back(i);
      continue;
    }
    places.emplace(std::pair(measurement.target, measurement.dye), 0);
    result.curves.push_back({i, 0, curve});
  }
  for (auto& [key, place] : places) {
    place = result.groups.size();
    result.groups.push_back({key.first, key.second, {}});
  }
  for (RunCurve& entry : result.curves) {
    const Measurement& measurement = run->measurements[entry.measurement];
    entry.group = places.at({measurement.target, measurement.dye});
    if (!measurement.excluded) result.groups[entry.group].views.push_back(to_view(*entry.curve));
  }
  return result;
}

}  // namespace qpcr
