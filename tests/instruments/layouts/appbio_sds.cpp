// Writes the synthetic files of appbio_sds exports.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {
namespace {

std::string task_of(const Measurement& m) {
  return m.role == SampleRole::standard ? "Standard" : m.role == SampleRole::unknown ? "Unknown" : "NTC";
}

/// The known Cq and a quarter, so that it is no whole number.
std::string ct_of(const Measurement& m, const char* none) {
  return m.vendor.cq_cycles ? format_double(*m.vendor.cq_cycles + 0.25) : none;
}

int number_of(const Measurement& m, int columns) {
  return m.well.position->row * columns + m.well.position->column + 1;
}

const std::string head1 =
    "Document Name: made up \r\nPlate Type: Absolute Quantification\r\nUser: someone\r\n\r\nDocument "
    "Information\r\n\r\nOperator: somebody\r\nRun Date: Wednesday, December 12, 2007 12:30:20\r\nLast Modified: "
    "Wednesday, "
    "December 12, 2007 14:06:01\r\nInstrument Type: Applied Biosystems 7300 Real-Time PCR "
    "System\r\n\r\nComments:\r\nSDS "
    "v1.2\r\n\r\n";

std::string render_sds1() {
  std::string text = head1 + "Well,Sample Name,Detector,Task,Ct,StdDev Ct,Qty,Mean Qty,StdDev Qty,Filtered,Tm\r\n";
  for (const Measurement& m : make_known_plate({{8, 12}, 14, {"FAM", "VIC"}}).measurements) {
    text += fmt::format("{},{},{},{},{},0.1,{},,,{},{}\r\n", m.well.label, m.sample, m.target, task_of(m),
                        ct_of(m, "Undetermined"), m.quantity ? "1000" : "", m.well.label == "A3" ? "Yes" : "",
                        m.vendor.cq_cycles ? "83.50" : "");
  }
  return text;
}

/// Two detectors, each above its own table of wells; rows without a Ct are short.
std::string render_components() {
  std::string text;
  const RunData plate = make_known_plate({{8, 12}, 6, {"FAM", "VIC"}});
  for (const std::string dye : {"FAM", "VIC"}) {
    text += fmt::format("Detector,Reporter,Start,End,Threshold\r\n{0} assay,{0},(Auto),(Auto),Auto:0.25\r\n\r\n", dye);
    text += "Well,SampleName,Start,End,Ct\r\n";
    for (const Measurement& m : plate.measurements) {
      if (m.dye != dye) continue;
      text += fmt::format("{},{},3,15{}\r\n", number_of(m, 12), m.sample, m.vendor.cq_cycles ? "," + ct_of(m, "") : "");
    }
    text += "\r\n";
  }
  return text;
}

/// As a spreadsheet program saves it: every row as wide as the table.
std::string render_study1() {
  std::string text =
      "Exported RQ Study Sample Summary and Well Information,,,,\r\nDocument Name: made up,,,,\r\nInstrument Type: "
      "Applied "
      "Biosystems 7000 Real-Time PCR System,,,,\r\nSDS v1.2,,,,\r\nStage,Repetitions,Temperature,Time,Ramp "
      "Rate\r\nCalibrator, sample 2,,,\r\n,,,,\r\nPlate,Well "
      "ID,Well,Sample,Detector,Task,Ct,Omit,Filtered,Threshold,Auto "
      "Ct,Baseline,Start,End\r\n,,,,\r\n";
  for (const Measurement& m : make_known_plate({{8, 12}, 14}).measurements) {
    text += fmt::format("plate 1,{},{},{},{},Target,{},{},,0.25,Auto,Auto,3,15\r\n", number_of(m, 12), m.well.label,
                        m.sample, m.target, ct_of(m, "Undet."), m.well.label == "A2" ? "TRUE" : "");
  }
  return text;
}

/// The sample type column holds roles and, as labs used it, names of what is measured; unused wells are listed.
std::string render_7700() {
  std::string text =
      "Well\tReporter\tType\tBaseline StdDev\tdeltaRn\tCt\tQuantity\tReplicate\tQty Mean\tQty StdDev\tIPC\tSample "
      "Name\n";
  const RunData plate = make_known_plate({{8, 12}, 14});
  for (int well = 1; well <= 96; ++well) {
    if (well > 14) {
      text += fmt::format("{}\tSYBR\t\t\t\t\t\t\t\t\t\t\n", well);
      continue;
    }
    const Measurement& m = plate.measurements[static_cast<std::size_t>(well) - 1];
    const std::string type = well == 1 ? "STND" : well == 14 ? "NTC" : "ACTB";
    text += fmt::format("{}\tSYBR\t{}\t2.5e-03\t2.9e+00\t{}\t{}\t\t0.0e+00\t0.0e+00\t0\t{}\n", well, type,
                        ct_of(m, "40"), m.quantity ? "1.0000e+03" : "-1.0000e+00", m.sample);
  }
  return text +
         "\t\t\t\t\t\nSlope\t-3.3\tcycles/log decade\nIntercept\t38\tcycles\nR^2\t0.99\n\nThreshold detection "
         "parameters:\t\nBaseline start\t3\nBaseline stop\t15\nMultiplier\t10\nThreshold\t0.024\n";
}

std::string render_sds2(PlateGeometry geometry, int wells, bool decimal_comma) {
  std::string text =
      "SDS 2.3\tAQ Results\t1.0\nFilename\tmade up\nPlateID\tPLATE1\nAssay Type\tAbsolute Quantification\nRun "
      "DateTime\t10/6/10 7:56:11 PM\nOperator\tsomebody\nThermalCycleParams\t\n\nSample Information\n\nWell\tSample "
      "Name\tDetector Name\tReporter\tTask\tCt\tQuantity\tQty Mean\tQty StdDev\tCt Median\tCt Mean\tCt "
      "StdDev\tBaseline "
      "Type\tBaseline Start\tBaseline Stop\tThreshold Type\tThreshold\tFOS\tHMD\tBPR\t\n";
  for (const Measurement& m : make_known_plate({geometry, wells, {"FAM", "VIC"}}).measurements) {
    std::string row =
        fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t\t\t\t\t\tManual\t3\t15\tManual\t0.25\t\t\t{}\t\n",
                    number_of(m, geometry.columns), m.sample, m.target, m.dye, task_of(m), ct_of(m, "Undetermined"),
                    m.quantity ? "1000.5" : "", m.well.label == "A4" ? "true" : "");
    if (decimal_comma) std::replace(row.begin(), row.end(), '.', ',');
    text += row;
  }
  return text + "Slope\t-3.3\tcycles/log decade\nY-Intercept\t38.5\t\nR^2\t0.99\t\n\n\n\nNAP\tLPL\n\t\n";
}

/// Two plates of one study, lines ended as old Macs did.
std::string render_study2() {
  std::string text =
      "SDS 2.3 RQ Results\t1.2\rFilename\tmade up.sdm\rAssay Type\tRQ Study\rEmbeddedFile\tFileA\rRun DateTime\tFri "
      "May 15 "
      "17:10:28 BST 2009\rEmbeddedFile\tFileB\rRun DateTime\tSat May 16 10:36:09 BST 2009\r\r# "
      "\tPlate\tPos\tFlag\tSample\tDetector\tTask\tCt\tDelta Ct\tOmit\tHMD\tNAW\r";
  int line = 0;
  for (const std::string plate : {"FileA", "FileB"}) {
    for (const Measurement& m : make_known_plate({{16, 24}, 30}).measurements) {
      const bool endogenous = m.well.label == "A1";
      text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t\t{}\t\t{}\r", ++line, plate, m.well.label,
                          endogenous ? "Flagged" : "Passed", m.sample, m.target,
                          endogenous ? "Endogenous Control" : "Target", ct_of(m, "Undetermined"),
                          m.well.label == "A2" ? "TRUE" : "FALSE", endogenous ? "TRUE" : "");
    }
  }
  return text + "\rPlateID\tNAP\tLPL\rBARCODE\t\t\r";
}

enum class CycleHeaders { labelled, blank, joined };

/// Rn and ΔRn of each cycle in the row of a well; ΔRn is the known curve less its ground.
std::string render_clipped(CycleHeaders headers) {
  constexpr int cycles = 15;
  std::string text = "SDS 2.3\tClipped\t1.0\nWell\tReporter\tDetector";
  for (const std::string kind : {"Rn", "Delta Rn"}) {
    if (headers != CycleHeaders::joined) text += "\t" + kind;
    for (int cycle = 1; cycle <= cycles; ++cycle) {
      text += headers == CycleHeaders::labelled ? fmt::format("\t{}", cycle)
              : headers == CycleHeaders::blank  ? std::string("\t")
                                                : fmt::format("\t{} {}", kind, cycle);
    }
  }
  text += "\n";
  for (const Measurement& m : make_known_plate({{16, 24}, 30, {"FAM"}, cycles}).measurements) {
    text += fmt::format("{}\t{}\t{}", number_of(m, 24), m.dye, m.target);
    for (const double ground : {0.0, 100.0}) {
      if (headers != CycleHeaders::joined) text += "\t";
      for (const double value : m.amplification.front().fluorescence) text += "\t" + format_fixed(value - ground, 3);
    }
    text += "\n";
  }
  return text;
}

std::string render_cycles() {
  std::string text = "Well,Detector,Reporter Dye";
  for (int cycle = 1; cycle <= 12; ++cycle) text += fmt::format(",Cycle {}", cycle);
  text += "\r\n";
  for (const Measurement& m : make_known_plate({{8, 12}, 6, {"FAM", "VIC"}, 12}).measurements) {
    text += fmt::format("{},{},{}", number_of(m, 12), m.target, m.dye);
    for (const double value : m.amplification.front().fluorescence) text += "," + format_double(value);
    text += "\r\n";
  }
  return text;
}

/// Two plates, columns in another order than the software's.
std::string render_open_array() {
  std::string text =
      "VersionInfo.ProductName,VersionInfo.ProductVersion,ThroughHole.Address,OpenArrayPlate.SerialNumber,Assay.Assay "
      "ID,Assay.Assay "
      "Name,Assay.AmplificationCurveDyeNames.0,ThroughHole.Ct,ThroughHole.Outlier,ThroughHole.CtConfidence,"
      "ThroughHole.IntensityData.ROX.1,SampleInfo.SampleID,SampleInfo.Description\r";
  for (const std::string plate : {"AAA01", "BBB02"}) {
    for (const Measurement& m : make_known_plate({{32, 96}, 20}).measurements) {
      // The known wells go down the diagonal of the plate, so that subarrays differ.
      const int i = m.well.position->column;
      const std::string address = fmt::format("{}{}{}{}", static_cast<char>('A' + i % 4), i % 12 + 1,
                                              static_cast<char>('a' + i % 8), (i + 3) % 8 + 1);
      text += fmt::format("OpenArray\xC2\xAE Software,1.0,{},{},{:03}_assay,assay,FAMTP,{},{},{},200.5,{},made up\r",
                          address, plate, i, ct_of(m, "40"), i == 5 ? "TRUE" : "FALSE",
                          m.vendor.cq_cycles ? 1000.5 : 0.0, m.sample);
    }
  }
  return text;
}

}  // namespace

std::vector<CorpusFile> corpus_appbio_sds() {
  return {{"sds1_results.csv", render_sds1()},
          {"sds1_components.csv", render_components()},
          {"sds1_study.csv", render_study1()},
          {"prism7700.txt", render_7700()},
          {"sds2_results_96.txt", render_sds2({8, 12}, 14, false)},
          {"sds2_results_384.txt", render_sds2({16, 24}, 100, true)},
          {"sds2_study_cr_only.txt", render_study2()},
          {"clipped.txt", render_clipped(CycleHeaders::labelled)},
          {"clipped_blank_headers.txt", render_clipped(CycleHeaders::blank)},
          {"clipped_joined_headers.txt", render_clipped(CycleHeaders::joined)},
          {"cycles.csv", render_cycles()},
          {"open_array.csv", render_open_array()}};
}

}  // namespace qpcr::test
