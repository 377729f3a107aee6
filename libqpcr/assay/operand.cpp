// Propagates ranges, units and directions through the kinds of values.
#include "libqpcr/assay/operand.hpp"

#include <algorithm>
#include <cmath>

namespace qpcr::checking {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Numbers a template leaves open make everything possible.
Range checked(double lower, double upper) {
  if (std::isnan(lower) || std::isnan(upper) || lower > upper) return {};
  return {lower, upper};
}

Range add(Range a, Range b) { return checked(a.lower + b.lower, a.upper + b.upper); }

double times(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }

Range multiply(Range a, Range b) {
  const double corners[] = {times(a.lower, b.lower), times(a.lower, b.upper), times(a.upper, b.lower),
                            times(a.upper, b.upper)};
  if (std::any_of(std::begin(corners), std::end(corners), [](double x) { return std::isnan(x); })) return {};
  return checked(*std::min_element(std::begin(corners), std::end(corners)),
                 *std::max_element(std::begin(corners), std::end(corners)));
}

Range invert(Range a) {
  if (a.lower > 0 || a.upper < 0) return checked(1 / a.upper, 1 / a.lower);
  if (a.lower == 0) return checked(a.upper == infinity ? 0 : 1 / a.upper, infinity);
  return {};
}

/// Of a rising function.
template <typename F>
Range map_rising(Range a, const F& f) {
  return checked(f(a.lower), f(a.upper));
}

Range hull(Range a, Range b) { return {std::min(a.lower, b.lower), std::max(a.upper, b.upper)}; }

class Describe {
 public:
  Describe(const AssayDefinition& assay, const ValueDefinition& value, const std::map<std::string, Operand>& known)
      : assay_(assay), value_(value), known_(known) {}

  Operand run() {
    switch (value_.kind) {
      case ValueKind::delta_cq:
        return describe_delta();
      case ValueKind::delta_delta_cq: {
        Operand result = take(value_.value, 1);
        const double shift = value_.reference_value.value_or(std::nan(""));
        result.range = checked(range_of(value_.value).lower - shift, range_of(value_.value).upper - shift);
        result.unit = known_unit(cycles_unit);
        return result;
      }
      case ValueKind::relative_amount: {
        Operand result = take(value_.value, -1);
        const Range cycles = range_of(value_.value);
        result.range = checked(value_.scale * std::pow(value_.base, -cycles.upper),
                               value_.scale * std::pow(value_.base, -cycles.lower));
        result.unit = known_unit("");
        return result;
      }
      case ValueKind::pfaffl_ratio: {
        Operand result = take(value_.target, -1);
        for (const std::string& reference : value_.references) join(result, reference, 1);
        result.range = {0, infinity};
        result.unit = known_unit("");
        return result;
      }
      case ValueKind::quantity:
        return describe_quantity();
      case ValueKind::relative_to_control: {
        Operand result = take(value_.value, 1);
        result.range = range_of(value_.value).lower >= 0 ? Range{0, infinity} : Range{};
        result.unit = known_unit("");
        return result;
      }
      case ValueKind::product:
        return describe_product();
      case ValueKind::fraction: {
        Operand result = take(value_.value, 1);
        for (const std::string& other : value_.values) join(result, other, -1);
        result.range = checked(0, value_.scale);
        result.unit = known_unit("");
        return result;
      }
      case ValueKind::poisson: {
        Operand result = take(value_.positives, 1);
        join(result, value_.total, -1);
        result.range = {0, infinity};
        result.unit = known_unit("");
        return result;
      }
      case ValueKind::linear:
      case ValueKind::logistic:
      case ValueKind::survival:
        return describe_linear();
      case ValueKind::max_of_sigmoids:
        return describe_sigmoids();
      case ValueKind::maximum:
      case ValueKind::minimum:
        return describe_extreme();
      case ValueKind::bands:
        return describe_bands();
      case ValueKind::transform: {
        Operand result = take(value_.value, 1);
        result.range = transform_range(range_of(value_.value), value_.floor, value_.cap, value_.transform);
        if (value_.transform != Transform::none) result.unit = std::nullopt;
        return result;
      }
    }
    return {};
  }

 private:
  const Operand* find(const std::string& id) const {
    const auto found = known_.find(id);
    return found == known_.end() ? nullptr : &found->second;
  }

  Range range_of(const std::string& id) const {
    const Operand* operand = find(id);
    return operand == nullptr ? Range{} : operand->range;
  }

  /// Starts a result from its first operand.
  Operand take(const std::string& id, int sign) const {
    Operand result;
    join(result, id, sign);
    if (const Operand* operand = find(id)) result.unit = operand->unit;
    return result;
  }

  void join(Operand& result, const std::string& id, int sign, bool both = false) const {
    const Operand* operand = find(id);
    if (operand == nullptr) return;
    add_direction(result.directions, operand->directions, sign > 0 || both, sign < 0 || both);
    if (result.principal.empty()) result.principal = operand->principal;
  }

  Operand describe_delta() const {
    Operand result = take(value_.target, 1);
    Range subtrahend{0, 0};
    for (const std::string& reference : value_.references) {
      join(result, reference, -1);
      subtrahend = add(subtrahend, range_of(reference));
    }
    const double count = static_cast<double>(std::max<std::size_t>(value_.references.size(), 1));
    result.range = add(range_of(value_.target), checked(-subtrahend.upper / count, -subtrahend.lower / count));
    result.unit = known_unit(cycles_unit);
    return result;
  }

  Operand describe_quantity() const {
    Operand result = take(value_.target, -1);
    result.range = {0, infinity};
    result.unit = std::nullopt;
    const StandardCurveDefinition* curve = find_standard_curve(assay_, value_.curve);
    if (curve == nullptr) return result;
    result.unit = known_unit(curve->unit);
    if (!curve->slope || !curve->intercept || !(*curve->slope < 0)) return result;
    const Range cq = range_of(value_.target);
    const auto read = [&](double cycles) { return std::pow(10.0, (cycles - *curve->intercept) / *curve->slope); };
    result.range = checked(read(cq.upper), read(cq.lower));
    return result;
  }

  Operand describe_product() const {
    struct Part {
      Range range;
      const std::string* id;
    };
    std::vector<Part> parts;
    std::vector<Unit> units[2];
    bool units_known = true;
    for (const auto* list : {&value_.multiply, &value_.divide}) {
      const bool divides = list == &value_.divide;
      for (const Factor& factor : *list) {
        const Operand* operand = factor.id.empty() ? nullptr : find(factor.id);
        const Range range = factor.id.empty() ? checked(factor.number, factor.number) : range_of(factor.id);
        parts.push_back({divides ? invert(range) : range, &factor.id});
        const std::optional<KnownUnit> unit = factor.id.empty()    ? known_unit(factor.unit)
                                              : operand != nullptr ? operand->unit
                                                                   : std::nullopt;
        if (unit) {
          units[divides ? 1 : 0].push_back(unit->value);
        } else {
          units_known = false;
        }
      }
    }
    Operand result;
    result.range = {1, 1};
    for (const Part& part : parts) result.range = multiply(result.range, part.range);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (parts[i].id->empty()) continue;
      bool others_positive = true;
      for (std::size_t j = 0; j < parts.size(); ++j) {
        if (j != i && !(parts[j].range.lower >= 0)) others_positive = false;
      }
      join(result, *parts[i].id, i < value_.multiply.size() ? 1 : -1, !others_positive);
    }
    if (!units_known) return result;
    const Unit unit = product_unit(units[0], units[1]);
    result.unit = KnownUnit{unit, same_unit(unit, Unit{}) ? "" : to_string(unit)};
    return result;
  }

  Operand describe_linear() const {
    Operand result;
    result.range = checked(value_.intercept, value_.intercept);
    int sign = 1;
    if (value_.kind == ValueKind::logistic && value_.recalibration && value_.recalibration->slope < 0) sign = -1;
    for (const auto& [id, coefficient] : value_.terms) {
      if (coefficient != 0) join(result, id, coefficient > 0 ? sign : -sign, std::isnan(coefficient));
      result.range = add(result.range, multiply(range_of(id), checked(coefficient, coefficient)));
    }
    if (value_.kind == ValueKind::logistic) {
      if (value_.recalibration) {
        const Recalibration& recalibration = *value_.recalibration;
        result.range = add(checked(recalibration.intercept, recalibration.intercept),
                           multiply(result.range, checked(recalibration.slope, recalibration.slope)));
      }
      result.range = map_rising(result.range, [&](double x) { return value_.scale / (1 + std::exp(-x)); });
    }
    if (value_.kind == ValueKind::survival) {
      const double baseline = value_.baseline_survival.value_or(std::nan(""));
      result.range =
          map_rising(result.range, [&](double x) { return value_.scale * (1 - std::pow(baseline, std::exp(x))); });
    }
    result.unit = known_unit("");
    return result;
  }

  Operand describe_sigmoids() const {
    Operand result;
    result.range = {-infinity, -infinity};
    for (const Sigmoid& sigmoid : value_.sigmoids) {
      join(result, sigmoid.value, sigmoid.slope > 0 ? 1 : -1, std::isnan(sigmoid.slope));
      const Range shifted = add(range_of(sigmoid.value), checked(-sigmoid.centre, -sigmoid.centre));
      const Range term = map_rising(multiply(shifted, checked(sigmoid.slope, sigmoid.slope)),
                                    [&](double x) { return value_.scale / (1 + std::exp(-x)); });
      result.range = {std::max(result.range.lower, term.lower), std::max(result.range.upper, term.upper)};
    }
    if (value_.sigmoids.empty()) result.range = {};
    result.unit = known_unit("");
    return result;
  }

  Operand describe_extreme() const {
    Operand result;
    bool first = true;
    for (const std::string& id : value_.values) {
      join(result, id, 1);
      const Range range = range_of(id);
      if (first) {
        result.range = range;
        if (const Operand* operand = find(id)) result.unit = operand->unit;
      } else if (value_.kind == ValueKind::maximum) {
        result.range = {std::max(result.range.lower, range.lower), std::max(result.range.upper, range.upper)};
      } else {
        result.range = {std::min(result.range.lower, range.lower), std::min(result.range.upper, range.upper)};
      }
      first = false;
    }
    return result;
  }

  Operand describe_bands() const {
    Operand result;
    bool rises = false;
    bool falls = false;
    const Range operand = range_of(value_.value);
    std::optional<Range> reached;
    double lower = -infinity;
    for (std::size_t i = 0; i < value_.bands.size(); ++i) {
      const Band& band = value_.bands[i];
      if (i > 0 && band.value > value_.bands[i - 1].value) rises = true;
      if (i > 0 && band.value < value_.bands[i - 1].value) falls = true;
      const double upper = band.below ? *band.below : band.at_most ? *band.at_most : infinity;
      if (!(upper < operand.lower) && !(lower > operand.upper)) {
        const Range value = checked(band.value, band.value);
        reached = reached ? hull(*reached, value) : value;
      }
      lower = upper;
    }
    if (const Operand* known = find(value_.value)) {
      if (rises) add_direction(result.directions, known->directions, true, false);
      if (falls) add_direction(result.directions, known->directions, false, true);
      result.principal = known->principal;
    }
    result.range = reached.value_or(Range{});
    result.unit = known_unit("");
    return result;
  }

  const AssayDefinition& assay_;
  const ValueDefinition& value_;
  const std::map<std::string, Operand>& known_;
};

}  // namespace

std::optional<KnownUnit> known_unit(const std::string& text) {
  const std::optional<Unit> unit = parse_unit(text);
  return unit ? std::optional<KnownUnit>(KnownUnit{*unit, text}) : std::nullopt;
}

void add_direction(Directions& into, const Directions& from, bool rising, bool falling) {
  for (const auto& [id, direction] : from) {
    Direction& total = into[id];
    total.rises = total.rises || (rising && direction.rises) || (falling && direction.falls);
    total.falls = total.falls || (rising && direction.falls) || (falling && direction.rises);
  }
}

Operand describe_target(const AssayDefinition& assay, const AssayTarget& target) {
  Operand result;
  result.directions[target.id].rises = true;
  result.principal = target.id;
  result.unit = known_unit(cycles_unit);
  double lower = 0;
  double upper = effective_maximum_cq(assay, target);
  for (const ValidityRule& rule : assay.validity) {
    if (rule.limit.target != target.id || !rule.exception_target.empty()) continue;
    if (rule.limit.lower && rule.limit.kind != LimitKind::absent_or_above) lower = std::max(lower, *rule.limit.lower);
    if (rule.limit.upper) upper = std::min(upper, *rule.limit.upper);
  }
  if (target.not_detected.policy == NotDetectedPolicy::censor) upper = infinity;
  if (target.not_detected.policy == NotDetectedPolicy::impute && target.not_detected.cycles) {
    upper = std::max(upper, *target.not_detected.cycles);
  }
  result.range = checked(lower, upper);
  return result;
}

Operand describe_covariate(const CovariateDefinition& covariate) {
  Operand result;
  result.directions[covariate.id].rises = true;
  result.is_lot = covariate.kind == CovariateKind::lot;
  if (covariate.kind == CovariateKind::category) {
    result.unit = known_unit("");
    if (covariate.coding.empty()) return result;
    std::optional<Range> range;
    for (const auto& [code, number] : covariate.coding) {
      const Range point = checked(number, number);
      range = range ? hull(*range, point) : point;
    }
    result.range = *range;
    return result;
  }
  if (covariate.kind == CovariateKind::lot) return result;
  if (covariate.minimum && covariate.maximum) result.range = checked(*covariate.minimum, *covariate.maximum);
  result.range = transform_range(result.range, covariate.floor, covariate.cap, covariate.transform);
  result.unit = known_unit(covariate.unit);
  result.unit_declared = true;
  if (covariate.transform != Transform::none) {
    result.unit = std::nullopt;
    result.unit_declared = false;
  }
  return result;
}

Range transform_range(Range range, const std::optional<double>& floor, const std::optional<double>& cap,
                      Transform transform) {
  if (floor) range = checked(std::max(range.lower, *floor), std::max(range.upper, *floor));
  if (cap) range = checked(std::min(range.lower, *cap), std::min(range.upper, *cap));
  switch (transform) {
    case Transform::none:
      return range;
    case Transform::log10:
      return range.upper > 0 ? map_rising({std::max(range.lower, 0.0), range.upper},
                                          [](double x) { return x > 0 ? std::log10(x) : -infinity; })
                             : Range{};
    case Transform::ln:
      return range.upper > 0 ? map_rising({std::max(range.lower, 0.0), range.upper},
                                          [](double x) { return x > 0 ? std::log(x) : -infinity; })
                             : Range{};
    case Transform::sqrt:
      return range.upper >= 0
                 ? map_rising({std::max(range.lower, 0.0), range.upper}, [](double x) { return std::sqrt(x); })
                 : Range{};
    case Transform::exp:
      return map_rising(range, [](double x) { return std::exp(x); });
  }
  return {};
}

Operand describe_value(const AssayDefinition& assay, const ValueDefinition& value,
                       const std::map<std::string, Operand>& known) {
  Operand result = Describe(assay, value, known).run();
  if (!value.unit.empty()) result.unit = known_unit(value.unit);
  result.unit_declared = result.unit && !result.unit->text.empty() && result.unit->text != cycles_unit;
  return result;
}

std::vector<NamedOperand> list_operands(const ValueDefinition& value) {
  std::vector<NamedOperand> operands;
  const auto one = [&](const char* key, const std::string& id) {
    if (!id.empty()) operands.push_back({key, id});
  };
  one("target", value.target);
  one("value", value.value);
  for (const std::string& id : value.references) one("references", id);
  for (const std::string& id : value.values) one("values", id);
  for (const Factor& factor : value.multiply) one("multiply", factor.id);
  for (const Factor& factor : value.divide) one("divide", factor.id);
  one("positives", value.positives);
  one("total", value.total);
  for (const auto& [id, coefficient] : value.terms) one("terms", id);
  for (const Sigmoid& sigmoid : value.sigmoids) one("sigmoids", sigmoid.value);
  return operands;
}

}  // namespace qpcr::checking
