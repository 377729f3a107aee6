// Writes the synthetic files of eppendorf_realplex exports.
#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {
namespace {

struct Options {
  char delimiter = ';';
  bool decimal_comma = true;
  bool types = false;
  const char* line_end = "\r\n";
};

std::string number(double value, int decimals, const Options& options) {
  std::string text = format_fixed(value, decimals);
  for (char& c : text) c = options.decimal_comma && c == '.' ? ',' : c;
  return text;
}

std::string make_export(const std::vector<std::string>& dyes, const Options& options) {
  KnownPlate plate;
  plate.dyes = dyes;
  const RunData known = make_known_plate(plate);
  const char d = options.delimiter;
  std::string text = fmt::format("\"Pos\"{}\"Name\"", d);
  if (options.types) text += fmt::format("{}\"Type\"", d);
  for (const std::string& dye : dyes) {
    text += fmt::format("{0}\"Ct {1}\"{0}\"Ct Mean {1}\"{0}\"Ct Dev. {1}\"{0}\"Amount {1} [copies]\"{0}\"Target {1}\"",
                        d, dye);
  }
  text += options.line_end;
  for (std::size_t i = 0; i < known.measurements.size(); i += dyes.size()) {
    const Measurement& first = known.measurements[i];
    text += fmt::format("\"{}\"{}\"{}\"", first.well.label, d, first.sample);
    if (options.types) {
      const char* type = first.role == SampleRole::standard  ? "Standard"
                         : first.role == SampleRole::unknown ? "Unknown"
                                                             : "NTC";
      text += fmt::format("{}\"{}\"", d, type);
    }
    for (std::size_t k = 0; k < dyes.size(); ++k) {
      const Measurement& m = known.measurements[i + k];
      const std::string ct = m.vendor.cq_cycles ? number(*m.vendor.cq_cycles, 2, options) : k == 0 ? "\"\"" : "\"-\"";
      const std::string amount = m.quantity ? number(*m.quantity, 1, options) : "\"-\"";
      text += fmt::format("{0}{1}{0}{1}{0}\"\"{0}{2}{0}\"{3}\"", d, ct, amount, m.target);
    }
    text += options.line_end;
  }
  text += options.line_end;
  text += fmt::format("\"Analysis Parameters\"{0}\"Type of Application\"{1}\"Quantification\"{0}\"Dye(s)\"",
                      options.line_end, d);
  for (const std::string& dye : dyes) text += fmt::format("{}\"{}\"", d, dye);
  text += fmt::format("{0}\"Internal Reference Dye\"{1}\"OFF\"{0}\"Threshold level\"", options.line_end, d);
  for (std::size_t k = 0; k < dyes.size(); ++k) text += fmt::format("{}{}", d, 900 + k);
  text += options.line_end;
  return text;
}

}  // namespace

std::vector<CorpusFile> corpus_eppendorf_realplex() {
  Options tab;
  tab.delimiter = '\t';
  Options dots;
  dots.delimiter = '\t';
  dots.decimal_comma = false;
  dots.types = true;
  dots.line_end = "\r";
  return {{"realplex.csv", make_export({"SYBR"}, {})},
          {"realplex_two_dyes.txt", make_export({"FAM", "JOE"}, tab)},
          {"realplex_types_dot_cr.txt", make_export({"FAM", "JOE"}, dots)}};
}

}  // namespace qpcr::test
