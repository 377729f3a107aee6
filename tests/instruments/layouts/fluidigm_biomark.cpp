// Writes the synthetic files of fluidigm_biomark exports.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {
namespace {

std::string chamber_of(const Measurement& m) {
  return fmt::format("S{:02}-A{:02}", m.well.position->row + 1, m.well.position->column + 1);
}

std::string role_of(const Measurement& m) {
  return m.role == SampleRole::standard ? "Standard" : m.role == SampleRole::unknown ? "Unknown" : "NTC";
}

std::string render_2009() {
  std::string text =
      "Chip Run Filename,C:\\made up\\ChipRun.bml\r\nApplication Version,2.1.1\r\nApplication "
      "Build,20090521.1135\r\nExport "
      "Type,Table Results\r\nQuality Threshold,0.65\r\nBaseline Correction Method,Linear\r\nCt Threshold Method,Auto "
      "(Global)\r\n\r\n\r\n";
  const std::string info = "Experiment Information,";
  text += info + info + info + info + info + "Experiment Information,FAM-MGB,FAM-MGB,FAM-MGB,FAM-MGB\r\n";
  text += "Chamber,Sample,Sample,Sample,FAM-MGB,FAM-MGB,Ct,Ct,Ct,Ct\r\n";
  text += "ID,Name,Type,rConc,Name,Type,Value,Quality,Call,Threshold\r\n";
  for (const Measurement& m : make_known_plate({{12, 12}, 144, {"FAM-MGB"}, 2}).measurements) {
    text += fmt::format("{},{},{},{},assay {},Test,{},{},{},0.05\r\n", chamber_of(m), m.sample, role_of(m),
                        m.quantity ? "1000" : "0.5", m.well.position->column + 1,
                        m.vendor.cq_cycles ? format_double(*m.vendor.cq_cycles + 0.125) : "999",
                        m.vendor.cq_cycles ? 0.85 : 0, m.vendor.cq_cycles ? "Pass" : "Fail");
  }
  return text;
}

/// Two probes, melting temperatures, comments, readings of each cycle.
std::string render_2014(char delimiter, bool decimal_comma) {
  const RunData plate = make_known_plate({{48, 48}, 4, {"FAM-MGB", "VIC-MGB"}, 10});
  const auto number = [&](double value) {
    std::string digits = format_double(value);
    if (decimal_comma) std::replace(digits.begin(), digits.end(), '.', '!');
    return digits;
  };
  std::string text =
      "Chip Run Info,C:\\made up\\ChipRun.bml,1234567890,48.48 (136x),GE 48x48 Fast PCR+Melt v2,ROX,FAM-MGB : "
      "VIC-MGB,2014-08-15 14:20:22,00:30:56,MADEUP151\r\nApplication Version,4.1.2\r\nApplication "
      "Build,20140110.1735\r\nExport Type,Table Results with Raw Data\r\nQuality Threshold," +
      number(0.65) + "\r\n\r\n\r\n";
  std::string block = "Experiment Information,Experiment Information,Experiment Information,Experiment Information";
  std::string group = "Chamber,Sample,Sample,Sample";
  std::string name = "ID,Name,Type,rConc";
  for (const std::string probe : {"FAM-MGB", "VIC-MGB"}) {
    block += ",Experiment Information,Experiment Information";
    group += "," + probe + "," + probe;
    name += ",Name,Type";
  }
  for (const std::string probe : {"FAM-MGB", "VIC-MGB"}) {
    for (int i = 0; i < 5; ++i) block += "," + probe;
    group += ",Ct,Ct,Ct,Ct,Tm";
    name += ",Value,Quality,Call,Threshold,In Range";
  }
  text += block + ",User\r\n" + group + ",Defined\r\n" + name + ",Comments\r\n";
  for (std::size_t i = 0; i + 1 < plate.measurements.size(); i += 2) {
    const Measurement& m = plate.measurements[i];
    text += fmt::format("{},{},{},1,{},Test,{},Test", chamber_of(m), m.sample, role_of(m), m.target,
                        plate.measurements[i + 1].target);
    for (const Measurement* each : {&plate.measurements[i], &plate.measurements[i + 1]}) {
      const auto& cq = each->vendor.cq_cycles;
      text += fmt::format(",{},{},{},{},{}", cq ? number(*cq + 0.5) : "999", number(cq ? 0.9 : 0), cq ? "Pass" : "Fail",
                          number(0.01), cq ? number(81.5) : "999");
    }
    text += ",a comment\r\n";
  }
  for (const std::string dye : {"ROX", "FAM-MGB", "VIC-MGB"}) {
    for (const std::string what : {"Raw", "Bkgd"}) {
      text += "\r\n" + what + " Data for " + (dye == "ROX" ? "Passive Reference " : "Probe ") + dye + "\r\nChamber ID";
      for (int cycle = 1; cycle <= 10; ++cycle) text += fmt::format(",{}", cycle);
      text += "\r\n";
      for (const Measurement& m : plate.measurements) {
        if (m.dye != (dye == "ROX" ? "FAM-MGB" : dye)) continue;
        text += chamber_of(m);
        for (const double value : m.amplification.front().fluorescence)
          text += "," + number(dye == "ROX" ? value * 2 : value);
        text += "\r\n";
      }
    }
  }
  std::replace(text.begin(), text.end(), ',', delimiter);
  std::replace(text.begin(), text.end(), '!', ',');
  return text;
}

}  // namespace

std::vector<CorpusFile> corpus_fluidigm_biomark() {
  return {{"results_2009.csv", render_2009()},
          {"results_2014.csv", render_2014(',', false)},
          {"results_2014_decimal_comma.csv", render_2014(';', true)}};
}

}  // namespace qpcr::test
