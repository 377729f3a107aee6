// A run with every awkward thing a writer meets, shared by the tests of the exchange room.
#pragma once

#include <cmath>
#include <limits>

#include "libqpcr/core/run.hpp"

namespace qpcr::test {

inline AmplificationCurve make_curve(CurveKind kind, double offset) {
  AmplificationCurve curve;
  curve.kind = kind;
  for (int cycle = 1; cycle <= 5; ++cycle) {
    curve.cycles.push_back(cycle);
    curve.fluorescence.push_back(offset + cycle / 3.0);
  }
  return curve;
}

inline Measurement make_measurement(int row, int column, const std::string& sample, const std::string& target,
                                    const std::string& dye) {
  Measurement measurement;
  measurement.well = to_well({row, column});
  measurement.sample = sample;
  measurement.target = target;
  measurement.dye = dye;
  measurement.role = SampleRole::unknown;
  measurement.amplification = {make_curve(CurveKind::multicomponent, 1000.1),
                               make_curve(CurveKind::baseline_subtracted, -0.7)};
  return measurement;
}

/// Names that need quoting and escaping, a gap, an exclusion, a melting curve, every kind of vendor Cq.
inline RunData make_run() {
  RunData data;
  data.name = "Day \"1\", <trial>/Run & 1";
  data.instrument = {"Maker", "Cycler 5", "S-42", "Soft", "1.2"};
  data.started_at = "2026-02-28T09:30:00";
  data.plate = PlateGeometry{8, 12};

  Measurement first = make_measurement(0, 0, "S<1>, \"x\"", "T&1", "FAM");
  first.vendor.cq_status = CqStatus::found;
  first.vendor.cq_cycles = 27.123456789012345;
  first.vendor.threshold = 200.5;
  first.amplification[0].fluorescence[2] = std::numeric_limits<double>::quiet_NaN();
  MeltCurve melt;
  melt.kind = CurveKind::raw_filter;
  melt.temperatures_celsius = {65, 65.5, 65.5, 66};
  melt.fluorescence = {10, 9, 8.5, std::numeric_limits<double>::quiet_NaN()};
  first.melt.push_back(melt);

  Measurement second = make_measurement(0, 0, "S<1>, \"x\"", "T2", "VIC");
  second.vendor.cq_status = CqStatus::no_amplification;
  second.vendor.cq_text = "NaN";

  Measurement third = make_measurement(7, 11, "NTC", "T&1", "FAM");
  third.role = SampleRole::no_template_control;
  third.excluded = true;
  third.exclusion_reason = "bubble; seen < 2 \u00b5L";

  Measurement fourth = make_measurement(1, 0, "\u6807\u51c6\u54c1 1", "T&1", "FAM");
  fourth.role = SampleRole::standard;
  fourth.quantity = 1e6;
  fourth.quantity_unit = "copies";
  Measurement fifth = make_measurement(1, 0, "\u6807\u51c6\u54c1 1", "T2", "VIC");
  fifth.role = SampleRole::unspecified;
  data.measurements = {first, second, third, fourth, fifth};
  return data;
}

/// The same with everything a run can hold.
inline RunData make_full_run() {
  RunData data = make_run();
  data.ended_at = "2026-02-28T11:00:00";
  data.operator_name = "Ada Example";
  data.plate_barcode = "BC-7";
  data.notes = "first day; <lot 2>";
  data.passive_reference_dye = "ROX";
  data.protocol = {{1, 1, 1, 95, 600, false}, {2, 1, 40, 95, 15, false}, {2, 2, 40, 60, 60, true}};
  data.vendor_tables = {{"Standard Curve", {"Target", "Slope"}, {{"T&1", "-3.32"}}}};
  Measurement& first = data.measurements[0];
  first.amplification[0].temperatures_celsius = {60.5, 60.5, 60.5, 60.25, 60.5};
  first.single_readings = {{ReadStage::pre_read, CurveKind::multicomponent, 123.25, 60.0},
                           {ReadStage::end_point, CurveKind::unknown, 77.5, std::nullopt}};
  first.note = "look again";
  first.subarray = "A1";
  first.role_text = "Unkn-01";
  VendorResult& vendor = first.vendor;
  vendor.algorithm = "Ct";
  vendor.cq_confidence = 0.98;
  vendor.call = "Amp";
  vendor.baseline_first_cycle = 3;
  vendor.baseline_last_cycle = 15;
  vendor.quantity = 12.5;
  vendor.quantity_unit = "copies";
  vendor.melting_temperatures_celsius = {81.5, 84.25};
  vendor.flags = {"HIGHSD", "NOISE"};
  VendorResult other;
  other.cq_status = CqStatus::found;
  other.cq_cycles = 26.5;
  other.algorithm = "CRT";
  first.other_vendor_results = {other};
  return data;
}

}  // namespace qpcr::test
