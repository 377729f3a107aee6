// Writes synthetic wide tables.
#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {
namespace {

/// One column a well of the known plate, rows of cycles.
std::string make_table(char delimiter, char decimal, const std::string& line_end) {
  const RunData run = make_known_plate();
  std::string text = "cycle";
  for (const Measurement& m : run.measurements) text += delimiter + m.well.label;
  text += line_end;
  for (std::size_t i = 0; i < run.measurements.front().amplification.front().cycles.size(); ++i) {
    text += std::to_string(i + 1);
    for (const Measurement& m : run.measurements) {
      std::string number = format_fixed(m.amplification.front().fluorescence[i], 3);
      number[number.find('.')] = decimal;
      text += delimiter + number;
    }
    text += line_end;
  }
  return text;
}

}  // namespace

std::vector<CorpusFile> corpus_wide_table() {
  return {{"cycles.csv", make_table(',', '.', "\n")},
          {"cycles_comma.txt", "\xEF\xBB\xBF" + make_table(';', ',', "\r\n")},
          {"cycles_cr_only.tsv", make_table('\t', '.', "\r")},
          {"temperatures.csv", "Temperature,left,right\n60,5,7\n61.5,4,NA\n63,,2\n"}};
}

}  // namespace qpcr::test
