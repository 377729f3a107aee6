// Writes the synthetic files of illumina_eco exports.
#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {
namespace {

std::string role_word(SampleRole role) {
  if (role == SampleRole::standard) return "Standard";
  return role == SampleRole::no_template_control ? "NTC" : "Unknown";
}

std::string with_decimal_comma(std::string text) {
  for (char& c : text) c = c == '.' ? ',' : c;
  return text;
}

std::string head(char delimiter) {
  std::string text;
  const auto add = [&](const char* key, const char* value) {
    text += fmt::format("{}{}{}\r\n", key, delimiter, value);
  };
  add("Experiment Name", "made up");
  add("Run Start", "1/2/2024 9:00:00 AM");
  add("Run Finish", "1/2/2024 10:20:00 AM");
  add("Application", "Quantification");
  add("Instrument", "Eco\xE2\x84\xA2 Real-Time PCR System");
  add("Software", "Eco\xE2\x84\xA2 Software v9.1.2.3");
  text += "\r\n";
  text += fmt::format("Assay Name{0}Reference{0}\r\ntarget 1{0}{0}\r\n\r\n", delimiter);
  return text;
}

/// The second well is excluded, as its row then has neither Cq nor melting temperature.
std::string results() {
  std::string text = "\xEF\xBB\xBF" + head(',');
  text +=
      "Well,Exclude,Sample Name,Assay Name,Assay Role,Call,Cq,Cq Mean,Baseline Setting,Baseline Start,Baseline End,Cq "
      "Threshold,Tm1,Tm2,\r\n";
  KnownPlate options;
  options.plate = {6, 8};
  const RunData known = make_known_plate(options);
  for (const Measurement& m : known.measurements) {
    const bool excluded = m.well.label == "A2";
    const std::string cq = m.vendor.cq_cycles && !excluded ? format_fixed(*m.vendor.cq_cycles, 4) : "";
    text += fmt::format("{},{},{},{},{},{},{},,Auto,3,15,0.0200000,{},,\r\n", m.well.label, excluded ? "Excluded" : "",
                        m.sample, m.target, role_word(m.role), m.well.label == "A3" ? "Heterozygous" : "", cq,
                        cq.empty() ? "" : "84.90000000000001");
  }
  return text;
}

/// Other order, no exclusion column's value, ';' with decimal comma, LF.
std::string reordered() {
  std::string text = head(';') + "Cq;Assay Role;Well;Exclude;Assay Name;Sample Name\n";
  KnownPlate options;
  options.plate = {6, 8};
  const RunData known = make_known_plate(options);
  for (const Measurement& m : known.measurements) {
    const std::string cq = m.vendor.cq_cycles ? with_decimal_comma(format_fixed(*m.vendor.cq_cycles, 2)) : "";
    text += fmt::format("{};{};{};;{};{}\n", cq, role_word(m.role), m.well.label, m.target, m.sample);
  }
  return text;
}

}  // namespace

std::vector<CorpusFile> corpus_illumina_eco() {
  return {{"eco_results.csv", results()}, {"eco_results_decimal_comma.csv", reordered()}};
}

}  // namespace qpcr::test
