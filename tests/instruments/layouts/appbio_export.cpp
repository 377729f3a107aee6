// Writes the synthetic files of appbio_export exports.
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/tabular/make_workbook.hpp"

namespace qpcr::test {
namespace {

using Row = std::vector<std::string>;

struct NamedTable {
  std::string name;
  std::vector<Row> rows;  ///< the first one holds the headers
};

struct Export {
  Row head;  ///< key, value, key, value …
  std::vector<NamedTable> tables;
  Row closing;  ///< key, value … below the last table
};

std::string join(const Row& row, const std::string& delimiter) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) line += delimiter;
    line += row[i].find(delimiter) == std::string::npos ? row[i] : "\"" + row[i] + "\"";
  }
  return line;
}

std::string render_sections(const Export& data, const std::string& line_end) {
  std::string text;
  for (std::size_t i = 0; i + 1 < data.head.size(); i += 2)
    text += fmt::format("* {} = {}{}", data.head[i], data.head[i + 1], line_end);
  text += line_end;
  for (const NamedTable& table : data.tables) {
    text += fmt::format("[{}]{}", table.name, line_end);
    for (const Row& row : table.rows) text += join(row, "\t") + line_end;
  }
  text += line_end;
  for (std::size_t i = 0; i + 1 < data.closing.size(); i += 2)
    text += fmt::format("{} = {}{}", data.closing[i], data.closing[i + 1], line_end);
  return text;
}

std::string render_csv(const Export& data, std::size_t table) {
  std::string text;
  for (std::size_t i = 0; i + 1 < data.head.size(); i += 2)
    text += fmt::format("# {}: {},,,\r\n", data.head[i], data.head[i + 1]);
  for (const Row& row : data.tables[table].rows) text += join(row, ",") + "\r\n";
  return text;
}

std::string render_sheet_row(const Row& row, std::size_t number) {
  std::string xml = fmt::format("<row r=\"{}\">", number);
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i].empty()) continue;
    const std::string place = fmt::format("{}{}", static_cast<char>('A' + i), number);
    xml += parse_double(row[i]) ? fmt::format("<c r=\"{}\"><v>{}</v></c>", place, row[i])
                                : fmt::format("<c r=\"{}\" t=\"inlineStr\"><is><t>{}</t></is></c>", place, row[i]);
  }
  return xml + "</row>";
}

std::string render_xlsx(const Export& data) {
  Row names;
  for (const NamedTable& table : data.tables) names.push_back(table.name);
  Parts parts = make_lists(names);
  for (std::size_t sheet = 0; sheet < data.tables.size(); ++sheet) {
    std::string rows;
    std::size_t number = 0;
    for (std::size_t i = 0; i + 1 < data.head.size(); i += 2)
      rows += render_sheet_row({data.head[i], data.head[i + 1]}, ++number);
    ++number;
    for (const Row& row : data.tables[sheet].rows) rows += render_sheet_row(row, ++number);
    ++number;
    for (std::size_t i = 0; i + 1 < data.closing.size() && sheet == 0; i += 2)
      rows += render_sheet_row({data.closing[i], data.closing[i + 1]}, ++number);
    parts.emplace_back(fmt::format("xl/worksheets/sheet{}.xml", sheet + 1), make_sheet_part(rows));
  }
  return make_archive(parts);
}

/// "1234.5" as a text export of QuantStudio writes it: three decimals and thousands separators.
std::string to_thousands(double value) {
  std::string text = format_fixed(value, 3);
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  for (std::size_t at = text.find('.'); at > sign + 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string to_comma(double value) {
  std::string text = format_fixed(value, 3);
  text[text.find('.')] = ',';
  return text;
}

std::string to_dot(double value) { return format_fixed(value, 3); }

std::string task_of(SampleRole role) {
  if (role == SampleRole::standard) return "STANDARD";
  return role == SampleRole::no_template_control ? "NTC" : "UNKNOWN";
}

long number_of(const Measurement& m, PlateGeometry plate) {
  return long{m.well.position->row} * plate.columns + m.well.position->column + 1;
}

RunData make_plate(PlateGeometry plate, std::vector<std::string> dyes, int wells) {
  KnownPlate options;
  options.plate = plate;
  options.dyes = std::move(dyes);
  options.wells = wells;
  options.cycles = 30;
  return make_known_plate(options);
}

const Row flex_head{"Block Type",
                    "384-Well Block",
                    "Calibration Pure Dye FAM is expired",
                    "No",
                    "Chemistry",
                    "TAQMAN",
                    "Experiment Barcode",
                    "NA",
                    "Experiment File Name",
                    "C:\\Users\\someone\\flex run.eds",
                    "Experiment Name",
                    "flex run",
                    "Experiment Run End Time",
                    "2024-01-02 10:11:12 AM UTC",
                    "Instrument Serial Number",
                    "12345",
                    "Instrument Type",
                    "ViiA 7",
                    "Passive Reference",
                    "ROX",
                    "Quantification Cycle Method",
                    "Ct",
                    "Stage/ Cycle where Analysis is performed",
                    "Stage 2, Step 2"};

/// A well's row of a table of dyes: the dyes that its targets use, the reference, and a dye that nothing uses.
std::vector<Row> make_dye_rows(const RunData& run, const Row& headers, std::string (*to_text)(double)) {
  std::vector<Row> rows{headers};
  for (std::size_t i = 0; i < run.measurements.size(); i += 2) {
    const Measurement& fam = run.measurements[i];
    const Measurement& vic = run.measurements[i + 1];
    for (std::size_t cycle = 0; cycle < fam.amplification[0].cycles.size(); ++cycle) {
      rows.push_back({fmt::format("{}", number_of(fam, *run.plate)), "      " + fam.well.label,
                      fmt::format("{}", cycle + 1), to_text(5000),
                      to_text(1000 + vic.amplification[0].fluorescence[cycle]), "",
                      to_text(1000 + fam.amplification[0].fluorescence[cycle])});
    }
  }
  return rows;
}

/// Two targets, thousands separators, wells by number in the amplification data, the last well omitted and so without
/// results.
Export make_flex() {
  const RunData run = make_plate({16, 24}, {"FAM", "VIC"}, 4);
  Export data;
  data.head = flex_head;
  NamedTable setup{"Sample Setup",
                   {{"Well", "Well Position", "Sample Name", "Sample Color", "Target Name", "Task", "Reporter",
                     "Quencher", "Quantity", "Comments"}}};
  NamedTable amplification{"Amplification Data", {{"Well", "Cycle", "Target Name", "Rn", "Delta Rn"}}};
  NamedTable results{
      "Results",
      {{"Well", "Well Position", "Omit", "Sample Name", "Target Name", "Task", "Reporter", "Quencher", "CT", "Ct Mean",
        "Quantity", "Ct Threshold", "Baseline Start", "Baseline End", "Tm1", "Tm2", "Cq Conf", "CQCONF", "NOAMP"}}};
  for (const Measurement& m : run.measurements) {
    const std::string number = fmt::format("{}", number_of(m, *run.plate));
    const std::string quantity = m.quantity ? to_thousands(*m.quantity) : std::string();
    setup.rows.push_back({number, m.well.label, m.sample, "RGB(1,2,3)", m.target, task_of(m.role), m.dye, "NFQ-MGB",
                          quantity, m.well.label == "A1" ? "first" : ""});
    const AmplificationCurve& curve = m.amplification[0];
    for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
      amplification.rows.push_back({number, fmt::format("{}", i + 1), m.target, to_thousands(curve.fluorescence[i]),
                                    to_thousands(curve.fluorescence[i] - 100)});
    }
    if (m.well.label == "A3") continue;
    const bool none = !m.vendor.cq_cycles;
    results.rows.push_back({number, m.well.label, "false", m.sample, m.target, task_of(m.role), m.dye, "NFQ-MGB",
                            none ? "Undetermined" : to_dot(*m.vendor.cq_cycles), "", quantity, "0.200", "3", "15",
                            "80.500", "", "0.900", "N", none ? "Y" : "N"});
  }
  amplification.rows.push_back({"5", "1", "", "", ""});
  NamedTable dyes{"Multicomponent Data",
                  make_dye_rows(run, {"Well", "Well Position", "Cycle", "ROX", "VIC", "CY5", "FAM"}, to_thousands)};
  data.tables = {setup, amplification, dyes, results};
  data.closing = {"Analysis Type", "Singleplex", "Reference Sample", "sample 2"};
  return data;
}

/// Decimal comma, wells as labels, Cyrillic letters in "Cт", ΔRn and melting regions in columns.
Export make_stepone() {
  const RunData run = make_plate({6, 8}, {"SYBR"}, 4);
  Export data;
  data.head = {"Block Type",
               "48well",
               "Experiment File Name",
               "C:\\a\\step one.eds",
               "Experiment Run End Time",
               "Not Started",
               "Instrument Type",
               "stepone",
               "Passive Reference",
               "ROX"};
  NamedTable results{"Results",
                     {{"Well", "Sample Name", "Target Name", "Task", "Reporter", "Cт", "Cт Mean", "ΔCт", "Ct Threshold",
                       "Tm1", "HIGHSD"}}};
  NamedTable amplification{"Amplification Data", {{"Well", "Cycle", "Target Name", "Rn", "ΔRn"}}};
  NamedTable temperatures{"Melt Region Temperature Data",
                          {{"Well", "Well Location", "Reading 1", "Reading 2", "Reading 3"}}};
  NamedTable normalised{"Melt Region Normalized Data", temperatures.rows};
  NamedTable derivative{"Melt Region Derivative Data", temperatures.rows};
  for (const Measurement& m : run.measurements) {
    results.rows.push_back({m.well.label, m.sample, m.target, task_of(m.role), m.dye,
                            m.vendor.cq_cycles ? to_comma(*m.vendor.cq_cycles) : "Undetermined", "", "", "0,500",
                            "81,250", "Y"});
    const AmplificationCurve& curve = m.amplification[0];
    for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
      amplification.rows.push_back({m.well.label, fmt::format("{}", i + 1), m.target, to_comma(curve.fluorescence[i]),
                                    to_comma(curve.fluorescence[i] - 100)});
    }
    const std::string number = fmt::format("{}", number_of(m, *run.plate));
    temperatures.rows.push_back({number, m.well.label, "60,125", "60,500", "61,000"});
    normalised.rows.push_back({number, m.well.label, "3,500", "2,250", "1,125"});
    derivative.rows.push_back({number, m.well.label, "0,100", "0,200", "0,300"});
  }
  data.tables = {results, amplification, temperatures, normalised, derivative};
  return data;
}

const Row design_head{"File Name",
                      "C:\\runs\\design run.eds",
                      "Operator",
                      "Someone",
                      "Barcode",
                      "P-1",
                      "Instrument Type",
                      "QuantStudio 7 Pro System",
                      "Block Type",
                      "96-Well 0.2-mL Block",
                      "Run Start Date/Time",
                      "2024-01-02 10:00:00 AM UTC",
                      "Run End Data/Time",
                      "2024-01-02 11:00:00 AM UTC",
                      "Passive Reference",
                      "ROX",
                      "PCR Stage/Step Number",
                      "Stage 3 Step 2",
                      "Pre-read Stage/Step",
                      "Stage 1 Step 1",
                      "Post-read Stage/Step",
                      "Stage 5 Step 1",
                      "Quantification Cycle Method",
                      "CT",
                      "Software Name and Version",
                      "Design and Analysis Software v2.7.0"};

/// All that Design & Analysis writes: stages with a pre-read, a post-read and a melting stage, peaks, genotypes,
/// groups.
Export make_design(bool with_stage) {
  const RunData run = make_plate({8, 12}, {"FAM"}, 4);
  Export data;
  data.head = design_head;
  NamedTable results{
      "Results",
      {{"Well", "Well Position", "Omit", "Sample", "Target", "Task", "Reporter", "Quencher", "Amp Status", "Amp Score",
        "Result Quality Issues", "Cq", "Cq Confidence", "Threshold", "Baseline Start", "Baseline End", "Tm1", "Tm2"}}};
  NamedTable amplification{"Amplification Data",
                           {{"Well", "Well Position", "Cycle Number", "Target", "Rn", "dRn", "Sample", "Omit"}}};
  NamedTable dyes{
      "Multicomponent",
      {with_stage ? Row{"Well", "Well Position", "Stage Number", "Step Number", "Cycle Number", "ROX", "FAM"}
                  : Row{"Well", "Well Position", "Step Number", "Cycle Number", "ROX", "FAM"}}};
  NamedTable melt{"Melt Curve Raw",
                  {{"Well", "Well Position", "Reading Number", "Target", "Temperature", "Fluorescence", "Derivative"}}};
  NamedTable peaks{"Melt Curve Result", {{"Well", "Well Position", "Sample", "Target", "Tm", "Melt Peak Height"}}};
  NamedTable calls{"Genotyping Result", {{"Well", "Well Position", "Sample", "SNP Assay", "Task", "Call"}}};
  NamedTable groups{"Replicate Group Result",
                    {{"Sample", "Target", "Number of Replicates", "Quantity", "Cq Mean"},
                     {"sample 2", "assay-Allele 1", "1", "-", "21.000"}}};
  NamedTable curve_table{"Standard Curve Result",
                         {{"Well", "Well Position", "Sample", "Quantity", "Target", "Task", "Cq", "Slope"}}};
  for (const Measurement& m : run.measurements) {
    const std::string number = fmt::format("{}", number_of(m, *run.plate));
    const std::string target = "assay-Allele 1";
    const std::string cq = m.vendor.cq_cycles ? to_dot(*m.vendor.cq_cycles) : "UNDETERMINED";
    const bool omitted = m.well.label == "A3";
    results.rows.push_back({number, m.well.label, omitted ? "TRUE" : "FALSE", m.sample, target, task_of(m.role), "FAM",
                            "NFQ-MGB", m.vendor.cq_cycles ? "AMP" : "NO_AMP", "1.5", omitted ? "noisy" : "",
                            omitted ? "" : cq, "0.975", "0.2", "3", "15", "", ""});
    const AmplificationCurve& curve = m.amplification[0];
    const auto add_dyes = [&](int stage, int step, std::size_t cycle, double fam, double rox) {
      Row row{number, m.well.label};
      if (with_stage) row.push_back(fmt::format("{}", stage));
      for (const std::string& text : {fmt::format("{}", step), fmt::format("{}", cycle), to_dot(rox), to_dot(fam)})
        row.push_back(text);
      dyes.rows.push_back(row);
    };
    add_dyes(1, 1, 1, 77, 500);
    for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
      add_dyes(3, 2, i + 1, curve.fluorescence[i], 500);
      amplification.rows.push_back({number, m.well.label, fmt::format("{}", i + 1), target,
                                    to_dot(curve.fluorescence[i] / 500), to_dot(curve.fluorescence[i] - 100), m.sample,
                                    omitted ? "TRUE" : "FALSE"});
    }
    for (int reading = 1; reading <= 3 && with_stage; ++reading) {
      add_dyes(4, 3, 1, 900.0 - 100 * reading, 0);
      melt.rows.push_back({number, m.well.label, fmt::format("{}", reading), target, to_dot(60 + 0.5 * reading),
                           to_dot(900.0 - 100 * reading), "1"});
    }
    add_dyes(5, 1, 1, 88, 500);
    peaks.rows.push_back({number, m.well.label, m.sample, target, "80.5", "1000"});
    peaks.rows.push_back({number, m.well.label, m.sample, target, "70.25", "500"});
    calls.rows.push_back({number, m.well.label, m.sample, "assay", task_of(m.role), "Allele 1/Allele 1"});
    curve_table.rows.push_back(
        {number, m.well.label, m.sample, m.quantity ? "1000" : "2.5", target, task_of(m.role), cq, "-3.3"});
  }
  data.tables = {results, amplification, dyes};
  if (with_stage) data.tables.push_back(melt);
  for (const NamedTable& table : {peaks, calls, groups, curve_table}) data.tables.push_back(table);
  return data;
}

/// The older genotyping table: both alleles in one row.
Export make_genotyping() {
  Export data;
  data.head = flex_head;
  data.tables = {{"Sample Setup",
                  {{"Well", "Well Position", "Sample Name", "SNP Assay Name", "Task", "Allele1 Name",
                    "Allele1 Reporter", "Allele2 Name", "Allele2 Reporter"},
                   {"1", "A1", "NTC", "snp", "NTC", "C", "VIC", "T", "FAM"},
                   {"25", "B1", "person", "snp", "PC_ALLELE_BOTH", "C", "VIC", "T", "FAM"}}},
                 {"Results",
                  {{"Well", "Well Position", "Omit", "Sample Name", "SNP Assay Name", "Task", "Allele1 Delta Rn",
                    "Allele2 Delta Rn", "Call", "Allele1 Ct Threshold", "Allele2 Ct Threshold",
                    "Allele1 Baseline Start", "Allele1 Baseline End", "Allele1 Ct", "Allele2 Ct", "Allele1 Cq Conf"},
                   {"1", "A1", "false", "NTC", "snp", "NTC", "0.010", "0.020", "Negative Control (NC)", "0.219",
                    "0.132", "3", "39", "Undetermined", "Undetermined", "0.000"},
                   {"25", "B1", "false", "person", "snp", "PC_ALLELE_BOTH", "4.500", "1.700", "Heterozygous C/T",
                    "0.219", "0.132", "3", "22", "27.546", "29.013", "0.991"}}}};
  return data;
}

/// Ct and CRT side by side, wells by number on an array card.
Export make_array_card() {
  Export data;
  data.head = {"Block Type",
               "Array Card Block",
               "Instrument Type",
               "QuantStudio(TM) 12K Flex System",
               "Quantification Cycle Method",
               "Crt",
               "Experiment Name",
               "card"};
  data.tables = {{"Results",
                  {{"Well", "Sample Name", "Target Name", "Task", "Reporter", "CRT", "Crt Threshold", "CT",
                    "Ct Threshold", "Call"},
                   {"1", "s1", "miR-1", "UNKNOWN", "FAM", "18.250", "0.200", "19.500", "0.100", "Present"},
                   {"384", "s8", "miR-2", "IPC", "FAM", "Undetermined", "0.200", "", "0.100", ""}}}};
  return data;
}

Export make_open_array() {
  Export data;
  data.head = {"Block Type",
               "OpenArray Block",
               "Instrument Type",
               "QuantStudio(TM) 12K Flex System",
               "Quantification Cycle Method",
               "Crt",
               "Experiment Name",
               "open array"};
  data.tables = {{"Results",
                  {{"Well", "Well Position", "Sample Name", "Target Name", "Task", "Reporter", "CRT"},
                   {"1", "A1a1", "s1", "g1", "UNKNOWN", "FAM", "18.250"},
                   {"3072", "D12h8", "s48", "g64", "UNKNOWN", "FAM", "Undetermined"}}}};
  return data;
}

}  // namespace

std::vector<CorpusFile> corpus_appbio_export() {
  const Export design = make_design(true);
  return {{"flex.txt", render_sections(make_flex(), "\r\n")},
          {"stepone.txt", render_sections(make_stepone(), "\r")},
          {"design.xlsx", render_xlsx(design)},
          {"design_without_stages.xls", render_xlsx(make_design(false))},
          {"apart_Results_20240102_101010.csv", render_csv(design, 0)},
          {"apart_Amplification Data_20240102_101010.csv", render_csv(design, 1)},
          {"apart_Multicomponent_20240102_101010.csv", render_csv(design, 2)},
          {"genotyping.txt", render_sections(make_genotyping(), "\n")},
          {"array_card.txt", render_sections(make_array_card(), "\n")},
          {"open_array.txt", render_sections(make_open_array(), "\n")}};
}

}  // namespace qpcr::test
