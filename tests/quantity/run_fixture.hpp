// A small run with standards, samples and their Cq, without curves.
#pragma once

#include <cmath>
#include <optional>
#include <string>

#include "libqpcr/core/run.hpp"
#include "libqpcr/curve/run_cq.hpp"

namespace qpcr::test {

struct RunWithCq {
  RunData data;
  RunCq cq;

  void add(const std::string& sample, const std::string& target, SampleRole role, std::optional<double> cq_cycles,
           std::optional<double> quantity = std::nullopt, CqStatus missing = CqStatus::no_amplification) {
    Measurement m;
    m.well.label = "W" + std::to_string(data.measurements.size() + 1);
    m.sample = sample;
    m.target = target;
    m.dye = "FAM";
    m.role = role;
    m.quantity = quantity;
    if (quantity) m.quantity_unit = "cop";
    MeasurementCq entry;
    entry.measurement = data.measurements.size();
    entry.result.cq_cycles = cq_cycles;
    entry.result.status = cq_cycles ? CqStatus::found : missing;
    data.measurements.push_back(m);
    cq.curves.push_back(entry);
  }
};

/// Target T (growth 2, 38 cycles for one copy) with standards, reference R without, samples A and B.
inline RunWithCq make_run() {
  RunWithCq run;
  run.data.name = "run";
  for (const double quantity : {10.0, 100.0, 1000.0, 10000.0}) {
    for (const double offset : {-0.05, 0.05})
      run.add("Std", "T", SampleRole::standard, 38.0 - std::log2(quantity) + offset, quantity);
  }
  for (const double offset : {-0.1, 0.1}) {
    run.add("A", "T", SampleRole::unknown, 38.0 - std::log2(400.0) + offset);
    run.add("B", "T", SampleRole::unknown, 38.0 - std::log2(100.0) + offset);
    run.add("A", "R", SampleRole::unknown, 22.0 + offset);
    run.add("B", "R", SampleRole::unknown, 21.0 + offset);
  }
  run.add("High", "T", SampleRole::unknown, 38.0 - std::log2(1e6));
  run.add("NTC", "T", SampleRole::no_template_control, std::nullopt);
  return run;
}

}  // namespace qpcr::test
