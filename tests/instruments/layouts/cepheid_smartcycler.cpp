// Writes the synthetic files of cepheid_smartcycler exports.
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {
namespace {

struct Options {
  char delimiter = ',';
  bool decimal_comma = false;
  bool repeat = false;             ///< every site occurs a second time, its readings one higher
  bool second_instrument = false;  ///< the last sites belong to instrument B
};

RunData make_plate() {
  KnownPlate options;
  options.wells = 4;
  options.dyes = {"FAM", "Cy3"};
  options.cycles = 30;
  options.kind = CurveKind::background_subtracted;
  return make_known_plate(options);
}

std::string number(double value, int decimals, const Options& options) {
  std::string text = format_fixed(value, decimals);
  if (options.decimal_comma) {
    for (char& c : text) c = c == '.' ? ',' : c;
    if (options.delimiter == ',') return "\"" + text + "\"";
  }
  return text;
}

std::string role_word(SampleRole role) {
  if (role == SampleRole::standard) return "STD";
  return role == SampleRole::no_template_control ? "NTC" : "UNKN";
}

void write_cycles(std::string& text, const std::vector<const Measurement*>& columns, const std::vector<double>& raised,
                  const Options& options) {
  std::string sites;
  std::string names;
  const char d = options.delimiter;
  for (const Measurement* m : columns) {
    sites += fmt::format("{0}{1}{0}{1}", d, m->well.label);
    names += fmt::format("{0}{1}{0}{1} D2", d, m->dye);
  }
  text += sites + "\r\n" + names + "\r\nCycle #" + names + "\r\n";
  for (std::size_t i = 0; i < 30; ++i) {
    text += fmt::format("{}", i + 1);
    for (std::size_t column = 0; column < columns.size(); ++column) {
      const double reading = columns[column]->amplification.front().fluorescence[i] + raised[column];
      text += fmt::format("{}{}{}0", d, number(reading, 3, options), d);
    }
    text += "\r\n";
  }
  text += "\r\n";
}

std::string make_export(const Options& options) {
  const RunData known = make_plate();
  const char d = options.delimiter;
  const int times = options.repeat ? 2 : 1;
  std::string text = fmt::format(
      "Run Summary        (Smart Cycler 9.9x)\r\nRun Name:{0}made up\r\nStarted At:{0}\"Jan 2, 2024 9:00 "
      "AM\"\r\nNumber of "
      "Sites:{0}{1}\r\n\r\nCycle Data\r\n\r\nInstrument A\r\n",
      d, 4 * times);
  std::vector<const Measurement*> first;
  std::vector<const Measurement*> second;
  std::vector<double> raised;
  for (int time = 0; time < times; ++time) {
    for (std::size_t i = 0; i < known.measurements.size(); ++i) {
      const bool other = options.second_instrument && i >= 4;
      (other ? second : first).push_back(&known.measurements[i]);
      raised.push_back(time);
    }
  }
  write_cycles(text, first, raised, options);
  if (!second.empty()) {
    text += "Instrument B\r\n";
    write_cycles(text, second, raised, options);
  }
  text += fmt::format(
      "Results Table\r\nSite ID{0}Protocol{0}Sample ID{0}Sample Type{0}Notes{0}Status{0}FAM Std/Res{0}FAM Ct{0}Cy3 "
      "Std/Res{0}Cy3 Ct\r\n",
      d);
  for (int time = 0; time < times; ++time) {
    for (std::size_t i = 0; i < known.measurements.size(); i += 2) {
      const Measurement& m = known.measurements[i];
      text += fmt::format("{1}{0}a protocol{0}{2}{0}{3}{0}{0}{4}", d, m.well.label, m.sample, role_word(m.role),
                          i == 4 ? "Warning" : "OK");
      for (std::size_t dye = 0; dye < 2; ++dye) {
        const Measurement& each = known.measurements[i + dye];
        const std::string result = m.role == SampleRole::standard ? number(1000, 1, options)
                                   : each.vendor.cq_cycles        ? "POS"
                                                                  : "NEG";
        text += fmt::format("{0}{1}{0}{2}", d, result, number(each.vendor.cq_cycles.value_or(0), 2, options));
      }
      text += "\r\n";
    }
  }
  text += fmt::format(
      "\r\nAnalysis Settings\r\nCh #{0}Dye Name{0}Usage{0}Bkgnd Sub{0}Bkgnd Min Cycle{0}Bkgnd Max Cycle{0}Curve "
      "Analysis{0}Thresh Setting{0}Manual Thresh Fluor Units\r\n1{0}FAM{0}Assay{0}ON{0}5{0}40{0}Primary "
      "Curve{0}Manual{0}{1}\r\n2{0}Cy3{0}Assay{0}ON{0}5{0}30{0}Primary Curve{0}Auto{0}NA\r\n\r\n",
      d, number(600, 1, options));
  return text;
}

}  // namespace

std::vector<CorpusFile> corpus_cepheid_smartcycler() {
  Options repeat;
  repeat.repeat = true;
  Options instruments;
  instruments.second_instrument = true;
  Options comma;
  comma.decimal_comma = true;
  Options semicolon;
  semicolon.decimal_comma = true;
  semicolon.delimiter = ';';
  return {{"smartcycler.csv", make_export({})},
          {"smartcycler_repeated_sites.csv", make_export(repeat)},
          {"smartcycler_two_instruments.csv", make_export(instruments)},
          {"smartcycler_quoted_comma.csv", make_export(comma)},
          {"smartcycler_semicolon.csv", make_export(semicolon)}};
}

}  // namespace qpcr::test
