// Options checked, enumerators spelt, and the sentence for a result.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/melt/peaks.hpp"

namespace qpcr {
namespace {

void refuse(const char* field, double found, const char* expected) {
  ErrorContext context;
  context.field = field;
  context.found = format_double(found);
  context.expected = expected;
  throw Error(ErrorCode::invalid_option, context);
}

}  // namespace

std::string_view to_string(MeltSignal signal) { return signal == MeltSignal::falls ? "falls" : "rises"; }

std::optional<MeltSignal> parse_melt_signal(std::string_view text) {
  if (text == "falls") return MeltSignal::falls;
  if (text == "rises") return MeltSignal::rises;
  return std::nullopt;
}

std::string_view to_string(PeakVerdict verdict) {
  switch (verdict) {
    case PeakVerdict::within_noise:
      return "within_noise";
    case PeakVerdict::at_edge:
      return "at_edge";
    case PeakVerdict::small_drop:
      return "small_drop";
    case PeakVerdict::small_area:
      return "small_area";
    case PeakVerdict::too_wide:
      return "too_wide";
    case PeakVerdict::outside_limits:
      return "outside_limits";
  }
  return "within_noise";
}

void MeltOptions::validate() const {
  if (smoothing_half_width_celsius && !(*smoothing_half_width_celsius > 0.0 && *smoothing_half_width_celsius <= 20.0))
    refuse("smoothing_half_width_celsius", *smoothing_half_width_celsius, "more than 0 and at most 20");
  if (lowest_tm_celsius && !std::isfinite(*lowest_tm_celsius))
    refuse("lowest_tm_celsius", *lowest_tm_celsius, "a temperature");
  if (highest_tm_celsius && !std::isfinite(*highest_tm_celsius))
    refuse("highest_tm_celsius", *highest_tm_celsius, "a temperature");
  if (lowest_tm_celsius && highest_tm_celsius && !(*lowest_tm_celsius < *highest_tm_celsius))
    refuse("highest_tm_celsius", *highest_tm_celsius, "more than lowest_tm_celsius");
  if (!(smallest_prominence_over_error >= 0.0))
    refuse("smallest_prominence_over_error", smallest_prominence_over_error, "0 or more");
  if (!(smallest_drop_fraction >= 0.0 && smallest_drop_fraction < 1.0))
    refuse("smallest_drop_fraction", smallest_drop_fraction, "at least 0 and less than 1");
  if (!(smallest_area_fraction >= 0.0 && smallest_area_fraction < 1.0))
    refuse("smallest_area_fraction", smallest_area_fraction, "at least 0 and less than 1");
  if (!(largest_width_celsius > 0.0)) refuse("largest_width_celsius", largest_width_celsius, "more than 0");
}

Message describe_melt(const MeltResult& result) {
  switch (result.status) {
    case MeltStatus::too_few_readings:
      return Message{
          "melt_too_few_readings",
          {{"readings", std::to_string(result.readings)}, {"needed", std::to_string(smallest_reading_count)}}};
    case MeltStatus::constant:
      return Message{"melt_constant", {}};
    case MeltStatus::temperatures_not_monotone:
      return Message{"melt_temperatures_not_monotone", {}};
    case MeltStatus::readings_out_of_range:
      return Message{"melt_readings_out_of_range", {}};
    case MeltStatus::excluded:
      return Message{"melt_excluded", {}};
    case MeltStatus::peaks_found: {
      std::string temperatures;
      for (const MeltPeak& peak : result.peaks)
        temperatures += (temperatures.empty() ? "" : ", ") + format_fixed(peak.tm_celsius, 2);
      return Message{"melt_peaks_found", {{"count", std::to_string(result.peaks.size())}, {"tm", temperatures}}};
    }
    case MeltStatus::no_peak:
      break;
  }
  if (!result.rejected) return Message{"melt_no_maximum", {}};
  const RejectedPeak& rejected = *result.rejected;
  std::vector<std::pair<std::string, std::string>> values{{"tm", format_fixed(rejected.tm_celsius, 2)},
                                                          {"value", format_fixed(rejected.value, 2)},
                                                          {"limit", format_fixed(rejected.limit, 2)}};
  switch (rejected.verdict) {
    case PeakVerdict::within_noise:
      return Message{"melt_within_noise", std::move(values)};
    case PeakVerdict::at_edge:
      return Message{"melt_at_edge", {values[0]}};
    case PeakVerdict::small_drop:
    case PeakVerdict::small_area:
      values[1].second = format_fixed(100.0 * rejected.value, 1);
      values[2].second = format_fixed(100.0 * rejected.limit, 1);
      return Message{"melt_small_peak", std::move(values)};
    case PeakVerdict::too_wide:
      return Message{"melt_too_wide", std::move(values)};
    case PeakVerdict::outside_limits:
      return Message{"melt_outside_limits", {values[0], values[2]}};
  }
  return Message{"melt_no_maximum", {}};
}

}  // namespace qpcr
