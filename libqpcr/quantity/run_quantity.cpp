// Groups measurements by target and sample, then applies the single forms.
#include "libqpcr/quantity/run_quantity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(ErrorCode code, const char* field, const std::string& found, const std::string& expected) {
  ErrorContext context;
  context.field = field;
  context.found = found;
  context.expected = expected;
  throw Error(code, context);
}

struct SampleReactions {
  std::string sample;
  SampleRole role = SampleRole::unspecified;
  std::vector<double> cq_cycles;
};

/// The reactions of one target and dye.
struct TargetReactions {
  std::string target;
  std::string dye;
  std::string unit;
  bool has_standard = false;
  std::vector<StandardPoint> standards;
  std::vector<SampleReactions> samples;
};

template <class Items, class Matches>
auto& find_or_append(Items& items, const Matches& matches) {
  const auto found = std::find_if(items.begin(), items.end(), matches);
  if (found != items.end()) return *found;
  items.emplace_back();
  return items.back();
}

std::vector<TargetReactions> collect(const Run& run, const RunCq& cq) {
  std::vector<TargetReactions> targets;
  for (const MeasurementCq& entry : cq.curves) {
    if (entry.result.status == CqStatus::excluded) continue;
    const Measurement& m = run->measurements[entry.measurement];
    TargetReactions& target =
        find_or_append(targets, [&m](const TargetReactions& t) { return t.target == m.target && t.dye == m.dye; });
    target.target = m.target;
    target.dye = m.dye;
    const double cycles = entry.result.cq_cycles.value_or(std::numeric_limits<double>::quiet_NaN());
    if (m.role == SampleRole::standard) {
      if (target.has_standard && target.unit != m.quantity_unit)
        refuse(ErrorCode::invalid_value, "quantity unit", m.quantity_unit,
               "'" + target.unit + "' as other standards of " + m.target);
      target.has_standard = true;
      target.unit = m.quantity_unit;
      target.standards.push_back({m.quantity.value_or(std::numeric_limits<double>::quiet_NaN()), cycles, 1.0});
      continue;
    }
    const std::string name = m.sample.empty() ? m.well.label : m.sample;
    SampleReactions& sample =
        find_or_append(target.samples, [&name](const SampleReactions& s) { return s.sample == name; });
    sample.sample = name;
    sample.role = m.role;
    sample.cq_cycles.push_back(cycles);
  }
  return targets;
}

const SampleReactions* find_sample(const TargetReactions& target, const std::string& name) {
  const auto found = std::find_if(target.samples.begin(), target.samples.end(),
                                  [&name](const SampleReactions& s) { return s.sample == name; });
  return found == target.samples.end() ? nullptr : &*found;
}

MeanCq mean_of(const TargetReactions& target, const std::string& sample) {
  const SampleReactions* found = find_sample(target, sample);
  return estimate_mean_cq(found == nullptr ? std::span<const double>() : std::span<const double>(found->cq_cycles));
}

bool is_fitted(const StandardCurve& curve) { return curve.status == StandardCurveStatus::fitted; }

GrowthPerCycle growth_of(const StandardCurve& curve) {
  if (!is_fitted(curve)) return {};
  return derive_growth(curve.slope_cycles_per_log10, curve.slope_standard_error);
}

/// The target or reference that leaves a ratio without a value, and in which sample.
std::optional<Message> find_missing(const std::vector<ComparedTarget>& parts, const std::string& sample,
                                    const std::string& calibrator) {
  for (const ComparedTarget& part : parts) {
    if (part.sample.replicates == 0)
      return Message{"quantity_relative_no_cq", {{"target", part.name}, {"sample", sample}}};
    if (part.calibrator.replicates == 0)
      return Message{"quantity_relative_no_cq", {{"target", part.name}, {"sample", calibrator}}};
  }
  return std::nullopt;
}

void add_relative(const std::vector<TargetReactions>& targets, const RunQuantityOptions& options,
                  RunQuantities& result) {
  std::vector<std::size_t> references;
  for (const std::string& name : options.reference_targets) {
    const auto found =
        std::find_if(targets.begin(), targets.end(), [&name](const TargetReactions& t) { return t.target == name; });
    if (found == targets.end()) refuse(ErrorCode::invalid_option, "reference", name, "a target of the run");
    references.push_back(static_cast<std::size_t>(found - targets.begin()));
  }
  const bool has_calibrator = std::any_of(targets.begin(), targets.end(), [&](const TargetReactions& t) {
    return find_sample(t, options.calibrator_sample) != nullptr;
  });
  if (!has_calibrator)
    refuse(ErrorCode::invalid_option, "calibrator", options.calibrator_sample, "a sample of the run");

  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (std::find(references.begin(), references.end(), i) != references.end()) continue;
    for (const SampleReactions& sample : targets[i].samples) {
      const auto compare = [&](std::size_t index) {
        ComparedTarget part;
        part.name = targets[index].target;
        part.sample = mean_of(targets[index], sample.sample);
        part.calibrator = mean_of(targets[index], options.calibrator_sample);
        part.growth = growth_of(result.standard_curves[index].curve);
        return part;
      };
      std::vector<ComparedTarget> parts{compare(i)};
      SampleRelativeQuantity relative;
      relative.sample = sample.sample;
      relative.target = targets[i].target;
      relative.dye = targets[i].dye;
      relative.growth = parts[0].growth;
      relative.growth_is_assumed = !is_fitted(result.standard_curves[i].curve);
      for (const std::size_t reference : references) {
        parts.push_back(compare(reference));
        relative.growth_is_assumed = relative.growth_is_assumed || !is_fitted(result.standard_curves[reference].curve);
      }
      relative.quantity =
          estimate_relative_quantity(parts[0], std::span(parts).subspan(1), options.standard_curve.confidence);
      if (const auto missing = find_missing(parts, sample.sample, options.calibrator_sample)) {
        relative.reason = *missing;
      } else if (relative.growth_is_assumed) {
        relative.reason = {"quantity_growth_assumed", {}};
      }
      result.relative.push_back(std::move(relative));
    }
  }
}

}  // namespace

void RunQuantityOptions::validate() const {
  standard_curve.validate();
  if (reference_targets.empty() != calibrator_sample.empty()) {
    refuse(ErrorCode::invalid_option, reference_targets.empty() ? "reference" : "calibrator", "nothing",
           "reference targets and a calibrator sample together");
  }
}

RunQuantities estimate_run_quantities(const Run& run, const RunCq& cq, const RunQuantityOptions& options) {
  options.validate();
  const std::vector<TargetReactions> targets = collect(run, cq);
  RunQuantities result;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const TargetReactions& target = targets[i];
    result.standard_curves.push_back(
        {target.target, target.dye, target.unit, estimate_standard_curve(target.standards, options.standard_curve)});
    const StandardCurve& curve = result.standard_curves.back().curve;
    for (const SampleReactions& sample : target.samples) {
      SampleQuantity quantity;
      quantity.sample = sample.sample;
      quantity.target = target.target;
      quantity.dye = target.dye;
      quantity.role = sample.role;
      quantity.standard_curve = i;
      quantity.estimate =
          estimate_quantity(curve, sample.cq_cycles, options.interval, options.standard_curve.confidence);
      quantity.reason = derive_reason(quantity.estimate, curve);
      result.samples.push_back(std::move(quantity));
    }
  }
  if (!options.reference_targets.empty()) add_relative(targets, options, result);
  return result;
}

}  // namespace qpcr
