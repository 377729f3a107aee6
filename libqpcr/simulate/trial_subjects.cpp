// Groups of the simulated trial and how a subject is drawn from one.
#include "libqpcr/simulate/trial_subjects.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "libqpcr/simulate/panel.hpp"

namespace qpcr {
namespace {

// Each marker is methylated in most tumours, not in all; a subject's blood holds more or less cell-free DNA.
constexpr double marker_prevalence = 0.85;
constexpr double cell_free_dna_log_sd = 0.4;
constexpr double marker_log_sd = 0.4;
/// Methylated molecules per molecule of the reference that even healthy blood holds.
constexpr double background_fraction = 5e-5;

}  // namespace

const std::vector<GroupModel>& trial_groups() {
  static const std::vector<GroupModel> groups{
      {TrialGroup::hcc_0, "hcc", "0", 40, 0.55, -2.86, 0.6, 8, 1.2, 0.80, 56, 8, 20},
      {TrialGroup::hcc_a, "hcc", "A", 160, 0.71, -2.63, 0.6, 15, 1.3, 0.80, 57, 21, 60},
      {TrialGroup::hcc_b, "hcc", "B", 88, 0.78, -2.57, 0.6, 30, 1.5, 0.80, 58, 30, 90},
      {TrialGroup::hcc_c, "hcc", "C", 100, 0.86, -2.47, 0.6, 80, 1.7, 0.82, 58, 30, 130},
      {TrialGroup::hcc_d, "hcc", "D", 12, 0.95, -2.06, 0.6, 100, 1.7, 0.82, 60, 30, 140},
      {TrialGroup::cirrhosis, "cirrhosis", "", 250, 0.10, -3.75, 0.6, 4.5, 0.7, 0.65, 56, 0, 0},
      {TrialGroup::chronic_hepatitis_b, "chronic_hepatitis_b", "", 180, 0.06, -3.97, 0.6, 3.5, 0.6, 0.60, 46, 0, 0},
      {TrialGroup::benign_lesion, "benign_lesion", "", 100, 0.05, -4.03, 0.6, 3.0, 0.5, 0.45, 48, 8, 60},
      {TrialGroup::other_cancer, "other_cancer", "", 120, 0.20, -3.42, 0.6, 3.5, 0.6, 0.55, 61, 10, 90},
      {TrialGroup::healthy, "healthy", "", 150, 0.03, -4.23, 0.6, 2.8, 0.4, 0.50, 45, 0, 0},
  };
  return groups;
}

const GroupModel& describe(TrialGroup group) { return trial_groups()[static_cast<std::size_t>(group)]; }

std::vector<int> share_out(int subjects) {
  int total = 0;
  for (const GroupModel& model : trial_groups()) total += model.share;
  std::vector<int> sizes;
  std::vector<std::size_t> order;
  std::vector<int> remainders;
  for (const GroupModel& model : trial_groups()) {
    sizes.push_back(subjects * model.share / total);
    remainders.push_back(subjects * model.share % total);
    order.push_back(order.size());
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  int rest = subjects - std::accumulate(sizes.begin(), sizes.end(), 0);
  for (const std::size_t group : order) {
    if (rest == 0) break;
    ++sizes[group];
    --rest;
  }
  return sizes;
}

TrialSubject draw_subject(const GroupModel& model, RandomStream& random) {
  TrialSubject subject;
  subject.group = model.group;
  subject.sex = random.uniform() < model.male_share ? "male" : "female";
  subject.age_years =
      static_cast<int>(std::lround(std::clamp(model.age_mean_years + 10 * random.normal(), 18.0, 88.0)));
  const double size = std::round(random.uniform(model.size_low_mm, model.size_high_mm));
  if (model.size_high_mm > 0) subject.size_mm = size;
  subject.afp_ng_ml =
      std::max(0.8, std::round(10 * model.afp_median_ng_ml * std::exp(model.afp_log_sd * random.normal())) / 10);
  subject.tumour_fraction = std::min(
      0.5, std::pow(10.0, model.log10_tumour_fraction_mean + model.log10_tumour_fraction_sd * random.normal()));
  const PanelModel& panel = describe(SimulatedPanel::demo_methylation);
  const double reference = panel.control_sample.back() * std::exp(cell_free_dna_log_sd * random.normal());
  for (std::size_t target = 0; target + 1 < panel.targets.size(); ++target) {
    const bool methylated = random.uniform() < marker_prevalence;
    const double marker = std::exp(marker_log_sd * random.normal());
    subject.expected_molecules.push_back(reference *
                                         (background_fraction + (methylated ? subject.tumour_fraction * marker : 0.0)));
  }
  subject.expected_molecules.push_back(reference);
  return subject;
}

}  // namespace qpcr
