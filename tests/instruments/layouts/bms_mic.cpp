// Writes the synthetic files of bms_mic exports.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {
namespace {

/// @param empty_tube a tube that was not loaded; 0 for none.
std::string render_rotor(char delimiter, bool decimal_comma, const std::string& line_end, int empty_tube) {
  constexpr int tubes = 48;
  const RunData plate = make_known_plate({{tubes, 1}, tubes, {"ch"}, 12});
  std::string text = "Cycle";
  for (int tube = 1; tube <= tubes; ++tube) text += fmt::format("{}{}", delimiter, tube);
  text += line_end;
  const std::vector<double>& cycles = plate.measurements.front().amplification.front().cycles;
  for (std::size_t i = 0; i < cycles.size(); ++i) {
    text += format_double(cycles[i]);
    for (int tube = 1; tube <= tubes; ++tube) {
      std::string value =
          format_double(plate.measurements[static_cast<std::size_t>(tube) - 1].amplification.front().fluorescence[i]);
      if (decimal_comma) std::replace(value.begin(), value.end(), '.', ',');
      text += delimiter;
      if (tube != empty_tube) text += value;
    }
    text += line_end;
  }
  return text;
}

}  // namespace

std::vector<CorpusFile> corpus_bms_mic() {
  return {{"raw.csv", "\xEF\xBB\xBF" + render_rotor(',', false, "\n", 0)},
          {"raw_decimal_comma.csv", render_rotor(';', true, "\r\n", 7)}};
}

}  // namespace qpcr::test
