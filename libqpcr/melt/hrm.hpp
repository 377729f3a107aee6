// High-resolution melting: normalised curves, temperature overlay, difference curves and groups of like curves.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/core/message.hpp"
#include "libqpcr/melt/melt_view.hpp"

namespace qpcr {

struct TemperatureWindow {
  double lower_celsius = 0.0;
  double upper_celsius = 0.0;

  bool operator==(const TemperatureWindow&) const = default;
};

/// What is taken away before a curve is scaled to 1 before and 0 after the melting.
enum class HrmBackground {
  linear,       ///< straight lines through both windows (Reed & Wittwer 2004, 10.1373/clinchem.2003.029751)
  exponential,  ///< C·exp(a(T − T₀)) with the slopes of both windows (Palais & Wittwer 2009,
                ///< 10.1016/S0076-6879(08)03813-5)
};

struct HrmOptions {
  TemperatureWindow before{};  ///< all duplex
  TemperatureWindow after{};   ///< all melted
  HrmBackground background = HrmBackground::linear;
  std::size_t grid_points = 200;  ///< between the middles of the two windows
  /// Level of normalised fluorescence at which all curves are laid upon each other; absent: no shift. The shift hides
  /// differences of salt and evaporation, and with them homozygotes that differ in Tm alone.
  std::optional<double> overlay_level;
  /// Largest difference between two curves of one group, in normalised fluorescence.
  double largest_difference = 0.05;
  /// Smaller groups are unclassified.
  std::size_t smallest_group = 2;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const HrmOptions&) const = default;
};

enum class HrmStatus {
  normalised,
  unusable,           ///< the readings are no ramp (see MeltStatus)
  window_empty,       ///< fewer than three readings in a window
  lines_cross,        ///< the background reaches the signal between the windows: nothing to scale
  no_melting,         ///< the signal does not fall from the first window to the second by ten times their noise
  level_not_crossed,  ///< overlay asked for, and the curve does not pass the level once
};

std::string_view to_string(HrmStatus status);

struct HrmCurve {
  HrmStatus status = HrmStatus::unusable;
  std::vector<double> values;  ///< on the grid, NaN where shifted off the readings; empty unless status is normalised
  double shift_celsius = 0.0;  ///< added to the curve's temperatures
};

struct HrmAssignment {
  std::optional<std::size_t> group;  ///< nothing: unclassified
  double distance = 0.0;             ///< largest difference to the group's mean curve; NaN when there is no group
  Message reason;
};

struct HrmResult {
  std::vector<double> grid_celsius;
  std::vector<HrmCurve> curves;            ///< in the order given
  std::vector<HrmAssignment> assignments;  ///< likewise
  std::vector<std::vector<double>> means;  ///< of each group on the grid
};

/// Normalised values of one curve on a grid. Linear interpolation between readings, no smoothing.
/// @throws Error invalid_option, invalid_value.
HrmCurve normalise_hrm(MeltView curve, std::span<const double> grid_celsius, const HrmOptions& options);

/// Curve minus reference, NaN where either is.
std::vector<double> derive_difference(std::span<const double> curve, std::span<const double> reference);

/// Largest absolute difference over the points where both are numbers; NaN without any.
double find_largest_difference(std::span<const double> left, std::span<const double> right);

/// Groups curves without references: complete linkage, so that no two curves of a group differ anywhere by more than
/// largest_difference. Groups are numbered by size, then by the temperature at which their mean has half melted.
/// Curves in groups smaller than smallest_group are unclassified. Does not depend on the order of the curves unless
/// distances are equal to the last bit.
/// @throws Error invalid_option, invalid_value.
HrmResult group_hrm(std::span<const MeltView> curves, const HrmOptions& options);

/// Assigns each curve to the reference genotype whose mean curve is nearest, when that is within largest_difference and
/// the next genotype is at least twice as far; unclassified otherwise. `genotypes[i]` is the genotype of curve i where
/// it is a reference. References are reported as what they are.
/// @throws Error invalid_option (no reference, unequal lengths), invalid_value.
HrmResult call_hrm(std::span<const MeltView> curves, std::span<const std::optional<std::size_t>> genotypes,
                   const HrmOptions& options);

}  // namespace qpcr
