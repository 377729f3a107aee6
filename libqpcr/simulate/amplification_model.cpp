// Branching process, saturation and read-out.
#include "libqpcr/simulate/amplification_model.hpp"

#include <cmath>
#include <string>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

void require(bool holds, const char* field, double found, const char* expected) {
  if (holds) return;
  throw Error(ErrorCode::invalid_option, {.path = {},
                                          .line = 0,
                                          .column = {},
                                          .field = field,
                                          .found = format_double(found),
                                          .expected = expected,
                                          .problem = {}});
}

double amplify(double molecules, const AmplificationOptions& options) {
  return molecules + options.efficiency * molecules * (1 - molecules / options.plateau_molecules);
}

double to_rise(double molecules, const AmplificationOptions& options) {
  return options.gain * options.plateau_rise_rfu * molecules / options.plateau_molecules;
}

double round_to_hundredth(double value) { return std::round(value * 100) / 100; }

}  // namespace

void AmplificationOptions::validate() const {
  require(cycles >= 1 && cycles <= 100, "cycles", cycles, "1 to 100 cycles");
  require(efficiency > 0 && efficiency <= 1, "efficiency", efficiency, "above 0, at most 1");
  require(plateau_molecules > 0 && std::isfinite(plateau_molecules), "plateau_molecules", plateau_molecules,
          "a number above 0");
  require(plateau_rise_rfu > 0 && std::isfinite(plateau_rise_rfu), "plateau_rise_rfu", plateau_rise_rfu,
          "a number above 0");
  require(baseline_rfu >= 0 && std::isfinite(baseline_rfu), "baseline_rfu", baseline_rfu, "a number from 0");
  require(std::isfinite(drift_rfu_per_cycle), "drift_rfu_per_cycle", drift_rfu_per_cycle, "a finite number");
  require(gain > 0 && std::isfinite(gain), "gain", gain, "a number above 0");
  require(noise_sd_rfu >= 0 && std::isfinite(noise_sd_rfu), "noise_sd_rfu", noise_sd_rfu, "a number from 0");
  require(noise_fraction >= 0 && noise_fraction < 1, "noise_fraction", noise_fraction, "from 0, below 1");
  require(branching_limit >= 0, "branching_limit", static_cast<double>(branching_limit), "a number from 0");
}

std::vector<double> derive_expected_molecules(double template_molecules, const AmplificationOptions& options) {
  options.validate();
  require(template_molecules >= 0 && template_molecules < options.plateau_molecules, "template_molecules",
          template_molecules, "from 0, below the number at the plateau");
  std::vector<double> molecules;
  double current = template_molecules;
  for (int cycle = 1; cycle <= options.cycles; ++cycle) {
    current = amplify(current, options);
    molecules.push_back(current);
  }
  return molecules;
}

AmplificationCurve derive_expected_curve(double template_molecules, const AmplificationOptions& options) {
  AmplificationCurve curve;
  curve.kind = CurveKind::baseline_subtracted;
  int cycle = 0;
  for (const double molecules : derive_expected_molecules(template_molecules, options)) {
    curve.cycles.push_back(++cycle);
    curve.fluorescence.push_back(to_rise(molecules, options));
  }
  return curve;
}

std::optional<double> derive_expected_cq(double template_molecules, const AmplificationOptions& options,
                                         double threshold_rfu) {
  require(threshold_rfu > 0, "threshold_rfu", threshold_rfu, "a number above 0");
  const AmplificationCurve curve = derive_expected_curve(template_molecules, options);
  for (std::size_t i = 1; i < curve.cycles.size(); ++i) {
    const double before = curve.fluorescence[i - 1];
    const double after = curve.fluorescence[i];
    if (before < threshold_rfu && after >= threshold_rfu)
      return curve.cycles[i - 1] + (threshold_rfu - before) / (after - before);
  }
  return std::nullopt;
}

SimulatedCurve simulate_curve(double template_molecules, const AmplificationOptions& options, RandomStream& random) {
  options.validate();
  require(template_molecules >= 0 && template_molecules < options.plateau_molecules, "template_molecules",
          template_molecules, "from 0, below the number at the plateau");
  SimulatedCurve result;
  result.total.kind = CurveKind::multicomponent;
  result.subtracted.kind = CurveKind::baseline_subtracted;
  bool branching = template_molecules == std::floor(template_molecules);
  double molecules = template_molecules;
  for (int cycle = 1; cycle <= options.cycles; ++cycle) {
    branching = branching && molecules <= static_cast<double>(options.branching_limit);
    molecules = branching
                    ? molecules + static_cast<double>(random.binomial(static_cast<long>(molecules), options.efficiency))
                    : amplify(molecules, options);
    const double rise = to_rise(molecules, options);
    const double proportional = options.noise_fraction * rise;
    const double noise =
        std::sqrt(options.noise_sd_rfu * options.noise_sd_rfu + proportional * proportional) * random.normal();
    const double background = options.gain * (options.baseline_rfu + options.drift_rfu_per_cycle * cycle);
    result.total.cycles.push_back(cycle);
    result.total.fluorescence.push_back(round_to_hundredth(background + rise + noise));
    result.subtracted.cycles.push_back(cycle);
    result.subtracted.fluorescence.push_back(round_to_hundredth(rise + noise));
  }
  return result;
}

}  // namespace qpcr
