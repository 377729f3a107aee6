// Numbers of the demonstration panels.
#include "libqpcr/simulate/panel.hpp"

#include <array>
#include <cmath>

namespace qpcr {
namespace {

// One molecule crosses the threshold after about 36.7 cycles. Rises and baselines differ by dye as on real instruments.
const PanelModel& methylation() {
  static const PanelModel model{{{"DM1", "FAM", 5200, 1900, false},
                                 {"DM2", "ROX", 3800, 1300, false},
                                 {"DM3", "VIC", 4600, 1600, false},
                                 {"DIC", "CY5", 3600, 1100, true}},
                                1,
                                200,
                                {0, 0, 0, 0},
                                {0, 0, 0, 1500},
                                {200, 200, 200, 1500},
                                {60, 45, 50, 1500},
                                {0, 0, 0, 1500}};
  return model;
}

const PanelModel& rna() {
  static const PanelModel model{{{"DR1", "FAM", 5200, 1900, false},
                                 {"DR2", "ROX", 3800, 1300, false},
                                 {"DREF", "VIC", 4600, 1600, true},
                                 {"DSPK", "CY5", 3600, 1100, true}},
                                3,
                                200,
                                {0, 0, 0, 1500},
                                {0, 0, 20000, 1500},
                                {5000, 5000, 20000, 1500},
                                {2000, 1000, 20000, 1500},
                                {8, 5, 20000, 1500}};
  return model;
}

}  // namespace

std::string_view to_string(SimulatedPanel panel) {
  return panel == SimulatedPanel::demo_methylation ? "demo-methylation" : "demo-rna";
}

std::optional<SimulatedPanel> parse_simulated_panel(std::string_view text) {
  for (const SimulatedPanel panel : {SimulatedPanel::demo_methylation, SimulatedPanel::demo_rna}) {
    if (text == to_string(panel)) return panel;
  }
  return std::nullopt;
}

std::string_view to_string(SimulatedClass simulated_class) {
  switch (simulated_class) {
    case SimulatedClass::case_sample:
      return "case";
    case SimulatedClass::control_sample:
      return "control";
    case SimulatedClass::no_template_control:
      return "no_template_control";
    case SimulatedClass::negative_control:
      return "negative_control";
    case SimulatedClass::positive_control:
      return "positive_control";
  }
  return "control";
}

const PanelModel& describe(SimulatedPanel panel) {
  return panel == SimulatedPanel::demo_methylation ? methylation() : rna();
}

AmplificationOptions to_amplification_options(SimulatedPanel panel, std::size_t target, double lot_shift_cycles) {
  const PanelTarget& described = describe(panel).targets.at(target);
  AmplificationOptions options;
  options.plateau_rise_rfu = described.plateau_rise_rfu;
  options.baseline_rfu = described.baseline_rfu;
  // A lot that reads later needs that many doublings more for the same light.
  options.plateau_molecules *= std::pow(1 + options.efficiency, lot_shift_cycles);
  return options;
}

}  // namespace qpcr
