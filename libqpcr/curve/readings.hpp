// The readings of a curve that are there, as plain arrays.
#pragma once

#include <vector>

#include "libqpcr/core/curve.hpp"

namespace qpcr {

/// @throws Error invalid_value when cycles and fluorescence differ in length.
void check_lengths(CurveView curve);

/// Cycles and fluorescence without missing readings, in cycle order. `cycles` and `fluorescence` are reused, not
/// reallocated.
struct Readings {
  std::vector<double> cycles;
  std::vector<double> fluorescence;

  void assign(CurveView curve);
  std::size_t size() const { return cycles.size(); }
};

}  // namespace qpcr
