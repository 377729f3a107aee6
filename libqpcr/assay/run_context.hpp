// What the run itself gives to the values of its samples: controls and standard curves.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libqpcr/core/message.hpp"

namespace qpcr {

/// The Cq of one target over the wells of one control.
struct ControlCq {
  int count = 0;  ///< wells with a Cq
  double mean_cycles = 0.0;
  std::optional<double> sd_cycles;  ///< n − 1; absent below two wells

  bool operator==(const ControlCq&) const = default;
};

/// Cq = intercept + slope · log10(quantity).
struct RunStandardCurve {
  std::optional<double> slope;  ///< absent, as the intercept, where the run's standards give no acceptable curve
  std::optional<double> intercept;
  std::optional<double> correlation;
  std::vector<Message> problems;  ///< why it is not acceptable

  bool operator==(const RunStandardCurve&) const = default;
};

struct RunContext {
  std::map<std::string, std::map<std::string, ControlCq>> controls;  ///< control → target
  std::map<std::string, RunStandardCurve> standard_curves;           ///< those fitted to the run, by identifier
  /// Values of the definition formed for a control from its own wells: control → value identifier. Absent: it could not
  /// be formed.
  std::map<std::string, std::map<std::string, double>> control_values;
};

}  // namespace qpcr
