// Distances to cut-offs, by error propagation through the compiled values.
#include "libqpcr/assay/distance.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace qpcr {
namespace {

constexpr double step_cycles = 1e-4;

std::size_t at(int index) { return static_cast<std::size_t>(index); }

double on_positive_side(const RuleDefinition& rule, double value) {
  const bool low_is_positive = rule.relation == Relation::at_most || rule.relation == Relation::below;
  return low_is_positive ? rule.limit - value : value - rule.limit;
}

/// Of the Cq of a target over the wells that make its mean.
std::optional<double> standard_error(const AssayProgram& program, const CompactObservation& observation, int target,
                                     const std::vector<int>& wells) {
  std::vector<double> cqs;
  std::optional<double> stated;
  for (const int well : wells) {
    const CqObservation& seen = observation.cqs[at(well) * program.targets.size() + at(target)];
    if (!read_target(*program.definition, program.definition->targets[at(target)], seen).detected) return std::nullopt;
    cqs.push_back(*seen.cq_cycles);
    stated = seen.standard_error_cycles;
  }
  if (cqs.size() < 2) return stated;
  const auto count = static_cast<double>(cqs.size());
  double mean = 0.0;
  for (const double cq : cqs) mean += cq / count;
  double squares = 0.0;
  for (const double cq : cqs) squares += (cq - mean) * (cq - mean);
  return std::sqrt(squares / (count - 1) / count);
}

/// By slot; absent where it is not known.
std::vector<std::optional<double>> propagate_errors(const AssayProgram& program, const CompactContext& context,
                                                    const CompactObservation& observation) {
  SampleDecider decider(program, context);
  std::vector<std::optional<double>> variances(at(program.slot_count()), 0.0);
  for (int target = 0; target < program.target_count(); ++target) {
    const auto above = decider.derive(observation, Imputation::unknown, target, step_cycles);
    const auto below = decider.derive(observation, Imputation::unknown, target, -step_cycles);
    const std::optional<double> error = standard_error(program, observation, target, decider.wells_of(target));
    for (std::size_t slot = 0; slot < variances.size(); ++slot) {
      if (!variances[slot]) continue;
      if (!above[slot].is_known() || !below[slot].is_known()) {
        variances[slot].reset();
        continue;
      }
      const double slope = (above[slot].range.lower - below[slot].range.lower) / (2 * step_cycles);
      if (slope == 0) continue;
      if (!error) {
        variances[slot].reset();
      } else {
        *variances[slot] += slope * slope * *error * *error;
      }
    }
  }
  for (std::optional<double>& variance : variances) {
    if (variance) *variance = std::sqrt(*variance);
    if (variance && *variance == 0) variance.reset();
  }
  return variances;
}

std::optional<double> distance_within_replicates(const RuleDefinition& rule, const RuleDecision& decided) {
  std::vector<double> distances;
  for (const ValueRange& range : decided.in_replicates) {
    if (!range.is_point()) return std::nullopt;
    distances.push_back(on_positive_side(rule, range.lower));
  }
  const std::size_t needed = at(*rule.at_least_replicates);
  if (distances.size() != decided.replicates.size() || distances.size() < needed) return std::nullopt;
  std::sort(distances.begin(), distances.end(), std::greater<>());
  return distances[needed - 1];
}

}  // namespace

std::vector<RuleDistance> measure_distances(const AssayProgram& program, const CompactContext& context,
                                            const CompactObservation& observation, const Decision& decision) {
  const AssayDefinition& definition = *program.definition;
  std::vector<RuleDistance> distances(program.rules.size());
  const auto errors = propagate_errors(program, context, observation);
  for (std::size_t i = 0; i < distances.size(); ++i) {
    const RuleDefinition& rule = definition.rules[i];
    const CompiledRule& compiled = program.rules[i];
    const RuleDecision& decided = decision.rules[i];
    if (decision.imputed[at(compiled.slot)] != 0) continue;
    if (rule.at_least_replicates) {
      if (compiled.in_cycles) distances[i].cycles = distance_within_replicates(rule, decided);
      continue;
    }
    if (!decided.quantity.is_known()) continue;
    const double distance = on_positive_side(rule, decided.quantity.range.lower);
    if (compiled.in_cycles) distances[i].cycles = distance;
    const std::optional<double>& error = errors[at(compiled.slot)];
    if (error) distances[i].standard_errors = distance / *error;
  }
  return distances;
}

}  // namespace qpcr
