// Writes the synthetic files of chai_openqpcr exports.
#include <string>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {
namespace {

RunData make_block() { return make_known_plate({{2, 8}, 16, {"ch1", "ch2"}, 20}); }

/// Wells in turn are numbers along the two rows of eight.
int well_number(const Measurement& m) { return m.well.position->row * 8 + m.well.position->column + 1; }

std::string render_amplification() {
  std::string text =
      "baseline_subtracted_value,background_subtracted_value,fluorescence_value,channel,well_num,cycle_num\n";
  for (const Measurement& m : make_block().measurements) {
    const AmplificationCurve& curve = m.amplification.front();
    for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
      const double value = curve.fluorescence[i];
      text += fmt::format("{},{},{},{},{},{}\n", format_double(value - 100), format_double(value - 50),
                          format_double(value), m.dye.back(), well_number(m), curve.cycles[i]);
    }
  }
  return text;
}

std::string render_cq() {
  std::string text = "channel,well_num,cq\n";
  for (const Measurement& m : make_block().measurements)
    text += fmt::format("{},{},{}\n", m.dye.back(), well_number(m),
                        m.vendor.cq_cycles ? format_double(*m.vendor.cq_cycles) : "");
  return text;
}

/// One channel, columns in another order, an older spelling.
std::string render_single_channel() {
  std::string text = "well_num;cycle_num;background_substracted_value\r\n";
  for (const Measurement& m : make_known_plate({{2, 8}, 10, {"x"}, 10}).measurements) {
    const AmplificationCurve& curve = m.amplification.front();
    for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
      text += fmt::format("{};{};{}\r\n", well_number(m), curve.cycles[i],
                          i == 3 ? "" : format_double(curve.fluorescence[i]));
    }
  }
  return text;
}

}  // namespace

std::vector<CorpusFile> corpus_chai_openqpcr() {
  return {
      {"dual_amplification.csv", render_amplification()},
      {"dual_cq.csv", render_cq()},
      {"dual_targets_wells.csv",
       "well_num,well_type,quantity_m,quantity_b,omit\n1,standard,2.5,3,0\n2,unknown,,,1\n16,ntc,,,0\n"},
      {"single_amplification.csv", render_single_channel()},
      {"melt_melt_curve.csv",
       "channel,well_num,temperature,normalized_data,derivative_data\n1,1,60,900,0\n1,1,60.5,850.5,1\n1,2,60,5,0\n"}};
}

}  // namespace qpcr::test
