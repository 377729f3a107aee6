// Writes the synthetic files of qiagen_rotorgene exports.
#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {
namespace {

struct Style {
  char delimiter = ';';
  bool decimal_comma = true;
  bool numbered = false;  ///< tubes 1, 2, 3 … instead of A1, A2 …
};

RunData make_plate(int cycles = 25) {
  KnownPlate options;
  options.dyes = {"Green", "Yellow"};
  options.cycles = cycles;
  return make_known_plate(options);
}

std::string number(double value, int decimals, const Style& style) {
  std::string text = format_fixed(value, decimals);
  // The software leaves out the nought: ",04".
  if (text.starts_with("0.") && style.decimal_comma) text.erase(0, 1);
  for (char& c : text) c = style.decimal_comma && c == '.' ? ',' : c;
  return text;
}

std::string tube(const Measurement& m, const Style& style) {
  return style.numbered ? fmt::format("{}", m.well.position->column + 1) : m.well.label;
}

std::string type(SampleRole role) {
  if (role == SampleRole::standard) return "Standard";
  return role == SampleRole::no_template_control ? "NTC" : "Unknown";
}

std::string row(const std::vector<std::string>& cells, char delimiter) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i)
    text += fmt::format("{}\"{}\"", i == 0 ? "" : std::string(1, delimiter), cells[i]);
  return text + "\r\n";
}

std::string head(const char* kind, const Style& style) {
  const char d = style.delimiter;
  return row({kind}, d) + row({"(C)Copyright nobody"}, d) + row({"File", "made up.rex"}, d) +
         row({"Date", "02/01/2024"}, d) + row({"Time", "09:00:00"}, d);
}

void add_results(std::string& text, const RunData& known, std::size_t dye, double shift, const Style& style) {
  const char d = style.delimiter;
  text += row({"No.", "Color", "Name", "Type", "Ct", "Ct Comment", "Given Conc (ng/ul)", "Calc Conc (ng/ul)", "% Var",
               "Rep. Ct"},
              d);
  for (std::size_t i = dye; i < known.measurements.size(); i += 2) {
    const Measurement& m = known.measurements[i];
    const bool found = m.vendor.cq_cycles.has_value();
    text +=
        row({tube(m, style), "255", m.sample, type(m.role), found ? number(*m.vendor.cq_cycles + shift, 2, style) : "",
             found ? "" : "NEG (NTC)", m.quantity ? number(*m.quantity, 2, style) : "",
             found ? number(0.04, 2, style) : "", m.quantity ? "0,0%" : "", ""},
            d);
  }
  text += "\r\n";
}

std::string analysed(const Style& style) {
  const RunData known = make_plate();
  const char d = style.delimiter;
  std::string text = head("Excel Analysed Data Export", style) + "\r\n";
  for (std::size_t dye = 0; dye < 2; ++dye) {
    text +=
        row({fmt::format("Quantitative analysis of Cycling A.{} (Page 1)", dye == 0 ? "Green" : "Yellow")}, d) + "\r\n";
    text += row({"Threshold", number(0.02 + 0.01 * static_cast<double>(dye), 2, style)}, d);
    text += row({"Reaction efficiency", "(*= 10^(-1/m) - 1)"}, d);
    add_results(text, known, dye, 0, style);
  }
  text += row({"Melt analysis of Melt A.Green (Page 1)"}, d);
  text += row({"No.", "Name", "Genotype", "Peak 1", "Peak 2"}, d);
  for (std::size_t i = 0; i < known.measurements.size(); i += 2) {
    const Measurement& m = known.measurements[i];
    text += row({tube(m, style), m.sample, m.vendor.cq_cycles ? "wild type" : "",
                 m.vendor.cq_cycles ? number(85.25, 2, style) : "", ""},
                d);
  }
  return text + "\r\n\r\n";
}

/// The second page repeats the first channel; a comparative quantitation follows.
std::string pages() {
  const RunData known = make_plate();
  const Style style;
  const char d = style.delimiter;
  std::string text = head("Excel Analysed Data Export", style);
  for (int page = 1; page <= 2; ++page) {
    text += row({fmt::format("Quantitative analysis of Cycling A.Green (Page {})", page)}, d) + "\r\n";
    add_results(text, known, 0, page - 1, style);
  }
  text += row({"Comparative Quantitation of Cycling A.Green (Page 1)"}, d);
  text += row({"No.", "Name", "Take Off", "Amplification"}, d) + row({"A1", "standard 1", "12,3", "1,85"}, d);
  return text;
}

std::string raw(const Style& style) {
  const RunData known = make_plate();
  const char d = style.delimiter;
  std::string text = head("Excel Raw Data Export", style) + "\r\n";
  for (const bool melt : {false, true}) {
    for (std::size_t dye = 0; dye < (melt ? 1 : 2); ++dye) {
      text += row(
          {fmt::format("Raw Data For {}.{} (Page 1)", melt ? "Melt A" : "Cycling A", dye == 0 ? "Green" : "Yellow")},
          d);
      std::vector<std::string> ids{"ID"};
      std::vector<std::string> names{"Page 1"};
      for (std::size_t i = dye; i < known.measurements.size(); i += 2) {
        ids.push_back(tube(known.measurements[i], style));
        names.push_back(known.measurements[i].sample);
      }
      text += row(ids, d) + row(names, d);
      for (std::size_t k = 0; k < (melt ? 4U : 25U); ++k) {
        std::string line = melt ? number(70.5 + 5.0 * static_cast<double>(k), 1, style) : fmt::format("{}", k + 1);
        for (std::size_t i = dye; i < known.measurements.size(); i += 2) {
          const double reading =
              melt ? 40.5 - 10.0 * static_cast<double>(k) : known.measurements[i].amplification[0].fluorescence[k];
          line += d + number(reading, 3, style);
        }
        text += line + "\r\n";
      }
      text += "\r\n";
    }
  }
  return text;
}

std::string rex(bool decimal_comma) {
  const RunData known = make_plate();
  const Style style{';', decimal_comma, true};
  std::string text =
      "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<Experiment>\n<RexHeader><Version>1</Version></RexHeader>\n";
  text += "<Samples><Page>\n";
  for (std::size_t i = 0; i < known.measurements.size(); i += 2) {
    const Measurement& m = known.measurements[i];
    const int code = m.role == SampleRole::standard ? 1 : m.role == SampleRole::no_template_control ? 3 : 2;
    text += fmt::format(
        "<Sample><ID>{0}</ID><Name>{1}</Name><Type>{2}</Type><GivenConc>{3}</GivenConc><TubePosition>{4}</TubePosition>"
        "</Sample>\n",
        100 + i, m.sample, code, m.quantity ? number(*m.quantity, 1, style) : "0", tube(m, style));
  }
  text +=
      "</Page><Groups><Group><Name>gene</Name><Tube>100</Tube><Tube>102</Tube></Group></Groups></"
      "Samples>\n<RawChannels>\n";
  for (const bool melt : {false, true}) {
    for (std::size_t dye = 0; dye < (melt ? 1 : 2); ++dye) {
      text += fmt::format("<RawChannel><Name>{}.{}</Name><StartX>{}</StartX><StepX>{}</StepX>\n",
                          melt ? "Melt A" : "Cycling A", dye == 0 ? "Green" : "Yellow", melt ? "70" : "1",
                          melt ? number(0.5, 1, style) : "1");
      for (std::size_t i = dye; i < known.measurements.size(); i += 2) {
        text += "<Reading>";
        for (std::size_t k = 0; k < (melt ? 3U : 25U); ++k) {
          const double reading =
              melt ? 40.5 - 10.0 * static_cast<double>(k) : known.measurements[i].amplification[0].fluorescence[k];
          text += (k == 0 ? "" : " ") + number(reading, 3, style);
        }
        text += "</Reading>\n";
      }
      text += "</RawChannel>\n";
    }
  }
  return text + "</RawChannels>\n<Profile/>\n</Experiment>\n";
}

}  // namespace

std::vector<CorpusFile> corpus_qiagen_rotorgene() {
  const Style comma;
  const Style dot{',', false, true};
  return {{"rotorgene_analysed.csv", analysed(comma)},
          {"rotorgene_analysed_dot.csv", analysed(dot)},
          {"rotorgene_pages.csv", pages()},
          {"rotorgene_raw.csv", raw(comma)},
          {"rotorgene_raw_dot.csv", raw(dot)},
          {"rotorgene.rex", rex(false)},
          {"rotorgene_comma.rex", rex(true)}};
}

}  // namespace qpcr::test
