// Writes synthetic RDES files: the amplification and melting table of one run, and the forms in which such tables come.
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {
namespace {

std::string_view to_type(SampleRole role) {
  if (role == SampleRole::standard) return "std";
  return role == SampleRole::no_template_control ? "ntc" : "unkn";
}

/// Names of a row up to the seventh column.
std::string row_start(const Measurement& measurement, std::string_view well) {
  return fmt::format("{}\t{}\t{}\t{}\ttoi\t{}\t", well, measurement.sample, to_type(measurement.role),
                     measurement.target, measurement.dye);
}

std::string replace(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

std::string amplification(const RunData& plate, bool numbers_for_wells) {
  std::string table = "Well\tSample\tSample Type\tTarget\tTarget Type\tDye\tCq";
  for (const double cycle : plate.measurements.front().amplification.front().cycles)
    table += '\t' + format_double(cycle);
  table += '\n';
  int number = 0;
  for (const Measurement& measurement : plate.measurements) {
    ++number;
    table += row_start(measurement, numbers_for_wells ? std::to_string(number) : measurement.well.label);
    table += measurement.vendor.cq_cycles ? format_double(*measurement.vendor.cq_cycles) : "-1.0";
    for (const double reading : measurement.amplification.front().fluorescence) table += '\t' + format_double(reading);
    table += '\n';
  }
  return table;
}

std::string melt(const RunData& plate) {
  std::string table = "Well\tSample\tSample Type\tTarget\tTarget Type\tDye\tTm\t70\t70.5\t71\n";
  for (const Measurement& measurement : plate.measurements) {
    table += row_start(measurement, measurement.well.label);
    table += measurement.role == SampleRole::no_template_control ? "-1.0\t\t\t\n" : "80.25;84.5\t900\t850.5\t\n";
  }
  return table;
}

/// Columns in another order, one that nobody knows, a gap, a row cut short and a type that is none of the format.
constexpr std::string_view awkward =
    "Dye\tWell\tRemark\tTarget\tSample Type\tSample\tTarget Type\tCq\t3\t4\t5\n"
    "FAM\tA1\tx\tT\topt\ts 1\tref\t\t1.5\t\t3.5\n"
    "FAM\tA2\t\tT\tpos\ts 2\ttoi\t21.5\t1\t2\n"
    "FAM\tA3\t\tT\tnac\ts 3\ttoi\tNaN\t\t\t\n";

}  // namespace

std::vector<CorpusFile> corpus_rdes() {
  const RunData plate = make_known_plate();
  const std::string table = amplification(plate, false);
  std::string trailing = replace(table, "\n", "\t\r\n");
  return {
      {"plain.tsv", table},
      {"paired.amplification.tsv", table},
      {"paired.melt.tsv", melt(plate)},
      {"tube_numbers.tsv", amplification(plate, true)},
      {"trailing_tabs.tsv", "\xEF\xBB\xBF" + trailing},
      {"decimal_comma.tsv", replace(table, ".", ",")},
      {"awkward.tsv", std::string(awkward)},
  };
}

}  // namespace qpcr::test
