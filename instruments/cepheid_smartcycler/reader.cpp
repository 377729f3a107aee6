// Reads the run export of the SmartCycler software.
#include "instruments/cepheid_smartcycler/reader.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "instruments/cepheid_smartcycler/tables.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::cepheid_smartcycler {
namespace {

Sniff sniff(const FileHead& head) {
  if (head.is_zip || head.text.empty()) return {Confidence::no, "not a text file"};
  const std::string first = fold_header(head.first_line());
  if (first.find("runsummary") != std::string::npos && first.find("smartcycler") != std::string::npos)
    return {Confidence::certain, "the first line is 'Run Summary (Smart Cycler …)'"};
  return {Confidence::no, "the first line is not 'Run Summary (Smart Cycler …)'"};
}

std::vector<RunData> read(const std::vector<InputFile>& files) {
  std::vector<RunData> runs;
  runs.push_back(read_run(files.front()));
  return runs;
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"cepheid_smartcycler",
       "Cepheid SmartCycler export",
       "Cepheid",
       {{"run export (CSV): cycle data, results table, analysis settings", "SmartCycler", "Smart Cycler 2.0d",
         "background-subtracted curves of all channels, Ct, calls, threshold, background window, samples, roles",
         ReaderMaturity::verified,
         "curves and Ct against an independent script; Ct reproduced by the stated threshold to the printed digits"}},
       {}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::cepheid_smartcycler
