// Melting peaks of one curve: temperature, height, area, width, and which of them are real.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "libqpcr/core/message.hpp"
#include "libqpcr/melt/local_cubic.hpp"
#include "libqpcr/melt/melt_view.hpp"

namespace qpcr {

/// Which way the signal goes where a duplex melts.
enum class MeltSignal {
  falls,  ///< intercalating dyes, dual hybridisation probes: peaks of −dF/dT
  rises,  ///< quenched probes: peaks of +dF/dT
};

std::string_view to_string(MeltSignal signal);
std::optional<MeltSignal> parse_melt_signal(std::string_view text);

struct MeltOptions {
  MeltSignal signal = MeltSignal::falls;
  /// Half of the smoothing window. Absent: the wider of 1 °C and 3.5 steps (median), and 1.5, 2.25 or 3.375 times as
  /// much while 0.7 of the width of the narrowest peak allows it or nothing stands out yet.
  std::optional<double> smoothing_half_width_celsius;
  /// Peaks outside are ignored; absent: the whole ramp.
  std::optional<double> lowest_tm_celsius;
  std::optional<double> highest_tm_celsius;
  /// Of the peak over the higher of its two valleys, in standard errors of that difference.
  double smallest_prominence_over_error = 7.0;
  /// Of the area under the peak, in units of the curve's range of fluorescence.
  double smallest_drop_fraction = 0.02;
  /// Of the area, in units of the largest peak's.
  double smallest_area_fraction = 0.05;
  /// Full width at half height; broader humps are background.
  double largest_width_celsius = 10.0;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const MeltOptions&) const = default;
};

/// Heights and derivatives in fluorescence per °C, areas in fluorescence: the drop (or rise) under the peak.
struct MeltPeak {
  double tm_celsius = 0.0;  ///< maximum of the smoothed derivative between the readings
  /// From the noise of this curve's readings alone; NaN without noise or curvature to judge by.
  double tm_standard_error_celsius = 0.0;
  double derivative = 0.0;  ///< −dF/dT (or +dF/dT) at Tm
  double height = 0.0;      ///< the same above the baseline: the straight line between the feet of the peak
  double prominence = 0.0;  ///< above the higher of the two valleys
  double prominence_over_error = 0.0;
  double area = 0.0;           ///< between the derivative and the baseline
  double area_fraction = 0.0;  ///< of the areas of all real peaks of the curve
  double width_celsius = 0.0;  ///< full width at half height
  double left_celsius = 0.0;   ///< the feet
  double right_celsius = 0.0;
};

/// Why a maximum of the derivative is not reported as a peak.
enum class PeakVerdict {
  within_noise,    ///< prominence_over_error below its limit
  at_edge,         ///< the ramp ends before the derivative has fallen by half on that side
  small_drop,      ///< drop fraction below its limit
  small_area,      ///< area fraction below its limit
  too_wide,        ///< width above its limit
  outside_limits,  ///< Tm outside lowest and highest
};

std::string_view to_string(PeakVerdict verdict);

struct RejectedPeak {
  double tm_celsius = 0.0;
  PeakVerdict verdict = PeakVerdict::within_noise;
  double value = 0.0;  ///< of the quantity that the verdict names
  double limit = 0.0;
  double prominence = 0.0;
};

struct MeltResult {
  MeltStatus status = MeltStatus::too_few_readings;
  CurveKind kind = CurveKind::unknown;
  std::vector<MeltPeak> peaks;           ///< in rising Tm; empty unless status is peaks_found
  std::optional<RejectedPeak> rejected;  ///< the most prominent maximum that was not taken for a peak
  std::size_t readings = 0;              ///< distinct temperatures
  double noise_sd = 0.0;                 ///< of one reading; NaN where the curve could not be analysed
  double half_width_celsius = 0.0;       ///< of the smoothing window; NaN likewise
  bool reordered = false;                ///< temperatures were sorted or readings at one temperature averaged
};

/// The sentence for the status: how many peaks, or why none.
Message describe_melt(const MeltResult& result);

/// Analyses curves one after the other in one set of buffers; results do not depend on what was analysed before.
/// Nothing is allocated once the buffers have grown to the largest curve.
class MeltAnalyser {
 public:
  /// @throws Error as MeltOptions::validate().
  explicit MeltAnalyser(MeltOptions options);

  /// Fills `result`, whose memory is reused. @throws Error invalid_value (arrays of unequal length).
  void analyse(MeltView curve, MeltResult& result);

  /// Of the last curve: temperatures in order, smoothed fluorescence, and −dF/dT (or +dF/dT); empty where the status
  /// says that the curve could not be analysed.
  const std::vector<double>& temperatures_celsius() const { return readings_.temperatures_celsius(); }
  const std::vector<double>& smoothed() const { return smoothed_; }
  const std::vector<double>& derivative() const { return derivative_; }

 private:
  struct Candidate {
    std::size_t top = 0;
    double prominence = 0.0;
    double over_error = 0.0;
    std::size_t left = 0;
    std::size_t right = 0;
    MeltPeak peak;
    bool real = true;
  };

  void smooth(std::size_t level, double half_width);
  void search(MeltResult& result);
  void find_candidates(MeltResult& result);
  double search_maximum(double low, double high, double half_width) const;
  double estimate_tm_error(double at, double half_width);
  void locate(Candidate& candidate) const;
  void refine(MeltPeak& peak);
  std::size_t find_foot(std::size_t top, std::size_t end) const;
  void measure(std::size_t index);
  void measure_all();
  void reject(Candidate& candidate, PeakVerdict verdict, double value, double limit, MeltResult& result);
  void choose(MeltResult& result);

  MeltOptions options_;
  MeltReadings readings_;
  static constexpr std::size_t level_count = 4;
  std::array<LocalCubic, level_count> smoothers_;
  std::size_t level_ = 0;  ///< the smoother in use
  MeltResult trial_;
  double noise_ = 0.0;
  std::vector<double> smoothed_;
  std::vector<double> derivative_;
  std::vector<double> work_;
  std::vector<double> weights_;
  std::vector<Candidate> candidates_;
};

/// Peaks of one curve.
/// @return status and peaks as MeltStatus says; every status but peaks_found has no peaks.
/// @throws Error invalid_option, invalid_value.
/// Definitions, limits and agreement with other programs: docs/methods/melt.md.
MeltResult analyse_melt(MeltView curve, const MeltOptions& options);

}  // namespace qpcr
