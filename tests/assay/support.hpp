// Definitions as text, observations by Cq, and plates of ideal curves for the tests of the assay room.
#pragma once

#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/assay/analysis.hpp"
#include "libqpcr/assay/call.hpp"
#include "libqpcr/assay/definition.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"

namespace assay_test {

inline std::filesystem::path assay_path(const std::string& name) {
  return std::filesystem::path(QPCR_SOURCE_DIR) / "validation_data/assays" / name;
}

inline std::string assay_text(const std::string& name) { return qpcr::read_file(assay_path(name)); }

/// `text` with its one occurrence of `from` replaced.
inline std::string replace_once(std::string text, std::string_view from, std::string_view to) {
  const std::size_t place = text.find(from);
  if (place == std::string::npos) throw std::logic_error("not in the text: " + std::string(from));
  if (text.find(from, place + 1) != std::string::npos)
    throw std::logic_error("twice in the text: " + std::string(from));
  return text.replace(place, from.size(), to);
}

inline std::string replace_first(std::string text, std::string_view from, std::string_view to) {
  const std::size_t place = text.find(from);
  if (place == std::string::npos) throw std::logic_error("not in the text: " + std::string(from));
  return text.replace(place, from.size(), to);
}

/// The message of the Error that a call throws; empty when it throws none.
template <typename F>
std::string error_of(const F& f) {
  try {
    f();
  } catch (const qpcr::Error& error) {
    return std::string(qpcr::describe(error.code()).name) + ": " + error.what();
  }
  return {};
}

inline qpcr::CqObservation cq(double cycles) { return {qpcr::CqStatus::found, cycles}; }
inline qpcr::CqObservation none() { return {qpcr::CqStatus::no_amplification, std::nullopt}; }
inline qpcr::CqObservation unusable() { return {qpcr::CqStatus::fit_failed, std::nullopt}; }

inline qpcr::ReplicateObservation replicate(std::string well, std::map<std::string, qpcr::CqObservation> targets) {
  qpcr::ReplicateObservation observation;
  observation.well = std::move(well);
  observation.targets = std::move(targets);
  return observation;
}

inline qpcr::CovariateValue covariate(const qpcr::AssayDefinition& definition, const std::string& id,
                                      std::string_view text) {
  return qpcr::parse_covariate_value(*qpcr::find_covariate(definition, id), text);
}

inline bool has_reason(const std::vector<qpcr::Message>& messages, std::string_view id) {
  for (const qpcr::Message& message : messages) {
    if (message.id == id) return true;
  }
  return false;
}

/// What one channel of a plate shows: a Cq at 200 RFU above the baseline, or nothing for a flat curve.
struct Channel {
  std::string target;
  std::string dye;
  std::optional<double> cq_cycles;
};

/// A logistic rise of 5 000 RFU that doubles each cycle early on and crosses 200 RFU at the Cq, on a sloping baseline,
/// with a ripple of a few RFU in place of noise.
inline qpcr::AmplificationCurve make_curve(std::optional<double> cq_cycles, int cycles = 45) {
  constexpr double plateau = 5000;
  constexpr double threshold = 200;
  const double width = 1 / std::log(2.0);
  qpcr::AmplificationCurve curve;
  curve.kind = qpcr::CurveKind::multicomponent;
  for (int cycle = 1; cycle <= cycles; ++cycle) {
    double signal = 1800 + 1.5 * cycle + 4 * std::sin(2.3 * cycle) + 3 * std::cos(5.1 * cycle);
    if (cq_cycles) {
      const double middle = *cq_cycles + width * std::log(plateau / threshold - 1);
      signal += plateau / (1 + std::exp(-(cycle - middle) / width));
    }
    curve.cycles.push_back(cycle);
    curve.fluorescence.push_back(signal);
  }
  return curve;
}

inline void add_well(qpcr::RunData& run, const std::string& well, const std::string& sample,
                     const std::vector<Channel>& channels, int cycles = 45) {
  for (const Channel& channel : channels) {
    qpcr::Measurement measurement;
    measurement.well.label = well;
    measurement.well.position = qpcr::parse_label(well);
    measurement.sample = sample;
    measurement.target = channel.target;
    measurement.dye = channel.dye;
    measurement.amplification.push_back(make_curve(channel.cq_cycles, cycles));
    run.measurements.push_back(std::move(measurement));
  }
}

using Cqs = std::vector<std::optional<double>>;

inline std::vector<Channel> methylation(const Cqs& cqs) {
  return {{"DM1", "FAM", cqs[0]}, {"DM2", "ROX", cqs[1]}, {"DM3", "VIC", cqs[2]}, {"DIC", "CY5", cqs[3]}};
}

/// A demo-methylation plate with good controls in A1–A3.
inline qpcr::RunData methylation_run() {
  qpcr::RunData run;
  run.name = "plate";
  run.plate = qpcr::PlateGeometry{8, 12};
  add_well(run, "A1", "NTC", methylation({{}, {}, {}, {}}));
  add_well(run, "A2", "NC", methylation({{}, {}, {}, 26}));
  add_well(run, "A3", "PC", methylation({29, 29, 29, 26}));
  return run;
}

inline const qpcr::SampleCall& find_call(const qpcr::PlateResult& result, std::string_view sample) {
  for (const qpcr::SampleCall& call : result.calls) {
    if (call.sample == sample) return call;
  }
  throw std::logic_error("no call for " + std::string(sample));
}

inline qpcr::CovariateTable covariates(const qpcr::AssayDefinition& definition, const std::string& csv) {
  return qpcr::parse_covariates(csv, "covariates.csv", definition);
}

}  // namespace assay_test
