// Rates of wrong calls over many simulated samples, by stratum of truth.
#include "libqpcr/simulate/call_rates.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>

#include <fmt/format.h>

#include "libqpcr/assay/call.hpp"
#include "libqpcr/assay/program.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/cq.hpp"
#include "libqpcr/math/parallel.hpp"
#include "libqpcr/simulate/amplification_model.hpp"

namespace qpcr {
namespace {

enum class Artefact { none, step, spike, drift };

struct StratumPlan {
  std::string_view id;
  double copies = 0;  ///< a reaction, of every target that is no reference
  bool first_target_only = false;
  double recovered = 1;      ///< share of all template that reaches the reaction
  double efficiency = 0.95;  ///< of every target of the well
  Artefact artefact = Artefact::none;
};

constexpr std::array<StratumPlan, 21> plans{{
    {"blank", 0, false, 1, 0.95, Artefact::none},
    {"copies_1", 1, false, 1, 0.95, Artefact::none},
    {"copies_2", 2, false, 1, 0.95, Artefact::none},
    {"copies_5", 5, false, 1, 0.95, Artefact::none},
    {"copies_10", 10, false, 1, 0.95, Artefact::none},
    {"copies_20", 20, false, 1, 0.95, Artefact::none},
    {"copies_50", 50, false, 1, 0.95, Artefact::none},
    {"copies_100", 100, false, 1, 0.95, Artefact::none},
    {"copies_500", 500, false, 1, 0.95, Artefact::none},
    {"one_target_50", 50, true, 1, 0.95, Artefact::none},
    {"template_lost_blank", 0, false, 0.001, 0.95, Artefact::none},
    {"template_lost_100", 100, false, 0.001, 0.95, Artefact::none},
    {"inhibited_blank", 0, false, 1, 0.80, Artefact::none},
    {"inhibited_100", 100, false, 1, 0.80, Artefact::none},
    {"carry_over_1", 1, true, 1, 0.95, Artefact::none},
    {"step_blank", 0, false, 1, 0.95, Artefact::step},
    {"step_100", 100, false, 1, 0.95, Artefact::step},
    {"spike_blank", 0, false, 1, 0.95, Artefact::spike},
    {"spike_100", 100, false, 1, 0.95, Artefact::spike},
    {"drift_blank", 0, false, 1, 0.95, Artefact::drift},
    {"drift_100", 100, false, 1, 0.95, Artefact::drift},
}};

void require(bool holds, const char* field, const std::string& found, const char* expected) {
  if (holds) return;
  throw Error(
      ErrorCode::invalid_option,
      {.path = {}, .line = 0, .column = {}, .field = field, .found = found, .expected = expected, .problem = {}});
}

[[noreturn]] void refuse_definition(const std::string& field, const std::string& found, const std::string& expected) {
  throw Error(
      ErrorCode::assay_mismatch,
      {.path = {}, .line = 0, .column = {}, .field = field, .found = found, .expected = expected, .problem = {}});
}

/// What one thread needs for sample after sample.
class SampleDraw {
 public:
  SampleDraw(const AssayDefinition& definition, SimulatedPanel panel)
      : program_(compile(definition)), panel_(panel), model_(describe(panel)) {
    for (const PanelTarget& target : model_.targets) {
      CqOptions options = definition.cq.options;
      options.threshold = find_target(definition, target.id)->threshold;
      options_.push_back(options);
    }
  }

  void draw(const StratumPlan& plan, std::uint64_t seed, std::uint64_t number, CallRateStratum& tally) {
    RandomStream random(seed, number);
    SimulatedSample truth;
    truth.id = "SIM-1";
    SampleObservation observation;
    observation.sample = truth.id;
    draw_covariates(random, truth, observation);
    truth.expected_molecules.assign(model_.targets.size(), 0.0);
    for (int well = 0; well < model_.wells_per_sample; ++well) add_well(plan, random, well, truth, observation);
    for (double& molecules : truth.expected_molecules) molecules /= model_.wells_per_sample;

    const SampleCall call = call_sample(program_, observation);
    count(call, right_call(plan, truth), tally);
  }

 private:
  /// By the panel's rule on what was drawn, except for contaminated samples. The rule knows the usual efficiency only:
  /// an inhibited reaction is judged by the template, and may be invalid.
  std::optional<std::string> right_call(const StratumPlan& plan, const SimulatedSample& truth) const {
    if (is_contaminated(plan)) return "negative";
    if (plan.efficiency == AmplificationOptions{}.efficiency) return derive_clear_call(panel_, truth, 0);
    return plan.copies > 0 ? "positive" : "negative";
  }

  /// What is carried over is not the patient's: the right call is that of the patient.
  static bool is_contaminated(const StratumPlan& plan) { return plan.id.starts_with("carry_over"); }

  void draw_covariates(RandomStream& random, SimulatedSample& truth, SampleObservation& observation) const {
    if (panel_ != SimulatedPanel::demo_methylation) return;
    truth.sex = random.uniform() < 0.5 ? "male" : "female";
    truth.afp_ng_ml = std::max(0.1, std::round(40 * std::exp(0.5 * random.normal())) / 10);
    CovariateValue sex;
    sex.text = sex.category = truth.sex;
    CovariateValue afp;
    afp.text = format_double(*truth.afp_ng_ml);
    afp.range = ValueRange::point(*truth.afp_ng_ml);
    observation.covariates = {{"sex", sex}, {"afp", afp}};
  }

  void add_well(const StratumPlan& plan, RandomStream& random, int well, SimulatedSample& truth,
                SampleObservation& observation) {
    ReplicateObservation replicate;
    replicate.well = fmt::format("A{}", well + 1);
    const double gain = std::exp(0.03 * random.normal());
    const std::size_t touched = random.index(model_.targets.size());
    bool first = true;
    for (std::size_t target = 0; target < model_.targets.size(); ++target) {
      double expected = model_.control_sample[target];
      if (!model_.targets[target].is_reference) {
        expected = plan.first_target_only && !first ? 0 : plan.copies;
        first = false;
      }
      AmplificationOptions reaction = to_amplification_options(panel_, target, 0);
      reaction.efficiency = plan.efficiency;
      reaction.gain = gain;
      reaction.drift_rfu_per_cycle = random.uniform(-1.5, 2.5);
      reaction.noise_sd_rfu = random.uniform(5, 10);
      reaction.noise_fraction = 0.003;
      reaction.branching_limit = 100;
      const double drawn = static_cast<double>(random.poisson(expected * plan.recovered));
      truth.expected_molecules[target] += drawn;
      AmplificationCurve curve = simulate_curve(drawn, reaction, random).total;
      // A step is a bubble, which stands in the way of every dye; a spike or a drift is of one.
      if (plan.artefact == Artefact::step || touched == target) add_artefact(plan.artefact, target, random, curve);
      const CqResult cq = estimate_cq(to_view(curve), options_[target]);
      replicate.targets[model_.targets[target].id] = {cq.status, cq.cq_cycles, cq.standard_error_cycles};
    }
    observation.replicates.push_back(std::move(replicate));
  }

  void add_artefact(Artefact artefact, std::size_t target, RandomStream& random, AmplificationCurve& curve) const {
    if (artefact == Artefact::none) return;
    const std::size_t cycles = curve.fluorescence.size();
    const std::size_t start = 5 + random.index(cycles - 10);
    const double share = random.uniform(0.05, 0.8) * (random.uniform() < 0.8 ? 1 : -1);
    const double height = share * model_.targets[target].plateau_rise_rfu;
    for (std::size_t i = 0; i < cycles; ++i) {
      if (artefact == Artefact::step && i >= start) curve.fluorescence[i] += height;
      if (artefact == Artefact::spike && i == start) curve.fluorescence[i] += height;
      if (artefact == Artefact::drift)
        curve.fluorescence[i] += height * static_cast<double>(i) / static_cast<double>(cycles - 1);
    }
  }

  static void count(const SampleCall& call, const std::optional<std::string>& right, CallRateStratum& tally) {
    ++tally.samples;
    tally.positive += call.outcome == Outcome::positive ? 1 : 0;
    tally.negative += call.outcome == Outcome::negative ? 1 : 0;
    tally.indeterminate += call.outcome == Outcome::indeterminate ? 1 : 0;
    tally.invalid += call.outcome == Outcome::invalid ? 1 : 0;
    if (!right) return;
    ++tally.judged;
    if (to_string(call.outcome) == *right) return;
    if (call.outcome == Outcome::positive || call.outcome == Outcome::negative) {
      ++tally.wrong;
      tally.reviewed += call.needs_review ? 1 : 0;
    } else {
      ++tally.undecided;
    }
  }

  AssayProgram program_;
  SimulatedPanel panel_;
  const PanelModel& model_;
  std::vector<CqOptions> options_;
};

void add(const CallRateStratum& part, CallRateStratum& total) {
  total.samples += part.samples;
  total.positive += part.positive;
  total.negative += part.negative;
  total.indeterminate += part.indeterminate;
  total.invalid += part.invalid;
  total.judged += part.judged;
  total.wrong += part.wrong;
  total.undecided += part.undecided;
  total.reviewed += part.reviewed;
}

}  // namespace

void CallRateOptions::validate() const {
  constexpr long most = 100'000'000;
  require(samples >= static_cast<long>(plans.size()) && samples <= most, "samples", std::to_string(samples),
          "at least one for each stratum, at most 100 million");
  require(threads >= 0, "threads", std::to_string(threads), "a number from 0");
}

std::vector<std::string> list_call_rate_strata() {
  std::vector<std::string> names;
  for (const StratumPlan& plan : plans) names.emplace_back(plan.id);
  return names;
}

std::vector<CallRateStratum> measure_call_rates(const AssayDefinition& definition, const CallRateOptions& options,
                                                const std::function<void(long)>& done) {
  options.validate();
  for (const PanelTarget& target : describe(options.panel).targets) {
    const AssayTarget* defined = find_target(definition, target.id);
    if (defined == nullptr) refuse_definition("targets", definition.id, fmt::format("a target '{}'", target.id));
    if (!defined->threshold)
      refuse_definition(fmt::format("targets, {}", target.id), definition.id, "a fixed threshold");
  }
  const auto strata = static_cast<long>(plans.size());
  const long each = options.samples / strata;
  std::vector<CallRateStratum> totals(plans.size());
  for (std::size_t i = 0; i < plans.size(); ++i) totals[i].id = plans[i].id;
  std::mutex guard;
  long finished = 0;
  constexpr std::size_t block = 500;
  parallel_for(static_cast<std::size_t>(each * strata), block, options.threads,
               [&](std::size_t first, std::size_t last) {
                 SampleDraw draw(definition, options.panel);
                 std::vector<CallRateStratum> part(plans.size());
                 for (std::size_t number = first; number < last; ++number) {
                   const std::size_t stratum = number / static_cast<std::size_t>(each);
                   draw.draw(plans[stratum], options.seed, number, part[stratum]);
                 }
                 const std::lock_guard lock(guard);
                 for (std::size_t i = 0; i < part.size(); ++i) add(part[i], totals[i]);
                 finished += static_cast<long>(last - first);
                 if (done) done(finished);
               });
  return totals;
}

}  // namespace qpcr
