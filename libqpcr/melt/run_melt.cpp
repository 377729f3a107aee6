// One analyser for the curves of a run: wells of one block share their temperatures, and with them the weights.
#include "libqpcr/melt/run_melt.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace qpcr {

std::optional<CurveKind> choose_melt_kind(const Measurement& measurement) {
  constexpr std::array order{CurveKind::normalised, CurveKind::multicomponent,      CurveKind::background_subtracted,
                             CurveKind::unknown,    CurveKind::baseline_subtracted, CurveKind::raw_filter};
  for (const CurveKind kind : order) {
    if (std::any_of(measurement.melt.begin(), measurement.melt.end(),
                    [kind](const MeltCurve& curve) { return curve.kind == kind; })) {
      return kind;
    }
  }
  return std::nullopt;
}

RunMelt analyse_run_melt(const Run& run, const RunMeltOptions& options) {
  RunMelt result;
  MeltAnalyser analyser(options.melt);
  for (std::size_t i = 0; i < run->measurements.size(); ++i) {
    const Measurement& measurement = run->measurements[i];
    std::optional<CurveKind> kind = options.kind;
    if (!kind) {
      const bool passive =
          measurement.target.empty() && !measurement.dye.empty() && measurement.dye == run->passive_reference_dye;
      if (!passive) kind = choose_melt_kind(measurement);
      if (kind == CurveKind::raw_filter && measurement.target.empty()) kind.reset();
    }
    const std::size_t before = result.curves.size();
    for (std::size_t k = 0; kind && k < measurement.melt.size(); ++k) {
      const MeltCurve& curve = measurement.melt[k];
      if (curve.kind != *kind) continue;
      MeasurementMelt& entry = result.curves.emplace_back();
      entry.measurement = i;
      entry.melt = k;
      if (measurement.excluded) {
        entry.result.status = MeltStatus::excluded;
        entry.result.kind = curve.kind;
        entry.result.noise_sd = std::numeric_limits<double>::quiet_NaN();
        entry.result.half_width_celsius = std::numeric_limits<double>::quiet_NaN();
      } else {
        analyser.analyse(to_view(curve), entry.result);
      }
    }
    if (result.curves.size() == before) result.left_out.push_back(i);
  }
  return result;
}

}  // namespace qpcr
