// Fluorescence curves: what kind of signal they hold, and the view that analyses take.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace qpcr {

/// What was done to the signal before it was written. Normalising or subtracting twice is the field's commonest silent
/// error.
enum class CurveKind {
  raw_filter,             ///< one optical filter, no colour separation
  multicomponent,         ///< one dye after colour separation
  normalised,             ///< Rn: reporter divided by passive reference
  baseline_subtracted,    ///< ΔRn or baseline-subtracted RFU
  background_subtracted,  ///< instrument background removed, baseline still there
  unknown,                ///< the file does not say
};

std::string_view to_string(CurveKind kind);
std::optional<CurveKind> parse_curve_kind(std::string_view text);

/// Signal per cycle. The two arrays have one length; a reading that is missing in the file is NaN.
struct AmplificationCurve {
  CurveKind kind = CurveKind::unknown;
  std::vector<double> cycles;                     ///< strictly increasing, usually 1, 2, 3 …
  std::vector<double> fluorescence;               ///< arbitrary units of the instrument
  std::vector<double> temperatures_celsius = {};  ///< at each reading; empty when the file does not say
};

/// Signal per temperature in the order of the file.
struct MeltCurve {
  CurveKind kind = CurveKind::unknown;
  std::vector<double> temperatures_celsius;
  std::vector<double> fluorescence;
};

/// What an analysis sees of a curve.
struct CurveView {
  CurveKind kind = CurveKind::unknown;
  std::span<const double> cycles;
  std::span<const double> fluorescence;
};

inline CurveView to_view(const AmplificationCurve& curve) { return {curve.kind, curve.cycles, curve.fluorescence}; }

/// Why there is or is not a Cq. "No Cq" is a status, never a number.
enum class CqStatus {
  found,
  no_amplification,
  below_threshold,
  fit_failed,
  excluded,
  not_measured,
};

std::string_view to_string(CqStatus status);

}  // namespace qpcr
