// Westgard's rules over standardised results of controls: which are broken, at which point, by which points.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace qpcr {

/// one_2s and seven_t warn; the others reject the run.
enum class WestgardRule { one_2s, one_3s, two_2s, r_4s, four_1s, ten_x, seven_t };

std::string_view to_string(WestgardRule rule);

/// True for the rules that reject: all but one_2s and seven_t.
bool rejects(WestgardRule rule);

/// A result of a control as (value − mean)/SD of its limits, unrounded.
struct ScoredPoint {
  std::size_t run = 0;  ///< place of the run in time; the same for all controls of one run
  double z = 0.0;
};

/// One control (one level) in order of runs, at most one point a run.
using ScoredSeries = std::vector<ScoredPoint>;

struct PointPlace {
  std::size_t series = 0;
  std::size_t point = 0;

  bool operator==(const PointPlace&) const = default;
};

/// A broken rule and the points that break it together, in order of runs, then of series.
struct WestgardViolation {
  WestgardRule rule = WestgardRule::one_2s;
  std::vector<PointPlace> points;

  bool operator==(const WestgardViolation&) const = default;
};

/// All rules at all points: violations[series][point], in the order of the enumerators.
///
/// "Beyond" is strict: a result exactly at a limit keeps it, and a result exactly at the mean lies on no side.
/// - 1-2s, 1-3s: |z| > 2, |z| > 3.
/// - 2-2s: this and the point before of the same control, or two controls of one run, beyond 2 SD on the same side.
/// - R-4s: two controls of one run, one above +2 SD and one below −2 SD. Never between runs.
/// - 4-1s: the last four points of one control beyond 1 SD on the same side.
/// - 10-x: the last ten points of one control on the same side of the mean.
/// - 7-T: the last seven points of one control, each above (each below) the one before.
/// A rule over several controls is broken at the point of each of them.
/// @param controls those of one target, instrument and reagent lot: what may be compared within a run.
/// @throws Error invalid_value for runs that do not increase within a series and for a z that is not finite.
/// Source: Westgard, Barry, Hunt and Groth 1981, Clin Chem 27:493, for 1-2s to 10-x; ASSAYS.md rule 11 for which warn.
std::vector<std::vector<std::vector<WestgardViolation>>> apply_westgard(std::span<const ScoredSeries> controls);

}  // namespace qpcr
