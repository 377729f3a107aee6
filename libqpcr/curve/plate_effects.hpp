// What the place of a well does to its value: edge, rows, columns, and light from a neighbour.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/core/message.hpp"
#include "libqpcr/core/well.hpp"

namespace qpcr {

/// A Cq (or another value in cycles) at its place. Wells of one group should have the same value: replicates.
struct PlateValue {
  GridPosition position;
  double value_cycles = 0.0;  ///< NaN: left out
  std::size_t group = 0;
};

struct PlateEffectOptions {
  double significance = 0.01;  ///< an effect is flagged when p is at most this and the effect at least its limit
  int permutations = 1999;
  std::uint64_t seed = 1;
  double smallest_shift_cycles = 0.1;  ///< edge against interior
  double smallest_range_cycles = 0.2;  ///< between rows, between columns
  double smallest_spread_ratio = 1.5;  ///< mean absolute deviation, edge over interior

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const PlateEffectOptions&) const = default;
};

enum class PlateEffectKind { edge_shift, edge_spread, rows, columns };

std::string_view to_string(PlateEffectKind kind);

struct PlateEffect {
  PlateEffectKind kind = PlateEffectKind::edge_shift;
  bool tested = false;  ///< false: too few wells (four on each side, or three rows or columns with two)
  bool flagged = false;
  double effect = 0.0;   ///< cycles, or the ratio of spreads; NaN when not tested
  double limit = 0.0;    ///< of the effect
  double p_value = 1.0;  ///< one of permutations + 1 steps; NaN when not tested
  Message reason;
};

struct PlateEffects {
  std::vector<PlateEffect> effects;  ///< one a kind, in the order of PlateEffectKind
  std::vector<double> residuals;     ///< value − median of the group, in the order given; NaN where left out
  std::vector<double> row_effects;   ///< by median polish (Tukey 1977), NaN for rows without wells
  std::vector<double> column_effects;
  std::optional<double> edge_variance_share;  ///< of the sum of squared residuals
};

/// Tests residuals from the groups' medians by permuting them among the wells of each group, so that a layout which
/// ties groups to places makes no effect. What a layout makes invisible stays so: a group that lies in one row says
/// nothing of rows. Deterministic for a seed.
/// @throws Error invalid_option; invalid_value for a position outside the plate.
/// Power and false alarms: docs/methods/plate_effects.md.
PlateEffects test_plate_effects(std::span<const PlateValue> wells, PlateGeometry plate,
                                const PlateEffectOptions& options);

/// A curve at its place; NaN readings are left out.
struct PlacedCurve {
  GridPosition position;
  CurveView curve;
};

struct CrossTalkOptions {
  double largest_fraction = 0.1;      ///< of the neighbour's rise; a larger rise is no bleed
  double smallest_fraction = 0.0005;  ///< smaller is harmless
  double smallest_explained = 0.6;    ///< part of what a straight line leaves of the curve
  double smallest_over_error = 8.0;   ///< fraction over its standard error
  int largest_lag_cycles = 1;         ///< between the neighbour's rise and this one

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const CrossTalkOptions&) const = default;
};

struct CrossTalkFlag {
  std::size_t well = 0;       ///< index into the curves given
  std::size_t neighbour = 0;  ///< the one whose rise explains most
  double fraction = 0.0;      ///< of the neighbour's signal seen here
  double fraction_over_error = 0.0;
  double explained = 0.0;
  int lag_cycles = 0;
  Message reason;
};

/// Wells whose weak rise is a straight line plus a small part of an adjoining well's curve (eight neighbours) in the
/// same cycles. A reaction of its own rises later than a neighbour of twenty times its signal and is found at another
/// lag; one that happens to rise in the same cycle with a small plateau cannot be told from bleed, and is flagged too.
/// @throws Error invalid_option, invalid_value.
std::vector<CrossTalkFlag> find_cross_talk(std::span<const PlacedCurve> wells, const CrossTalkOptions& options);

}  // namespace qpcr
