// Means on the log2 scale; every run must have measured every calibrator.
#include "libqpcr/quantity/inter_run_calibration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(ErrorCode code, const char* field, const std::string& found, const std::string& expected) {
  ErrorContext context;
  context.field = field;
  context.found = found;
  context.expected = expected;
  throw Error(code, context);
}

std::size_t find_or_add(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  names.push_back(name);
  return names.size() - 1;
}

}  // namespace

std::vector<RunCalibration> estimate_run_calibrations(std::span<const CalibratorValue> values) {
  if (values.empty()) refuse(ErrorCode::invalid_value, "calibrators", "none", "at least one calibrator in each run");
  std::vector<std::string> runs;
  std::vector<std::string> calibrators;
  for (const CalibratorValue& value : values) {
    find_or_add(runs, value.run);
    find_or_add(calibrators, value.calibrator);
  }
  std::vector<const CalibratorValue*> table(runs.size() * calibrators.size(), nullptr);
  for (const CalibratorValue& value : values) {
    const CalibratorValue*& cell =
        table[find_or_add(runs, value.run) * calibrators.size() + find_or_add(calibrators, value.calibrator)];
    if (cell != nullptr) {
      refuse(ErrorCode::duplicate_entry, "calibrators", value.calibrator,
             "every calibrator once in run '" + value.run + "'");
    }
    if (!std::isfinite(value.log2_quantity)) {
      refuse(ErrorCode::invalid_value, "calibrators", format_double(value.log2_quantity),
             "a quantity of calibrator '" + value.calibrator + "' in run '" + value.run + "'");
    }
    cell = &value;
  }
  for (std::size_t r = 0; r < runs.size(); ++r) {
    std::string missing;
    for (std::size_t c = 0; c < calibrators.size(); ++c) {
      if (table[r * calibrators.size() + c] == nullptr)
        missing += (missing.empty() ? "'" : ", '") + calibrators[c] + "'";
    }
    if (!missing.empty()) {
      ErrorContext context;
      context.field = "calibrators";
      context.problem = "run '" + runs[r] + "' lacks calibrators that other runs have: " + missing;
      throw Error(ErrorCode::invalid_value, context);
    }
  }

  const auto count = static_cast<double>(calibrators.size());
  std::vector<double> calibrator_means(calibrators.size(), 0.0);
  for (std::size_t i = 0; i < table.size(); ++i)
    calibrator_means[i % calibrators.size()] += table[i]->log2_quantity / static_cast<double>(runs.size());
  std::vector<RunCalibration> result;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    RunCalibration calibration;
    calibration.run = runs[r];
    calibration.calibrators = static_cast<int>(calibrators.size());
    double variance = 0.0;
    bool has_errors = true;
    for (std::size_t c = 0; c < calibrators.size(); ++c) {
      const CalibratorValue& value = *table[r * calibrators.size() + c];
      calibration.log2_factor += (value.log2_quantity - calibrator_means[c]) / count;
      has_errors = has_errors && value.log2_standard_error.has_value();
      const double error = value.log2_standard_error.value_or(0.0);
      variance += error * error / (count * count);
    }
    double squares = 0.0;
    for (std::size_t c = 0; c < calibrators.size(); ++c) {
      const double own = table[r * calibrators.size() + c]->log2_quantity - calibrator_means[c];
      squares += (own - calibration.log2_factor) * (own - calibration.log2_factor);
    }
    calibration.factor = std::exp2(calibration.log2_factor);
    if (has_errors) calibration.log2_standard_error = std::sqrt(variance);
    calibration.log2_calibrator_sd =
        calibrators.size() > 1 ? std::sqrt(squares / (count - 1.0)) : std::numeric_limits<double>::quiet_NaN();
    result.push_back(std::move(calibration));
  }
  return result;
}

CalibratedQuantity derive_calibrated_quantity(double log2_quantity, std::optional<double> log2_standard_error,
                                              const RunCalibration& calibration) {
  CalibratedQuantity result;
  result.log2_quantity = log2_quantity - calibration.log2_factor;
  if (log2_standard_error && calibration.log2_standard_error)
    result.log2_standard_error = std::hypot(*log2_standard_error, *calibration.log2_standard_error);
  return result;
}

}  // namespace qpcr
