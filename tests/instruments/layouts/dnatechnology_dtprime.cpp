// Writes the synthetic files of dnatechnology_dtprime exports.
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {
namespace {

struct Options {
  bool crlf = true;
  bool cp1251 = false;     ///< the first sample's name is Russian, in the old code page
  bool saturated = false;  ///< the second tube is beyond the detector's range from the sixth cycle on
  bool first_is_zero = false;
};

constexpr int cycles = 8;
constexpr int background = 300;

/// Whole numbers, as the instrument writes them; dyes other than FAM and HEX are not measured.
std::string make_run(const Options& options) {
  const char* end = options.crlf ? " \r\n" : "\n";
  std::string text;
  const auto add = [&](const std::string& line) { text += line + end; };
  add("made up");
  add("$Information about tubes:$ 00");
  const std::string first = options.cp1251 ? "\xCF\xF0\xEE\xE1\xE0" : "first";
  for (int tube = 0; tube < 96; ++tube) {
    const std::string name = tube == 0 ? first : tube == 1 ? "second sample" : tube == 95 ? "last" : "-";
    add(fmt::format(" {}\t2 100 1 120 c0 {} {}", tube, tube < 95 ? 1 : 2, name));
  }
  add("");
  add("$MultiChannel:$");
  add("0 1 100");
  add("$Device 9$");
  add("$Information about TESTs:$");
  add("1 geneA 5");
  add("2 geneB 5");
  add("$Parameters MutationMC:$");
  add("$Results of optical measurements:$");
  for (int cycle = 1; cycle <= cycles; ++cycle) {
    for (int dye = 0; dye < 5; ++dye) {
      for (const int exposure : {2000, 400}) {
        std::string line =
            fmt::format("{} 0 0 0 {} {} {}", dye, options.first_is_zero ? cycle - 1 : cycle, exposure, background);
        for (int tube = 0; tube < 96; ++tube) {
          if (dye > 1 || (tube > 1 && tube < 95)) {
            line += " 1";
            continue;
          }
          int signal = 100 * (dye + 1) + (tube == 95 ? 0 : 10 * cycle);
          if (options.saturated && tube == 1 && cycle >= 6) signal = 4000;
          line += fmt::format(" {}", background + (exposure == 2000 ? std::min(5 * signal, 16000) : signal));
        }
        add(line);
      }
    }
  }
  return text;
}

}  // namespace

std::vector<CorpusFile> corpus_dnatechnology_dtprime() {
  Options old;
  old.cp1251 = true;
  old.crlf = false;
  old.first_is_zero = true;
  Options saturated;
  saturated.saturated = true;
  return {{"dtprime.r96", make_run({})},
          {"dtprime_cp1251.r96", make_run(old)},
          {"dtprime_saturated.r96", make_run(saturated)}};
}

}  // namespace qpcr::test
