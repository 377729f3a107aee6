// Writes the synthetic files of biorad_iq exports.
#include <fmt/format.h>

#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_biorad_iq() {
  const RunData plate = make_known_plate();
  const std::string no_room(80, '#');
  std::string iq =
      ",Well,Fluor,Type,Identifier,Replicate #,Threshold Cycle (Ct),Ct Mean,Starting Quantity (SQ),Log Starting "
      "Quantity,Set Point\r\n";
  std::string comma = "\tWell\tFluor\tType\tIdentifier\tReplicate #\tThreshold Cycle (Ct)\tStarting Quantity (SQ)\r\n";
  std::string opticon =
      "Well / Set\tDye\tContent\tDescription\tEfficiency\tC(t)\tmoles\tAvg C(t)\t\r\n\t\t\t\t\t\t\t\t\r\n";
  for (const Measurement& m : plate.measurements) {
    const std::string type = m.role == SampleRole::standard              ? "Std"
                             : m.role == SampleRole::no_template_control ? "NTC"
                                                                         : "Unkn";
    const std::string cq = m.vendor.cq_cycles ? fmt::format("{:.2f}", *m.vendor.cq_cycles) : "N/A";
    const std::string quantity = m.quantity ? "1.000E+03" : "0.000E+00";
    iq += fmt::format(",A{:02},FAM,{},{},1,{},{},{},{},N/A\r\n", m.well.position->column + 1, type, m.sample, cq,
                      cq == "N/A" ? "00.00" : cq, quantity, m.quantity ? "3.000" : no_room);
    std::string with_comma = cq;
    if (const std::size_t dot = with_comma.find('.'); dot != std::string::npos) with_comma[dot] = ',';
    comma += fmt::format("\tA{:02}\tFAM\t{}\t{}\t1\t{}\t{}\r\n", m.well.position->column + 1, type, m.sample,
                         with_comma, m.quantity ? "1,000E+03" : "0,000E+00");
    opticon += fmt::format("{}\tSBG1\t{}\t{}\t1.9\t{}\t\t\t\r\n", m.well.label,
                           type == "NTC"   ? "NTC"
                           : type == "Std" ? "Standard"
                                           : "Sample",
                           m.sample, cq == "N/A" ? "" : cq);
  }
  opticon += "set 1\tSBG1\t\t\t\t\t\t21.5\t\r\n";
  std::vector<CorpusFile> files;
  files.push_back(CorpusFile{"iQ5.csv", iq});
  files.push_back(CorpusFile{"iQ5 decimal comma.txt", comma});
  files.push_back(CorpusFile{"opticon.txt", opticon});
  return files;
}

}  // namespace qpcr::test
