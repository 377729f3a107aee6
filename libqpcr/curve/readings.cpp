// Missing readings are dropped here and nowhere turned into numbers.
#include "libqpcr/curve/readings.hpp"

#include <cmath>
#include <string>

#include "libqpcr/core/error.hpp"

namespace qpcr {

void check_lengths(CurveView curve) {
  if (curve.cycles.size() == curve.fluorescence.size()) return;
  ErrorContext context;
  context.field = "fluorescence";
  context.found = std::to_string(curve.fluorescence.size()) + " readings";
  context.expected = "one reading for each of the " + std::to_string(curve.cycles.size()) + " cycles";
  throw Error(ErrorCode::invalid_value, context);
}

void Readings::assign(CurveView curve) {
  check_lengths(curve);
  cycles.clear();
  fluorescence.clear();
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    if (!std::isfinite(curve.fluorescence[i]) || !std::isfinite(curve.cycles[i])) continue;
    cycles.push_back(curve.cycles[i]);
    fluorescence.push_back(curve.fluorescence[i]);
  }
}

}  // namespace qpcr
