// Validation of a run and look-up of its curves.
#include "libqpcr/core/run.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

std::string place(const Measurement& measurement) {
  return fmt::format("well {}{}{}", measurement.well.label,
                     measurement.target.empty() ? "" : ", target " + measurement.target,
                     measurement.dye.empty() ? "" : ", dye " + measurement.dye);
}

[[noreturn]] void refuse(ErrorCode code, const Measurement& measurement, std::string problem) {
  throw Error(code, {.path = {},
                     .line = 0,
                     .column = {},
                     .field = place(measurement),
                     .found = {},
                     .expected = {},
                     .problem = std::move(problem)});
}

void check_readings(const Measurement& measurement, const std::vector<double>& axis,
                    const std::vector<double>& readings) {
  if (axis.size() != readings.size()) {
    refuse(ErrorCode::invalid_value, measurement,
           fmt::format("{} positions but {} readings of fluorescence", axis.size(), readings.size()));
  }
  for (const double value : axis) {
    if (!std::isfinite(value))
      refuse(ErrorCode::invalid_value, measurement, "a cycle or temperature is not a finite number");
  }
  for (const double value : readings) {
    if (std::isinf(value)) refuse(ErrorCode::invalid_value, measurement, "a reading of fluorescence is infinite");
  }
}

void check_vendor_result(const Measurement& measurement, const VendorResult& vendor) {
  if ((vendor.cq_status == CqStatus::found) != vendor.cq_cycles.has_value()) {
    refuse(ErrorCode::invalid_value, measurement, "a vendor Cq and its status contradict each other");
  }
  if (vendor.cq_cycles && !std::isfinite(*vendor.cq_cycles)) {
    refuse(ErrorCode::invalid_value, measurement, "the vendor Cq is not a finite number");
  }
  // No instrument runs a thousand cycles: such a number is a comma misread or another column.
  constexpr double most_cycles = 1000;
  if (vendor.cq_cycles && std::abs(*vendor.cq_cycles) > most_cycles) {
    refuse(ErrorCode::invalid_value, measurement, fmt::format("a vendor Cq of {} cycles", *vendor.cq_cycles));
  }
}

void check_measurement(const Measurement& measurement, const std::optional<PlateGeometry>& plate) {
  if (measurement.well.label.empty()) refuse(ErrorCode::invalid_value, measurement, "the well has no label");
  if (plate && measurement.well.position && !plate->contains(*measurement.well.position)) {
    refuse(ErrorCode::invalid_value, measurement,
           fmt::format("outside the plate of {} × {} wells", plate->rows, plate->columns));
  }
  const std::vector<AmplificationCurve>& curves = measurement.amplification;
  for (auto at = curves.begin(); at != curves.end(); ++at) {
    const AmplificationCurve& curve = *at;
    // There are six kinds, so this ends at the seventh curve.
    if (std::any_of(curves.begin(), at, [&](const AmplificationCurve& other) { return other.kind == curve.kind; })) {
      refuse(ErrorCode::duplicate_entry, measurement,
             fmt::format("two amplification curves of kind {}", to_string(curve.kind)));
    }
    check_readings(measurement, curve.cycles, curve.fluorescence);
    if (!curve.temperatures_celsius.empty() && curve.temperatures_celsius.size() != curve.cycles.size()) {
      refuse(ErrorCode::invalid_value, measurement,
             fmt::format("{} cycles but {} temperatures", curve.cycles.size(), curve.temperatures_celsius.size()));
    }
    for (std::size_t i = 1; i < curve.cycles.size(); ++i) {
      if (!(curve.cycles[i] > curve.cycles[i - 1])) {
        refuse(ErrorCode::invalid_value, measurement,
               fmt::format("cycle {} follows cycle {}", curve.cycles[i], curve.cycles[i - 1]));
      }
    }
  }
  for (const MeltCurve& curve : measurement.melt)
    check_readings(measurement, curve.temperatures_celsius, curve.fluorescence);
  for (const SingleReading& reading : measurement.single_readings) {
    if (std::isinf(reading.fluorescence))
      refuse(ErrorCode::invalid_value, measurement, "a reading of fluorescence is infinite");
  }
  check_vendor_result(measurement, measurement.vendor);
  for (const VendorResult& vendor : measurement.other_vendor_results) check_vendor_result(measurement, vendor);
}

void check_tables(const RunData& run) {
  for (const VendorTable& table : run.vendor_tables) {
    for (const std::vector<std::string>& row : table.rows) {
      if (row.size() == table.columns.size()) continue;
      ErrorContext context;
      context.field = table.name;
      context.problem = fmt::format("a row of {} cells in a table of {} columns", row.size(), table.columns.size());
      throw Error(ErrorCode::invalid_value, std::move(context));
    }
  }
}

}  // namespace

std::string_view to_string(SampleRole role) {
  switch (role) {
    case SampleRole::unspecified:
      return "unspecified";
    case SampleRole::unknown:
      return "unknown";
    case SampleRole::standard:
      return "standard";
    case SampleRole::no_template_control:
      return "no_template_control";
    case SampleRole::no_amplification_control:
      return "no_amplification_control";
    case SampleRole::no_reverse_transcriptase_control:
      return "no_reverse_transcriptase_control";
    case SampleRole::positive_control:
      return "positive_control";
    case SampleRole::negative_control:
      return "negative_control";
    case SampleRole::calibrator:
      return "calibrator";
  }
  return "unspecified";
}

std::string_view to_string(ReadStage stage) {
  switch (stage) {
    case ReadStage::pre_read:
      return "pre_read";
    case ReadStage::post_read:
      return "post_read";
    case ReadStage::end_point:
      return "end_point";
  }
  return "end_point";
}

std::optional<ReadStage> parse_read_stage(std::string_view text) {
  for (const ReadStage stage : {ReadStage::pre_read, ReadStage::post_read, ReadStage::end_point}) {
    if (to_string(stage) == text) return stage;
  }
  return std::nullopt;
}

Run::Run(RunData data) : data_(std::move(data)) {
  if (data_.measurements.size() > most_measurements) {
    ErrorContext context;
    context.problem = fmt::format("{} reactions in a run, of at most {}", data_.measurements.size(), most_measurements);
    throw Error(ErrorCode::invalid_value, std::move(context));
  }
  check_tables(data_);
  std::set<std::tuple<std::string_view, std::string_view, std::string_view>> seen;
  for (const Measurement& measurement : data_.measurements) {
    check_measurement(measurement, data_.plate);
    if (!seen.emplace(measurement.well.label, measurement.target, measurement.dye).second) {
      refuse(ErrorCode::duplicate_entry, measurement, "the well appears twice in the run");
    }
  }
}

const AmplificationCurve* find_curve(const Measurement& measurement, CurveKind kind) {
  for (const AmplificationCurve& curve : measurement.amplification) {
    if (curve.kind == kind) return &curve;
  }
  return nullptr;
}

const AmplificationCurve* find_analysis_curve(const Measurement& measurement) {
  constexpr std::array order{CurveKind::normalised, CurveKind::multicomponent,      CurveKind::background_subtracted,
                             CurveKind::unknown,    CurveKind::baseline_subtracted, CurveKind::raw_filter};
  for (const CurveKind kind : order) {
    if (const AmplificationCurve* curve = find_curve(measurement, kind)) return curve;
  }
  return nullptr;
}

bool is_simulated(const RunData& run) {
  constexpr std::string_view mark = "SIMULATED";
  if (run.instrument.serial_number == mark || run.instrument.model == mark) return true;
  return std::any_of(run.measurements.begin(), run.measurements.end(),
                     [](const Measurement& measurement) { return measurement.sample.starts_with("SIM-"); });
}

}  // namespace qpcr
