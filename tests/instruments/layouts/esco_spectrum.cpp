// Writes the synthetic files of esco_spectrum exports.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {
namespace {

std::string render_results(char delimiter, bool decimal_comma) {
  const RunData plate = make_known_plate({{2, 24}, 26});
  std::string text = fmt::format(
      "Number{0}Group{0}Sample Name{0}Standard Concentration{0}Calculated Concentration{0}Ct\r\n", delimiter);
  const auto number = [&](std::optional<double> value) {
    if (!value) return std::string();
    std::string digits = format_fixed(*value + 0.25, 2);
    if (!decimal_comma) return digits;
    std::replace(digits.begin(), digits.end(), '.', ',');
    return '"' + digits + '"';
  };
  for (const Measurement& m : plate.measurements) {
    text += fmt::format("<{1}>{0}1{0}{2}{0}{3}{0}{4}{0}{5}\r\n", delimiter, m.well.label, m.sample, number(m.quantity),
                        m.vendor.cq_cycles ? number(*m.vendor.cq_cycles * 2) : "", number(m.vendor.cq_cycles));
  }
  text += fmt::format("{0}{0}{0}{0}{0}\r\n{0}{0}{0}{0}{0}\r\n", delimiter);
  return text;
}

}  // namespace

std::vector<CorpusFile> corpus_esco_spectrum() {
  return {{"results_decimal_comma.csv", render_results(',', true)}, {"results.csv", render_results(';', false)}};
}

}  // namespace qpcr::test
