// Writes the synthetic files of analytikjena_qtower exports.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {
namespace {

struct Options {
  std::string device = "qTOWER\xB3 2.2,1234A-0001";
  std::string protocol_rows;
  PlateGeometry plate{8, 12};
  int wells = 6;
  std::vector<std::string> dyes{"FAM", "ROX"};
  int readings = 30;
  bool decimal_comma = false;
};

/// Latin-1, as the software writes it.
std::string render_export(const Options& options) {
  std::string text = "Title:,made up run\r\nDate/Time:,1/2/2021,3:04:05 PM\r\nDevice:," + options.device +
                     "\r\nOperator:,\r\nComments:,no comment\r\nColors+Dyes:,Pos,Color Module,Dye,Gain,Meas,Refr\r\n";
  int position = 0;
  for (const std::string& dye : options.dyes)
    text += fmt::format(",{},Module.{},{},5,*,{}\r\n", position + 1, position, dye, dye == "ROX" ? "*" : ""),
        ++position;
  text +=
      "Heated Lid:,100\xB0"
      "C\r\nTC Protocol:,steps,scan,\xB0"
      "C,m:s,goto,loops,delta Temp(\xB0"
      "C),delta Time (s),ramp (\xB0"
      "C/s)\r\n";
  text += options.protocol_rows + "Melt active:,No\r\nMeas. Repeats:,3\r\n\r\n";
  const RunData plate = make_known_plate({options.plate, options.wells, options.dyes, options.readings});
  for (const std::string& dye : options.dyes) {
    text += dye;
    for (int i = 1; i <= options.readings; ++i) text += fmt::format(",{}", i);
    text += "\r\n";
    for (const Measurement& m : plate.measurements) {
      if (m.dye != dye) continue;
      text += m.well.label;
      for (const double value : m.amplification.front().fluorescence) {
        std::string digits = format_double(value);
        if (options.decimal_comma) std::replace(digits.begin(), digits.end(), '.', 'c');
        text += ',' + digits;
      }
      text += "\r\n";
    }
  }
  if (!options.decimal_comma) return text;
  std::replace(text.begin(), text.end(), ',', ';');
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text[i] == 'c' && is_digit(text[i - 1]) && is_digit(text[i + 1])) text[i] = ',';
  }
  return text;
}

}  // namespace

std::vector<CorpusFile> corpus_analytikjena_qtower() {
  Options cycles;
  cycles.protocol_rows = ",1,,95,02:00,,,,,8\r\n,2,,95,00:05,,,,,8\r\n,3,*,60,00:30,2,29,0,0,8\r\n";
  Options decimal_comma = cycles;
  decimal_comma.decimal_comma = true;
  Options ramp;
  ramp.device =
      "qTOWER\xB3"
      "84 /G,5678B-0002";
  ramp.protocol_rows = ",1,*,25,00:30,1,29,0.5,0,4\r\n";
  ramp.plate = {16, 24};
  ramp.wells = 30;
  return {{"cycles.csv", render_export(cycles)},
          {"cycles_decimal_comma.csv", render_export(decimal_comma)},
          {"ramp.csv", render_export(ramp)}};
}

}  // namespace qpcr::test
