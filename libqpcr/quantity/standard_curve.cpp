// Weighted centred sums, and the closed forms of prediction and inverse prediction.
#include "libqpcr/quantity/standard_curve.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/elementary.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void refuse(ErrorCode code, const char* field, const std::string& found, const char* expected) {
  ErrorContext context;
  context.field = field;
  context.found = found;
  context.expected = expected;
  throw Error(code, context);
}

void check_confidence(double confidence) {
  if (!(confidence > 0.0 && confidence < 1.0))
    refuse(ErrorCode::invalid_option, "confidence", format_double(confidence), "between 0 and 1");
}

struct Reading {
  double x;
  double y;
  double weight;
};

void clear_numbers(StandardCurve& curve) {
  curve.slope_cycles_per_log10 = curve.slope_standard_error = nan;
  curve.intercept_cycles = curve.intercept_standard_error = nan;
  curve.r_squared = curve.residual_sd_cycles = curve.degrees_of_freedom = nan;
  curve.amplification_efficiency = curve.amplification_efficiency_standard_error = nan;
  curve.slope_interval = curve.intercept_interval = curve.amplification_efficiency_interval = {nan, nan};
  curve.lower_limit_quantity = curve.upper_limit_quantity = nan;
  curve.mean_log10_quantity = curve.mean_cq_cycles = curve.log10_quantity_sum_of_squares = curve.weight_sum = nan;
}

double to_efficiency(double slope) { return elementary::pow(10.0, -1.0 / slope) - 1.0; }

/// Readings in order of quantity, one level after the other.
std::optional<LackOfFit> test_lack_of_fit(const std::vector<Reading>& readings, int levels, double residual_squares) {
  const double pure_degrees = static_cast<double>(readings.size()) - levels;
  if (levels < 3 || pure_degrees < 1.0) return std::nullopt;
  double pure = 0.0;
  for (std::size_t first = 0; first < readings.size();) {
    std::size_t last = first;
    double weight = 0.0;
    double mean = 0.0;
    while (last < readings.size() && readings[last].x == readings[first].x) {
      weight += readings[last].weight;
      mean += readings[last].weight * readings[last].y;
      ++last;
    }
    mean /= weight;
    for (; first < last; ++first)
      pure += readings[first].weight * (readings[first].y - mean) * (readings[first].y - mean);
  }
  if (!(pure > 0.0)) return std::nullopt;
  LackOfFit test;
  test.numerator_degrees = levels - 2;
  test.denominator_degrees = pure_degrees;
  test.f = std::max(0.0, residual_squares - pure) / test.numerator_degrees / (pure / pure_degrees);
  test.p_value = f_upper_tail(test.f, test.numerator_degrees, test.denominator_degrees);
  return test;
}

}  // namespace

std::string_view to_string(StandardCurveStatus status) {
  switch (status) {
    case StandardCurveStatus::fitted:
      return "fitted";
    case StandardCurveStatus::too_few_points:
      return "too_few_points";
    case StandardCurveStatus::too_few_levels:
      return "too_few_levels";
    case StandardCurveStatus::slope_not_falling:
      return "slope_not_falling";
  }
  return {};
}

std::string_view to_string(QuantityInterval interval) {
  return interval == QuantityInterval::fieller ? "fieller" : "delta";
}

std::string_view to_string(QuantityRange range) {
  switch (range) {
    case QuantityRange::within:
      return "within";
    case QuantityRange::below_lower_limit:
      return "below_lower_limit";
    case QuantityRange::above_upper_limit:
      return "above_upper_limit";
  }
  return {};
}

std::string_view to_string(QuantityStatus status) {
  switch (status) {
    case QuantityStatus::estimated:
      return "estimated";
    case QuantityStatus::no_cq:
      return "no_cq";
    case QuantityStatus::no_standard_curve:
      return "no_standard_curve";
    case QuantityStatus::interval_unbounded:
      return "interval_unbounded";
  }
  return {};
}

void StandardCurveOptions::validate() const {
  check_confidence(confidence);
  constexpr ErrorCode code = ErrorCode::invalid_option;
  if (min_levels < 2) refuse(code, "min_levels", std::to_string(min_levels), "at least 2");
  for (const auto& limit : {lower_limit_quantity, upper_limit_quantity}) {
    if (limit && (!(*limit > 0.0) || !std::isfinite(*limit)))
      refuse(code, "limit_quantity", format_double(*limit), "a positive quantity");
  }
  if (lower_limit_quantity && upper_limit_quantity && *lower_limit_quantity >= *upper_limit_quantity)
    refuse(code, "lower_limit_quantity", format_double(*lower_limit_quantity), "less than upper_limit_quantity");
}

StandardCurve estimate_standard_curve(std::span<const StandardPoint> points, const StandardCurveOptions& options) {
  options.validate();
  StandardCurve curve;
  curve.options = options;
  clear_numbers(curve);
  std::vector<Reading> readings;
  readings.reserve(points.size());
  for (const StandardPoint& point : points) {
    const bool usable = point.quantity > 0.0 && std::isfinite(point.quantity) && std::isfinite(point.cq_cycles) &&
                        point.weight > 0.0 && std::isfinite(point.weight);
    if (usable) {
      readings.push_back({std::log10(point.quantity), point.cq_cycles, point.weight});
    } else {
      ++curve.left_out;
    }
  }
  // A fixed order, so that the order of the wells does not move the last bits.
  std::sort(readings.begin(), readings.end(), [](const Reading& a, const Reading& b) {
    return a.x != b.x ? a.x < b.x : a.y != b.y ? a.y < b.y : a.weight < b.weight;
  });
  curve.points = static_cast<int>(readings.size());
  for (std::size_t i = 0; i < readings.size(); ++i) curve.levels += i == 0 || readings[i].x != readings[i - 1].x;
  if (curve.points < 3) return curve;
  if (curve.levels < options.min_levels) {
    curve.status = StandardCurveStatus::too_few_levels;
    return curve;
  }

  double weight_sum = 0.0;
  double mean_x = 0.0;
  double mean_y = 0.0;
  for (const Reading& r : readings) {
    weight_sum += r.weight;
    mean_x += r.weight * r.x;
    mean_y += r.weight * r.y;
  }
  mean_x /= weight_sum;
  mean_y /= weight_sum;
  double sxx = 0.0;
  double sxy = 0.0;
  double syy = 0.0;
  for (const Reading& r : readings) {
    sxx += r.weight * (r.x - mean_x) * (r.x - mean_x);
    sxy += r.weight * (r.x - mean_x) * (r.y - mean_y);
    syy += r.weight * (r.y - mean_y) * (r.y - mean_y);
  }
  const double slope = sxy / sxx;
  double residual_squares = 0.0;
  for (const Reading& r : readings) {
    const double residual = (r.y - mean_y) - slope * (r.x - mean_x);
    residual_squares += r.weight * residual * residual;
  }
  curve.degrees_of_freedom = static_cast<double>(curve.points) - 2.0;
  curve.residual_sd_cycles = std::sqrt(residual_squares / curve.degrees_of_freedom);
  curve.slope_cycles_per_log10 = slope;
  curve.intercept_cycles = mean_y - slope * mean_x;
  curve.slope_standard_error = curve.residual_sd_cycles / std::sqrt(sxx);
  curve.intercept_standard_error = curve.residual_sd_cycles * std::sqrt(1.0 / weight_sum + mean_x * mean_x / sxx);
  curve.r_squared = syy > 0.0 ? 1.0 - residual_squares / syy : nan;
  curve.mean_log10_quantity = mean_x;
  curve.mean_cq_cycles = mean_y;
  curve.log10_quantity_sum_of_squares = sxx;
  curve.weight_sum = weight_sum;
  curve.lower_limit_quantity = options.lower_limit_quantity.value_or(elementary::pow(10.0, readings.front().x));
  curve.upper_limit_quantity = options.upper_limit_quantity.value_or(elementary::pow(10.0, readings.back().x));
  const double t = student_t_upper_quantile((1.0 - options.confidence) / 2.0, curve.degrees_of_freedom);
  curve.slope_interval = {slope - t * curve.slope_standard_error, slope + t * curve.slope_standard_error};
  curve.intercept_interval = {curve.intercept_cycles - t * curve.intercept_standard_error,
                              curve.intercept_cycles + t * curve.intercept_standard_error};
  curve.lack_of_fit = test_lack_of_fit(readings, curve.levels, residual_squares);
  curve.status = slope < 0.0 ? StandardCurveStatus::fitted : StandardCurveStatus::slope_not_falling;
  if (curve.status != StandardCurveStatus::fitted) return curve;
  curve.amplification_efficiency = to_efficiency(slope);
  curve.amplification_efficiency_standard_error =
      (1.0 + curve.amplification_efficiency) * std::numbers::ln10 / (slope * slope) * curve.slope_standard_error;
  curve.amplification_efficiency_interval = {to_efficiency(curve.slope_interval.lower),
                                             curve.slope_interval.upper < 0.0
                                                 ? to_efficiency(curve.slope_interval.upper)
                                                 : std::numeric_limits<double>::infinity()};
  return curve;
}

PredictedCq predict_cq(const StandardCurve& curve, double quantity, int replicates) {
  if (!(quantity > 0.0) || !std::isfinite(quantity))
    refuse(ErrorCode::invalid_value, "quantity", format_double(quantity), "a positive quantity");
  if (replicates < 1) refuse(ErrorCode::invalid_value, "replicates", std::to_string(replicates), "at least 1");
  PredictedCq result{nan, nan, {nan, nan}, {nan, nan}};
  if (std::isnan(curve.slope_cycles_per_log10)) return result;
  const double distance = std::log10(quantity) - curve.mean_log10_quantity;
  result.cq_cycles = curve.mean_cq_cycles + curve.slope_cycles_per_log10 * distance;
  const double leverage = 1.0 / curve.weight_sum + distance * distance / curve.log10_quantity_sum_of_squares;
  result.mean_standard_error_cycles = curve.residual_sd_cycles * std::sqrt(leverage);
  const double t = student_t_upper_quantile((1.0 - curve.options.confidence) / 2.0, curve.degrees_of_freedom);
  const double mean_half = t * result.mean_standard_error_cycles;
  const double half = t * curve.residual_sd_cycles * std::sqrt(1.0 / replicates + leverage);
  result.mean_interval = {result.cq_cycles - mean_half, result.cq_cycles + mean_half};
  result.prediction_interval = {result.cq_cycles - half, result.cq_cycles + half};
  return result;
}

QuantityEstimate estimate_quantity(const StandardCurve& curve, std::span<const double> cq_cycles,
                                   QuantityInterval method, double confidence) {
  check_confidence(confidence);
  QuantityEstimate estimate;
  estimate.method = method;
  double sum = 0.0;
  for (const double cq : cq_cycles) {
    if (std::isfinite(cq)) {
      sum += cq;
      ++estimate.replicates;
    } else {
      ++estimate.replicates_without_cq;
    }
  }
  if (estimate.replicates > 0) estimate.mean_cq_cycles = sum / estimate.replicates;
  if (curve.status != StandardCurveStatus::fitted) {
    estimate.status = QuantityStatus::no_standard_curve;
    return estimate;
  }
  if (!estimate.mean_cq_cycles) return estimate;

  const double slope = curve.slope_cycles_per_log10;
  const double sxx = curve.log10_quantity_sum_of_squares;
  const double distance = (*estimate.mean_cq_cycles - curve.mean_cq_cycles) / slope;
  const double log10_quantity = curve.mean_log10_quantity + distance;
  const double own = 1.0 / estimate.replicates + 1.0 / curve.weight_sum;
  const double scale = curve.residual_sd_cycles / std::abs(slope);
  const double t = student_t_upper_quantile((1.0 - confidence) / 2.0, curve.degrees_of_freedom);
  estimate.status = QuantityStatus::estimated;
  estimate.log10_quantity = log10_quantity;
  estimate.log10_standard_error = scale * std::sqrt(own + distance * distance / sxx);
  estimate.quantity = elementary::pow(10.0, log10_quantity);
  if (method == QuantityInterval::delta) {
    const double half = t * *estimate.log10_standard_error;
    estimate.log10_interval = Interval{log10_quantity - half, log10_quantity + half};
  } else {
    const double g = t * t * scale * scale / sxx;
    if (g < 1.0) {
      const double half = t * scale * std::sqrt((1.0 - g) * own + distance * distance / sxx);
      estimate.log10_interval = Interval{curve.mean_log10_quantity + (distance - half) / (1.0 - g),
                                         curve.mean_log10_quantity + (distance + half) / (1.0 - g)};
    } else {
      estimate.status = QuantityStatus::interval_unbounded;
    }
  }
  if (estimate.log10_interval) {
    estimate.quantity_interval = Interval{elementary::pow(10.0, estimate.log10_interval->lower),
                                          elementary::pow(10.0, estimate.log10_interval->upper)};
  }
  // On the log scale, with room for the rounding of one logarithm.
  constexpr double slack = 1e-12;
  estimate.range = log10_quantity < std::log10(curve.lower_limit_quantity) - slack   ? QuantityRange::below_lower_limit
                   : log10_quantity > std::log10(curve.upper_limit_quantity) + slack ? QuantityRange::above_upper_limit
                                                                                     : QuantityRange::within;
  return estimate;
}

Message derive_reason(const QuantityEstimate& estimate, const StandardCurve& curve) {
  switch (estimate.status) {
    case QuantityStatus::no_standard_curve:
      switch (curve.status) {
        case StandardCurveStatus::too_few_points:
          return {"quantity_standards_too_few", {{"points", std::to_string(curve.points)}}};
        case StandardCurveStatus::too_few_levels:
          return {"quantity_standards_too_few_levels",
                  {{"levels", std::to_string(curve.levels)}, {"needed", std::to_string(curve.options.min_levels)}}};
        case StandardCurveStatus::slope_not_falling:
        case StandardCurveStatus::fitted:
          return {"quantity_standards_not_falling", {{"slope", format_double(curve.slope_cycles_per_log10)}}};
      }
      return {};
    case QuantityStatus::no_cq:
      return {"quantity_no_cq", {}};
    case QuantityStatus::interval_unbounded:
      return {"quantity_interval_unbounded", {}};
    case QuantityStatus::estimated:
      break;
  }
  if (estimate.range == QuantityRange::below_lower_limit)
    return {"quantity_below_range", {{"limit", format_double(curve.lower_limit_quantity)}}};
  if (estimate.range == QuantityRange::above_upper_limit)
    return {"quantity_above_range", {{"limit", format_double(curve.upper_limit_quantity)}}};
  if (estimate.replicates_without_cq > 0) {
    return {"quantity_replicates_without_cq",
            {{"count", std::to_string(estimate.replicates_without_cq)},
             {"replicates", std::to_string(estimate.replicates + estimate.replicates_without_cq)}}};
  }
  return {};
}

}  // namespace qpcr
