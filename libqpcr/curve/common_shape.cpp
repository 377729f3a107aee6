// What a common shape says for itself, its options, and its form as plain numbers.
#include "libqpcr/curve/common_shape.hpp"

#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "libqpcr/core/error.hpp"
#include "libqpcr/math/elementary.hpp"

namespace qpcr {
namespace {

constexpr double z95 = 1.959963984540054;
constexpr double numbers_version = 2.0;

void require(bool holds, const char* field, double found, const char* expected) {
  if (holds) return;
  ErrorContext context;
  context.field = field;
  context.found = std::to_string(found);
  context.expected = expected;
  throw Error(ErrorCode::invalid_option, context);
}

/// Every plain number of the options, in the order of to_numbers().
template <class Options>
auto list_options(Options& options) {
  return std::array{
      &options.knot_spacing,     &options.first_knot,     &options.last_knot,         &options.left_smoothing,
      &options.window_before,    &options.relative_noise, &options.smallest_noise,    &options.outlier_limit,
      &options.log_amplitude_sd, &options.log_width_sd,   &options.baseline_slope_sd, &options.amplitude_exponent,
      &options.width_reference,  &options.smallest_share, &options.largest_share,     &options.model_error};
}

template <class Shape>
auto list_measures(Shape& shape) {
  return std::array{&shape.log_shape.first_knot,
                    &shape.log_shape.spacing,
                    &shape.reach,
                    &shape.width_cycles,
                    &shape.median_amplitude,
                    &shape.median_slope,
                    &shape.noise,
                    &shape.typical_misfit,
                    &shape.plateau,
                    &shape.log_efficiency,
                    &shape.log_efficiency_standard_error,
                    &shape.sampling_error,
                    &shape.baseline_error,
                    &shape.linearity_error,
                    &shape.model_error,
                    &shape.excess_error,
                    &shape.anchor_cycles,
                    &shape.anchor_standard_error_cycles,
                    &shape.anchor_amplitude};
}

[[noreturn]] void refuse_numbers(const std::string& found) {
  ErrorContext context;
  context.field = "common_shape";
  context.found = found;
  context.expected = "the numbers that to_numbers() writes";
  throw Error(ErrorCode::invalid_value, context);
}

}  // namespace

void CommonShapeOptions::validate() const {
  require(knot_spacing >= 0.1 && knot_spacing <= 2.0, "knot_spacing", knot_spacing, "0.1 to 2 widths");
  require(first_knot >= -8.0 && first_knot <= -1.0, "first_knot", first_knot, "-8 to -1 widths");
  require(last_knot >= 3.0 && last_knot <= 50.0, "last_knot", last_knot, "3 to 50 widths");
  require(left_smoothing > 0.0 && left_smoothing < 1e9, "left_smoothing", left_smoothing, "above 0, below 1e9");
  require(window_before >= 2.0 && window_before <= 100.0, "window_before", window_before, "2 to 100 widths");
  require(skipped_readings >= 0, "skipped_readings", skipped_readings, "0 or more");
  require(relative_noise > 0.0 && relative_noise < 1.0, "relative_noise", relative_noise, "above 0, below 1");
  require(smallest_noise > 0.0 && smallest_noise < 1.0, "smallest_noise", smallest_noise, "above 0, below 1");
  require(outlier_limit >= 1.0, "outlier_limit", outlier_limit, "1 or more");
  require(log_amplitude_sd > 0.0, "log_amplitude_sd", log_amplitude_sd, "above 0");
  require(log_width_sd > 0.0, "log_width_sd", log_width_sd, "above 0");
  require(baseline_slope_sd > 0.0, "baseline_slope_sd", baseline_slope_sd, "above 0");
  require(std::isfinite(amplitude_exponent), "amplitude_exponent", amplitude_exponent, "a finite number");
  require(std::isfinite(width_reference), "width_reference", width_reference, "a finite number");
  require(smallest_share > 0.0 && smallest_share < largest_share, "smallest_share", smallest_share,
          "above 0, below largest_share");
  require(largest_share < 1.0, "largest_share", largest_share, "below 1");
  require(model_error >= 0.0 && model_error < 1.0, "model_error", model_error, "0 to 1");
}

std::string_view to_string(ShapeStatus status) {
  switch (status) {
    case ShapeStatus::learned:
      return "learned";
    case ShapeStatus::few_reactions:
      return "few_reactions";
    case ShapeStatus::implausible_efficiency:
      return "implausible_efficiency";
    case ShapeStatus::not_converged:
      return "not_converged";
    case ShapeStatus::cut_short:
      return "cut_short";
    case ShapeStatus::too_few_reactions:
      return "too_few_reactions";
  }
  return "";
}

bool is_usable(ShapeStatus status) {
  return status == ShapeStatus::learned || status == ShapeStatus::few_reactions ||
         status == ShapeStatus::implausible_efficiency;
}

double CommonShape::efficiency() const { return elementary::exp(log_efficiency); }

double CommonShape::efficiency_low() const {
  return elementary::exp(log_efficiency - z95 * log_efficiency_standard_error);
}

double CommonShape::efficiency_high() const {
  return elementary::exp(log_efficiency + z95 * log_efficiency_standard_error);
}

std::vector<double> to_numbers(const CommonShape& shape) {
  std::vector<double> numbers{numbers_version, static_cast<double>(static_cast<int>(shape.status)),
                              static_cast<double>(shape.reactions), static_cast<double>(shape.iterations),
                              static_cast<double>(shape.options.skipped_readings)};
  for (const double* value : list_options(shape.options)) numbers.push_back(*value);
  for (const double* value : list_measures(shape)) numbers.push_back(*value);
  numbers.insert(numbers.end(), shape.log_shape.coefficients.begin(), shape.log_shape.coefficients.end());
  return numbers;
}

CommonShape parse_common_shape(std::span<const double> numbers) {
  CommonShape shape;
  const auto options = list_options(shape.options);
  const auto measures = list_measures(shape);
  const std::size_t fixed = 5 + options.size() + measures.size();
  if (numbers.size() < fixed) refuse_numbers(std::to_string(numbers.size()) + " numbers");
  if (numbers[0] != numbers_version) refuse_numbers("version " + std::to_string(numbers[0]));
  for (std::size_t i = 1; i < 5; ++i) {
    if (!(numbers[i] >= 0.0 && numbers[i] < 1e9) || numbers[i] != std::floor(numbers[i])) {
      refuse_numbers(std::to_string(numbers[i]) + " where a count stands");
    }
  }
  if (numbers[1] > static_cast<double>(static_cast<int>(ShapeStatus::too_few_reactions))) {
    refuse_numbers("status " + std::to_string(numbers[1]));
  }
  shape.status = static_cast<ShapeStatus>(static_cast<int>(numbers[1]));
  shape.reactions = static_cast<int>(numbers[2]);
  shape.iterations = static_cast<int>(numbers[3]);
  shape.options.skipped_readings = static_cast<int>(numbers[4]);
  std::size_t at = 5;
  for (double* value : options) *value = numbers[at++];
  for (double* value : measures) *value = numbers[at++];
  shape.log_shape.coefficients.assign(numbers.begin() + static_cast<std::ptrdiff_t>(at), numbers.end());
  shape.options.validate();
  if (!is_usable(shape.status)) return shape;
  for (const double* value : measures) {
    if (!std::isfinite(*value)) refuse_numbers("a measure that is not finite");
  }
  constexpr double largest_exponent = 600.0;
  for (; at < numbers.size(); ++at) {
    if (!(std::abs(numbers[at]) <= largest_exponent)) refuse_numbers("a coefficient outside ±600");
  }
  const bool in_range = shape.log_shape.spacing == shape.options.knot_spacing &&
                        std::abs(shape.log_shape.first_knot) <= 100.0 && shape.reach >= 0.0 && shape.reach <= 1000.0 &&
                        shape.log_shape.spacing >= 0.01 && shape.log_efficiency <= elementary::log(3.0) &&
                        shape.log_shape.coefficients.size() <= 1000;
  if (!in_range) refuse_numbers("knots of no shape that is learned");
  const bool positive = shape.log_shape.spacing > 0.0 && shape.width_cycles > 0.0 && shape.median_amplitude > 0.0 &&
                        shape.noise > 0.0 && shape.typical_misfit > 0.0 && shape.log_efficiency > 0.0;
  if (!positive || shape.log_shape.coefficients.size() < 4) refuse_numbers("a measure that is not positive");
  return shape;
}

}  // namespace qpcr
