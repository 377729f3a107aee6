// Writes the synthetic files of agilent_mxpro exports.
#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {
namespace {

std::string with_comma(std::string text) {
  for (char& c : text) c = c == '.' ? ',' : c;
  return text;
}

std::string role_word(SampleRole role) {
  if (role == SampleRole::standard) return "Standard";
  return role == SampleRole::no_template_control ? "NTC" : "Unknown";
}

int well_number(const Measurement& m) { return m.well.position->row * 12 + m.well.position->column + 1; }

/// Segment 1 is one reading before, segment 2 the cycles, read at plateau 2, segment 3 the melting ramp.
std::string fluorescence(bool stages, bool decimal_comma, bool assays) {
  KnownPlate options;
  options.dyes = {"FAM", "HEX"};
  options.cycles = 25;
  options.decimals = decimal_comma ? 1 : 0;
  const RunData known = make_known_plate(options);
  const auto number = [&](double value, int decimals) {
    const std::string text = format_fixed(value, decimals);
    return decimal_comma ? with_comma(text) : text;
  };
  std::string text =
      "C:\\made up\\a run.mxp\nSegment\tRamp/Plateau\tRamp/Plateau #\tWell\tDye\tCycle #\tFluorescence\tTemperature\n";
  const auto add = [&](int segment, char part, int plateau, const Measurement& m, int cycle, double reading,
                       double temperature) {
    text += fmt::format("{:2}\t{}\t{:2}\t{:2}\t{}\t{:3}\t{:>9}\t{}\n", segment, part, plateau, well_number(m),
                        assays ? m.target : m.dye, cycle, number(reading, options.decimals), number(temperature, 1));
  };
  if (stages) {
    for (const Measurement& m : known.measurements) add(1, 'P', 1, m, 1, 50, 25);
  }
  for (const Measurement& m : known.measurements) {
    const AmplificationCurve& curve = m.amplification.front();
    for (std::size_t i = 0; i < curve.cycles.size(); ++i)
      add(2, 'P', 2, m, static_cast<int>(curve.cycles[i]), curve.fluorescence[i], 59.7);
  }
  if (stages) {
    for (const Measurement& m : known.measurements) {
      for (int step = 0; step < 5; ++step) add(3, 'R', 1, m, 1, 500 - 100 * step, 55 + 10 * step);
    }
  }
  return text;
}

std::string sample_info() {
  KnownPlate options;
  options.dyes = {"FAM", "HEX"};
  const RunData known = make_known_plate(options);
  std::string text = "General:Well\tGeneral:Repl. Of\tGeneral:Target Name\tRel Quant:Combined Sample/Target type\n";
  for (std::size_t i = 0; i < known.measurements.size(); i += 2) {
    const Measurement& m = known.measurements[i];
    const char* role = m.role == SampleRole::unknown    ? "Target Unknown"
                       : m.role == SampleRole::standard ? "Ref PosCalibrator"
                                                        : "Target Negative";
    text += fmt::format("{}\tA1\tgoi\t{}\n", well_number(m), role);
  }
  return text;
}

std::string results() {
  const RunData known = make_known_plate();
  std::string text =
      "Well \tAssay \tWell Type \tReplicate \tThreshold (dRn) \tCt (dRn) \tQuantity (copies) \tRSq (dRn) \tSlope (dRn) "
      "\t\n";
  int replicate = 0;
  for (const Measurement& m : known.measurements) {
    const std::string ct = m.vendor.cq_cycles ? with_comma(format_fixed(*m.vendor.cq_cycles, 2)) : "No Ct";
    const std::string quantity = m.quantity ? "1,00e+003" : m.vendor.cq_cycles ? "2,50e+002" : "No Ct";
    text += fmt::format("{:>4} \t{} \t{:>9} \t{:>9} \t0,0044 \t{:>8} \t{:>18} \t0,997 \t-3,338 \t\n", m.well.label,
                        "SYBR", role_word(m.role), ++replicate, ct, quantity);
  }
  return text;
}

std::string aria() {
  KnownPlate options;
  options.dyes = {"FAM", "HEX"};
  const RunData known = make_known_plate(options);
  std::string text = "Well\tWell Name\tWell Type\tDye\tTarget\tThreshold (∆R)\tCq (∆R)\tQuantity (nanograms)\r\n";
  for (const Measurement& m : known.measurements) {
    text += fmt::format("{}\t{}\t{}\t{}\t{}\t120.5\t{}\t{}\r\n", m.well.label, m.sample, role_word(m.role), m.dye,
                        m.target, m.vendor.cq_cycles ? format_fixed(*m.vendor.cq_cycles, 2) : "No Cq",
                        m.quantity ? format_double(*m.quantity) : "");
  }
  return text;
}

}  // namespace

std::vector<CorpusFile> corpus_agilent_mxpro() {
  return {{"mxpro_stages.txt", fluorescence(true, false, true)},
          {"mxpro_stages_SampleInfo.txt", sample_info()},
          {"mxpro_dyes_comma.txt", fluorescence(false, true, false)},
          {"mxpro_report.txt", results()},
          {"aria_tabular.txt", aria()}};
}

}  // namespace qpcr::test
