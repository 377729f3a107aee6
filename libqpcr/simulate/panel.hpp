// The two fictional demonstration panels as reactions: targets, dyes, controls, and the calls that are clear from the
// template.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/run.hpp"
#include "libqpcr/simulate/amplification_model.hpp"

namespace qpcr {

/// The definitions are validation_data/assays/demo-methylation.toml and demo-rna.toml; nothing of them is real.
enum class SimulatedPanel { demo_methylation, demo_rna };

std::string_view to_string(SimulatedPanel panel);  ///< "demo-methylation", "demo-rna"
std::optional<SimulatedPanel> parse_simulated_panel(std::string_view text);

struct PanelTarget {
  std::string id;
  std::string dye;
  double plateau_rise_rfu = 0;
  double baseline_rfu = 0;
  bool is_reference = false;  ///< reference or internal control
};

struct PanelModel {
  std::vector<PanelTarget> targets;
  int wells_per_sample = 1;
  double threshold_rfu = 200;  ///< above the baseline, for every target
  /// Expected molecules a reaction, by target.
  std::vector<double> no_template;
  std::vector<double> negative_control;
  std::vector<double> positive_control;
  std::vector<double> case_sample;
  std::vector<double> control_sample;
};

const PanelModel& describe(SimulatedPanel panel);

/// How the panel's reaction for a target amplifies without the variation of wells and readings. `lot_shift_cycles`
/// delays it.
AmplificationOptions to_amplification_options(SimulatedPanel panel, std::size_t target, double lot_shift_cycles);

enum class SimulatedClass { case_sample, control_sample, no_template_control, negative_control, positive_control };

std::string_view to_string(SimulatedClass simulated_class);  ///< "case", "control", "no_template_control" …

/// A tube that is put on a plate.
struct SimulatedSample {
  std::string id;
  SimulatedClass intended = SimulatedClass::control_sample;
  std::string sex;                         ///< "male", "female"; empty when not recorded
  std::optional<double> afp_ng_ml;         ///< absent when not recorded
  std::vector<double> expected_molecules;  ///< a reaction, by target of the panel
  bool internal_control_failure = false;
};

/// The call that follows from the expected molecules by the panel's rule where no comparison is nearer to its limit
/// than a margin (0.7 cycles, or 0.7 of the score before its link); nothing otherwise. "positive", "negative" or
/// "invalid". Written beside the assay room, not with it, so that each is a check of the other.
std::optional<std::string> derive_clear_call(SimulatedPanel panel, const SimulatedSample& sample,
                                             double lot_shift_cycles);

}  // namespace qpcr
