// Writes the synthetic files of biorad_cfx exports.
#include <functional>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {
namespace {

using Rows = std::vector<std::vector<std::string>>;

RunData make_plate() {
  KnownPlate options;
  options.dyes = {"FAM", "Cal Red 610"};
  options.kind = CurveKind::baseline_subtracted;
  options.cycles = 30;
  return make_known_plate(options);
}

std::string pad(const Measurement& m) {
  return fmt::format("{}{:02}", m.well.label.substr(0, 1), m.well.position->column + 1);
}

std::string content_of(const Measurement& m) {
  if (m.role == SampleRole::standard) return "Std-01";
  return m.role == SampleRole::no_template_control ? "NTC" : fmt::format("Unkn-{:02}", m.well.position->column);
}

std::string cq_of(const Measurement& m, const std::string& none) {
  return m.vendor.cq_cycles ? fmt::format("{:.4f}", *m.vendor.cq_cycles) : none;
}

std::string quantity_of(const Measurement& m) { return m.quantity ? format_double(*m.quantity) : "NaN"; }

Rows amplification(const RunData& run, const std::string& dye) {
  Rows rows{{"", "Cycle"}};
  for (const Measurement& m : run.measurements) {
    if (m.dye != dye) continue;
    rows.front().push_back(m.well.label);
    const AmplificationCurve& curve = m.amplification.front();
    for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
      if (rows.size() < i + 2) rows.push_back({"", format_double(curve.cycles[i])});
      rows[i + 1].push_back(format_double(curve.fluorescence[i]));
    }
  }
  return rows;
}

Rows cq_results(const RunData& run, const std::string& none) {
  Rows rows{{"", "Well", "Fluor", "Target", "Content", "Sample", "Biological Set Name", "Cq", "Cq Mean", "Cq Std. Dev",
             "Starting Quantity (SQ)", "Log Starting Quantity", "SQ Mean", "SQ Std. Dev", "Set Point", "Well Note"}};
  for (const Measurement& m : run.measurements) {
    rows.push_back({"", pad(m), m.dye, m.target, content_of(m), m.sample, "", cq_of(m, none), cq_of(m, "0"), "0",
                    quantity_of(m), "NaN", "NaN", "0", "60", m.well.label == "A2" ? "a note" : ""});
  }
  return rows;
}

Rows melting() {
  Rows rows{{"", "Temperature", "A1", "A2"}};
  for (int i = 0; i < 8; ++i)
    rows.push_back({"", fmt::format("{:.1f}", 65 + 0.5 * i), std::to_string(900 - i * 10), std::to_string(800 - i)});
  return rows;
}

Rows information() {
  return {{"File Name", "plate.pcrd"},
          {"Created By User", "operator 1"},
          {"Notes", "a run for tests"},
          {"ID", "PLATE-1"},
          {"Run Started", "01/02/2024 10:00:00 UTC"},
          {"Run Ended", "01/02/2024 11:30:00 UTC"},
          {"Sample Vol", "20"},
          {"Lid Temp", "105"},
          {"Protocol File Name", "two steps.prcl"},
          {"Plate Setup File Name", "plate.pltd"},
          {"Base Serial Number", "BR000000"},
          {"Optical Head Serial Number", "HD000000"},
          {"CFX Maestro Version", "5.3.022.1030. "}};
}

Rows end_point(const std::string& dye) {
  return {
      {"", "Well", "Fluor", "Target", "Content", "Sample", "End RFU", "Call", "Sample Type", "CallType", "Is Control"},
      {"", "A06", dye, "target 1", "NTC", "NTC", "-0.5", "", "NTC", "Unassigned", "False"},
      {"", "A02", dye, "target 1", "Unkn-01", "sample 2", "1100.25", "(+) Positive", "Unknown", "Positive", "False"}};
}

Rows peaks() {
  return {{"", "Well", "Fluor", "Target", "Content", "Sample", "Melt Temperature", "Peak Height", "Begin Temperature",
           "End Temperature"},
          {"", "A01", "FAM", "target 1", "Std-01", "standard 1", "81.50", "300.5", "78.0", "84.0"},
          {"", "A02", "FAM", "target 1", "Unkn-01", "sample 2", "81.00", "310.5", "78.0", "84.0"},
          {"", "A02", "FAM", "target 1", "Unkn-01", "sample 2", "74.50", "90.5", "72.0", "76.0"},
          {"", "A06", "FAM", "target 1", "NTC", "NTC", "None", "None", "None", "None"}};
}

Rows genotypes() {
  return {{"", "Well", "Sample", "Call", "Type", "RFU1", "RFU2"},
          {"", "A01", "standard 1", "Allele 1", "Auto", "2608.84", "21.5"},
          {"", "A02", "sample 2", "Heterozygote", "Auto", "1608.84", "2108.5"},
          {"", "A06", "NTC", "No Call", "Auto", "-2.75", "-6.82"}};
}

Rows standard_curve() {
  return {{"", "Fluor", "Efficiency %", "Slope", "Y-Intercept", "R^2"}, {"", "FAM", "98.5", "-3.358", "38.2", "0.999"}};
}

std::string to_text(const Rows& rows, char delimiter, const std::string& line_end, bool decimal_comma = false) {
  std::string text;
  for (const std::vector<std::string>& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::string cell = row[i];
      if (decimal_comma && parse_double(cell)) {
        const std::size_t dot = cell.find('.');
        if (dot != std::string::npos) cell[dot] = ',';
      }
      if (i > 0) text += delimiter;
      text += cell;
    }
    text += line_end;
  }
  return text;
}

std::string to_element(const std::string& header) {
  std::string name;
  for (const char c : header) {
    if (c == ' ') {
      name += '_';
    } else if (c == '(' || c == ')' || c == '%' || c == '^' || (name.empty() && c >= '0' && c <= '9')) {
      name += fmt::format("_x{:04X}_", static_cast<unsigned>(c));
    } else {
      name += c;
    }
  }
  return name;
}

/// Empty texts as <Call />, and an element that is left out where `omitted` says so.
std::string to_xml(const std::string& root, const Rows& rows, const std::string& omitted = {}) {
  std::string text = "<" + root + ">\n";
  for (std::size_t row = 1; row < rows.size(); ++row) {
    text += "  <Row>\n";
    for (std::size_t i = 0; i < rows[row].size(); ++i) {
      if (rows.front()[i].empty() || (rows.front()[i] == omitted && rows[row][i].empty())) continue;
      const std::string name = to_element(rows.front()[i]);
      text += rows[row][i].empty() ? fmt::format("    <{} />\n", name)
                                   : fmt::format("    <{0}>{1}</{0}>\n", name, rows[row][i]);
    }
    text += "  </Row>\n";
  }
  return text + "</" + root + ">\n";
}

std::string to_utf16(const std::string& ascii) {
  std::string bytes = "\xFF\xFE";
  for (const char c : ascii) {
    bytes += c;
    bytes += '\0';
  }
  return bytes;
}

}  // namespace

std::vector<CorpusFile> corpus_biorad_cfx() {
  const RunData plate = make_plate();
  std::vector<CorpusFile> files;
  const auto add = [&](std::string name, std::string bytes) {
    files.push_back(CorpusFile{std::move(name), std::move(bytes)});
  };
  const auto csv = [](const Rows& rows) { return to_text(rows, ',', "\r\n"); };
  const std::string all = "all -  ";
  add(all + "Quantification Amplification Results_FAM.csv", csv(amplification(plate, "FAM")));
  add(all + "Quantification Amplification Results_Cal Red 610.csv", csv(amplification(plate, "Cal Red 610")));
  add(all + "Quantification Cq Results_0.csv", csv(cq_results(plate, "NaN")));
  add(all + "End Point Results_FAM.csv", csv(end_point("FAM")));
  add(all + "Melt Curve RFU Results_FAM.csv", csv(melting()));
  add(all + "Melt Curve Derivative Results_FAM.csv", csv(melting()));
  add(all + "Melt Curve Peak Results_0.csv", csv(peaks()));
  add(all + "Allelic Discrimination Results_ADSheet.csv", csv(genotypes()));
  add(all + "Standard Curve Results_FAM.csv", csv(standard_curve()));
  add(all + "ANOVA Results_ANOVA.csv", csv({{"", "Target", "P-Value"}, {"", "target 1", "0.5"}}));
  add(all + "Run Information.csv", csv(information()));

  const std::string xml = "all -  ";
  add(xml + "Quantification Amplification Results_FAM.xml", to_xml("FAM", amplification(plate, "FAM")));
  add(xml + "Quantification Amplification Results_Cal Red 610.xml",
      to_xml("Cal_x0020_Red_x0020_610", amplification(plate, "Cal Red 610")));
  add(xml + "Quantification Cq Results.xml", to_xml("_x0030_", cq_results(plate, "NaN"), "Well Note"));
  add(xml + "End Point Results_FAM.xml", to_xml("FAM", end_point("FAM")));
  Rows keys = information();
  keys.insert(keys.begin(), {"Column1", "Column2"});
  add(xml + "Run Information.xml", to_xml("Run_x0020_Information", keys));

  add("tabs -  Quantitation Amplification Results_FAM.txt", to_text(amplification(plate, "FAM"), '\t', "\n", true));
  add("tabs -  Quantitation Ct Results.txt", to_utf16(to_text(cq_results(plate, "N/A"), '\t', "\r\n", true)));
  add("semicolons -  Quantification Cq Results.csv",
      "\xEF\xBB\xBF" + to_text(cq_results(plate, "N/A"), ';', "\r\n", true));
  add("old Mac.csv", to_text(cq_results(plate, "N/A"), ',', "\r"));
  add("renamed curves.csv", csv(amplification(plate, "FAM")));
  // The second dye's Cq are all one cycle later, which the first dye's curves give as well; one of them is not.
  RunData distinct = plate;
  distinct.measurements[5].vendor.cq_cycles = 25.5;
  add("renamed Cq.csv", csv(cq_results(distinct, "NaN")));
  Rows custom = information();
  custom.push_back({""});
  custom.push_back({"Well", "Fluor", "Sample", "Cq", "Melt Temperature", "End RFU"});
  custom.push_back({"A01", "FAM", "sample 1", "21.5", "80.5", "900.5"});
  custom.push_back({"A01", "FAM", "sample 1", "21.5", "84.0", "900.5"});
  custom.push_back({"B01", "FAM", "sample 2", "N/A", "None", "1.5"});
  add("custom.csv", csv(custom));
  add("no room.csv",
      ",Well,Fluor,Target,Content,Sample,Cq,Starting Quantity (SQ)\r\n"
      ",A01,FAM,T,Unkn-1,S1,#####,####\r\n,A02,FAM,T,Unkn-2,S2,21.5,0.000E+00\r\n");
  return files;
}

}  // namespace qpcr::test
