// The people of a simulated trial, before anything is measured.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/simulate/random.hpp"

namespace qpcr {

/// Disease groups; the five BCLC stages of hepatocellular carcinoma are groups of their own.
enum class TrialGroup {
  hcc_0,
  hcc_a,
  hcc_b,
  hcc_c,
  hcc_d,
  cirrhosis,
  chronic_hepatitis_b,
  benign_lesion,
  other_cancer,
  healthy
};

/// What is assumed about a group. The shares, rates and their sources: README of the room.
struct GroupModel {
  TrialGroup group;
  std::string_view name;              ///< "hcc", or the control class as the table of subjects spells it
  std::string_view stage;             ///< BCLC; empty for controls
  int share;                          ///< of 1 200 subjects
  double aimed_positive_rate;         ///< sensitivity of the stage, or 1 − specificity of the class
  double log10_tumour_fraction_mean;  ///< of methylated molecules, in the reaction
  double log10_tumour_fraction_sd;
  double afp_median_ng_ml;
  double afp_log_sd;
  double male_share;
  double age_mean_years;
  double size_low_mm;  ///< of the lesion; 0 for none
  double size_high_mm;
};

const std::vector<GroupModel>& trial_groups();
const GroupModel& describe(TrialGroup group);

struct TrialSubject {
  std::string id;      ///< SIM-C01-001
  std::string centre;  ///< C01
  std::string sample;  ///< SIM-0001
  TrialGroup group = TrialGroup::healthy;
  std::string sex;
  int age_years = 0;
  std::optional<double> size_mm;
  double afp_ng_ml = 0;
  double tumour_fraction = 0;
  std::vector<double> expected_molecules;  ///< a reaction, by target of demo-methylation
};

/// Size of each group among `subjects`: shares by largest remainder, the earlier group first in a tie.
std::vector<int> share_out(int subjects);

/// One subject of a group; identifiers, centre and sample are left empty.
TrialSubject draw_subject(const GroupModel& model, RandomStream& random);

}  // namespace qpcr
