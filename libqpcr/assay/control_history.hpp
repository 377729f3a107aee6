// The results of controls from run to run: series, limits, verdicts with their reasons.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/assay/run_time.hpp"
#include "libqpcr/assay/short_series.hpp"
#include "libqpcr/assay/westgard.hpp"

namespace qpcr {

/// slope and intercept are those of a standard curve: Cq = intercept + slope · log10(quantity).
enum class SeriesKind { cq, slope, intercept };

/// What is followed. Another lot is another series with limits of its own. Empty: not stated.
struct SeriesKey {
  SeriesKind kind = SeriesKind::cq;
  std::string control;  ///< identifier of the control, or of the standard curve
  std::string target;
  std::string instrument;
  std::string reagent_lot;
  std::string control_lot;

  auto operator<=>(const SeriesKey&) const = default;
};

struct ControlWell {
  std::string well;                 ///< empty where the record does not say
  std::optional<double> cq_cycles;  ///< absent: no Cq was found
  std::string status;               ///< as the source spells it

  bool operator==(const ControlWell&) const = default;
};

/// One control in one run, or one constant of its standard curve.
struct ControlObservation {
  SeriesKey key;
  std::string run;
  std::string started_at;                ///< as written
  std::vector<ControlWell> wells;        ///< kind cq; wells that were excluded or not measured are left out
  std::optional<double> curve_constant;  ///< kind slope and intercept; absent: no acceptable curve
  bool simulated = false;
  std::string source;  ///< file, and line where there is one
};

/// A point that does not count, with the reason a person gave.
struct QualityExclusion {
  std::string run;
  std::string control;
  std::string target;
  std::string reason;
  std::string path;
  long line = 0;
};

/// given: stated by the laboratory. frozen: mean and SD of the first 20 accepted runs, never moved again.
enum class LimitsOrigin { given, frozen };

struct ControlLimits {
  SeriesKey key;
  LimitsOrigin origin = LimitsOrigin::given;
  double mean = 0.0;
  double sd = 0.0;
  int runs = 0;           ///< that they were formed of; 0: not stated
  std::string first_run;  ///< of those runs; empty for limits given
  std::string last_run;
  std::string frozen_on;  ///< start of last_run as written; the runs up to it are not judged by these limits

  bool operator==(const ControlLimits&) const = default;
};

inline constexpr int runs_before_freezing = 20;

/// The rules of westgard.hpp; those of the short series; and a control that was not detected.
enum class ControlRule {
  one_2s,
  one_3s,
  two_2s,
  r_4s,
  four_1s,
  ten_x,
  seven_t,
  short_series_n2s,
  short_series_n3s,
  earlier_out,  ///< an earlier result of the short series is now seen to be out; warns at the run that showed it
  not_detected
};

/// excluded: by a person, with a reason. not_judged: no rule applies yet (fewer than three results).
enum class QualityVerdict { excluded, not_judged, in_control, warning, reject };

std::string_view to_string(SeriesKind kind);
std::string_view to_string(LimitsOrigin origin);
std::string_view to_string(ControlRule rule);
std::string_view to_string(QualityVerdict verdict);
std::optional<SeriesKind> parse_series_kind(std::string_view text);
std::optional<LimitsOrigin> parse_limits_origin(std::string_view text);
bool rejects(ControlRule rule);

struct QualityFinding {
  ControlRule rule = ControlRule::one_2s;
  std::vector<PointPlace> points;  ///< that break the rule together: places in QualityHistory::series
};

struct QualityPoint {
  std::string run;
  std::string started_at;
  RunTime time;
  std::size_t order = 0;        ///< of the run among all runs
  std::optional<double> value;  ///< mean Cq of the wells, or the constant of the curve; absent: not detected, no curve
  std::vector<ControlWell> wells;
  std::string source;
  std::optional<std::string> exclusion;  ///< reason
  bool forms_limits = false;             ///< one of the runs that the frozen limits are made of
  std::optional<double> z;               ///< (value − mean)/SD, unrounded; also of runs before the freezing
  std::optional<ShortSeriesResult> short_series;
  QualityVerdict verdict = QualityVerdict::not_judged;
  std::vector<QualityFinding> findings;
};

struct QualitySeries {
  SeriesKey key;
  std::optional<ControlLimits> limits;  ///< absent: too few accepted runs
  bool superseded = false;              ///< another lot of this control, target and instrument was used later
  std::vector<QualityPoint> points;     ///< in order of runs
};

/// The worst verdict of a run's controls and all rules it breaks.
struct QualityRun {
  std::string run;
  std::string started_at;
  RunTime time;
  QualityVerdict verdict = QualityVerdict::not_judged;
  std::vector<ControlRule> rules;
};

struct QualityHistory {
  std::vector<QualitySeries> series;  ///< by key
  std::vector<QualityRun> runs;       ///< in order of time
  std::vector<ControlLimits> limits;  ///< those given and those frozen now, by key; also of series without a point here
  bool simulated = false;             ///< any of the observations is
};

/// Orders, groups and judges.
/// - A point is the mean Cq of the control's wells. A well without Cq makes the point "not detected": rejected, also
/// when
///   excluded, and never given a number. The same for a standard curve that is missing.
/// - Without limits, results 3 to 20 are judged by the short-series rule among those accepted before; a result that is
///   out is left out from then on, also when a later run shows it. After 20 accepted runs limits are frozen.
/// - Runs after the freezing, or all of them when limits are given, are judged by Westgard's rules. Controls of one
///   target, instrument and reagent lot are compared within a run.
/// - An excluded or missing point is passed over by the rules that look back.
/// @throws Error invalid_value for a start of a run that is missing or cannot be read, for two starts of one run, for
///   zones that are stated for one run of a series and not for another, and for an exclusion that names no point or no
///   reason; duplicate_entry for a run that stands twice in a series, for runs of a series whose order the starts do
///   not tell, and for two limits of one series.
QualityHistory judge_controls(const std::vector<ControlObservation>& observations,
                              const std::vector<QualityExclusion>& exclusions,
                              const std::vector<ControlLimits>& limits);

/// True when the last point of a series that is still in use is rejected.
bool ends_rejected(const QualityHistory& history);

}  // namespace qpcr
