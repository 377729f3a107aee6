// Each constant, comparison and connective of a shipped definition is pinned by a vector.
// Left out by name: display_digits and flags (they change no call), cq method and baseline (they find the Cq that calls
// start from), names, texts and sources, horizon_years (printed, decides nothing).
#include <algorithm>
#include <cmath>
#include <functional>
#include <iostream>
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "libqpcr/assay/names.hpp"
#include "tests/assay/demo_vectors.hpp"
#include "tests/assay/edge_vectors.hpp"
#include "tests/assay/published_vectors.hpp"
#include "tests/assay/vendor_plate.hpp"

using assay_vectors::Vector;
using qpcr::AssayDefinition;

namespace {

struct Mutant {
  std::string site;
  AssayDefinition definition;
};

/// One unit of the last digit that a number is written with: 0.01 for -2.6 too, as cut-offs are printed to two.
double last_digit(double number) {
  const std::string text = qpcr::format_double(number);
  const std::size_t exponent = text.find('e');
  if (exponent != std::string::npos) return std::abs(number) / 10;
  const std::size_t point = text.find('.');
  return point == std::string::npos ? 1 : std::pow(10, -static_cast<double>(text.size() - point - 1));
}

/// Changes of one place of a definition at a time.
class Mutator {
 public:
  explicit Mutator(const AssayDefinition& original) : original_(original) {}

  std::vector<Mutant> run() {
    add_cq();
    add_targets();
    add_controls();
    add_validity();
    add_replicates();
    add_covariates();
    add_acceptance();
    add_values();
    add_rules();
    add_call();
    add_classes();
    return std::move(mutants_);
  }

 private:
  using Change = std::function<void(AssayDefinition&)>;
  using Number = std::function<double*(AssayDefinition&)>;

  void add(const std::string& site, const Change& change) {
    Mutant mutant{site, original_};
    change(mutant.definition);
    mutants_.push_back(std::move(mutant));
  }

  /// A number one unit of its last digit up and down, and with the other sign.
  void add_number(const std::string& site, const Number& number) {
    AssayDefinition copy = original_;
    const double value = *number(copy);
    const double step = last_digit(value);
    add(site + " up", [&](AssayDefinition& d) { *number(d) = value + step; });
    add(site + " down", [&](AssayDefinition& d) { *number(d) = value - step; });
    if (value != 0) add(site + " sign", [&](AssayDefinition& d) { *number(d) = -value; });
  }

  void add_optional(const std::string& site, const std::function<std::optional<double>*(AssayDefinition&)>& number) {
    AssayDefinition copy = original_;
    if (number(copy)->has_value()) add_number(site, [&](AssayDefinition& d) { return &**number(d); });
  }

  /// Every other enumerator of a table.
  template <typename E, std::size_t N>
  void add_enumerator(const std::string& site, const qpcr::names::Table<E, N>& table,
                      const std::function<E*(AssayDefinition&)>& member) {
    AssayDefinition copy = original_;
    const E value = *member(copy);
    for (const auto& [other, name] : table) {
      if (other == value) continue;
      const E changed = other;
      add(site + " → " + std::string(name), [&](AssayDefinition& d) { *member(d) = changed; });
    }
  }

  void add_count(const std::string& site, const std::function<int*(AssayDefinition&)>& member) {
    add(site + " up", [&](AssayDefinition& d) { ++*member(d); });
    add(site + " down", [&](AssayDefinition& d) { --*member(d); });
  }

  void add_cq() {
    if (original_.targets.empty()) return;
    add_count("cq.cycles", [](AssayDefinition& d) { return &d.cq.cycles; });
  }

  void add_targets() {
    for (std::size_t i = 0; i < original_.targets.size(); ++i) {
      const std::string site = "targets[" + original_.targets[i].id + "].";
      add_optional(site + "maximum_cq", [i](AssayDefinition& d) { return &d.targets[i].maximum_cq_cycles; });
      add_optional(site + "maximum_spread", [i](AssayDefinition& d) { return &d.targets[i].maximum_spread_cycles; });
      add_optional(site + "maximum_sd", [i](AssayDefinition& d) { return &d.targets[i].maximum_sd_cycles; });
      add_optional(site + "not_detected.cycles", [i](AssayDefinition& d) { return &d.targets[i].not_detected.cycles; });
      add_enumerator<qpcr::NotDetectedPolicy>(site + "not_detected.policy", qpcr::names::not_detected_policy,
                                              [i](AssayDefinition& d) { return &d.targets[i].not_detected.policy; });
      add_enumerator<qpcr::TargetRole>(site + "role", qpcr::names::target_role,
                                       [i](AssayDefinition& d) { return &d.targets[i].role; });
    }
  }

  void add_limit(const std::string& site, const std::function<qpcr::CqLimit*(AssayDefinition&)>& limit) {
    add_optional(site + "lower", [&](AssayDefinition& d) { return &limit(d)->lower; });
    add_optional(site + "upper", [&](AssayDefinition& d) { return &limit(d)->upper; });
    AssayDefinition copy = original_;
    const qpcr::CqLimit original = *limit(copy);
    // Another relation with the same number; "within" and "not detected" become each of the others with a number made.
    for (const auto& [kind, name] : qpcr::names::limit_kind) {
      if (kind == original.kind) continue;
      const qpcr::LimitKind changed = kind;
      const double number = original.upper.value_or(original.lower.value_or(35));
      const bool upper = kind == qpcr::LimitKind::at_most || kind == qpcr::LimitKind::below;
      const bool lower = kind == qpcr::LimitKind::at_least || kind == qpcr::LimitKind::above ||
                         kind == qpcr::LimitKind::absent_or_above;
      add(site + "kind → " + std::string(name), [&](AssayDefinition& d) {
        qpcr::CqLimit& mutated = *limit(d);
        mutated.kind = changed;
        mutated.upper = upper ? std::optional<double>(number) : std::nullopt;
        mutated.lower = lower ? std::optional<double>(number) : std::nullopt;
        if (changed == qpcr::LimitKind::within) {
          mutated.lower = number / 2;
          mutated.upper = number;
        }
      });
    }
  }

  void add_controls() {
    for (std::size_t i = 0; i < original_.controls.size(); ++i) {
      const std::string site = "controls[" + original_.controls[i].id + "].";
      add_enumerator<qpcr::ControlKind>(site + "kind", qpcr::names::control_kind,
                                        [i](AssayDefinition& d) { return &d.controls[i].kind; });
      add_count(site + "minimum_count", [i](AssayDefinition& d) { return &d.controls[i].minimum_count; });
      if (original_.controls[i].passing_count) {
        add_count(site + "passing_count", [i](AssayDefinition& d) { return &*d.controls[i].passing_count; });
      }
      for (std::size_t j = 0; j < original_.controls[i].limits.size(); ++j) {
        add_limit(site + original_.controls[i].limits[j].target + ".",
                  [i, j](AssayDefinition& d) { return &d.controls[i].limits[j]; });
      }
    }
  }

  void add_validity() {
    for (std::size_t i = 0; i < original_.validity.size(); ++i) {
      const std::string site = "validity[" + original_.validity[i].id + "].";
      add_limit(site, [i](AssayDefinition& d) { return &d.validity[i].limit; });
      add_optional(site + "exception", [i](AssayDefinition& d) { return &d.validity[i].exception_at_most; });
      add(site + "left out", [i](AssayDefinition& d) { d.validity.erase(d.validity.begin() + static_cast<long>(i)); });
      if (original_.validity[i].exception_target.empty()) continue;
      add(site + "exception left out", [i](AssayDefinition& d) {
        d.validity[i].exception_target.clear();
        d.validity[i].exception_at_most.reset();
      });
    }
  }

  void add_replicates() {
    if (original_.targets.empty()) return;
    add_count("replicates.count", [](AssayDefinition& d) { return &d.replicates.count; });
    add_count("replicates.minimum_valid", [](AssayDefinition& d) { return &d.replicates.minimum_valid; });
    add_optional("replicates.outlier_beyond", [](AssayDefinition& d) { return &d.replicates.outlier_beyond_cycles; });
    add_enumerator<qpcr::DiscordancePolicy>("replicates.discordance", qpcr::names::discordance_policy,
                                            [](AssayDefinition& d) { return &d.replicates.discordance; });
  }

  void add_covariates() {
    for (std::size_t i = 0; i < original_.covariates.size(); ++i) {
      const qpcr::CovariateDefinition& covariate = original_.covariates[i];
      const std::string site = "covariates[" + covariate.id + "].";
      add_optional(site + "minimum", [i](AssayDefinition& d) { return &d.covariates[i].minimum; });
      add_optional(site + "maximum", [i](AssayDefinition& d) { return &d.covariates[i].maximum; });
      add_optional(site + "floor", [i](AssayDefinition& d) { return &d.covariates[i].floor; });
      add_optional(site + "cap", [i](AssayDefinition& d) { return &d.covariates[i].cap; });
      add_optional(site + "maximum_age", [i](AssayDefinition& d) { return &d.covariates[i].maximum_age_days; });
      add_enumerator<qpcr::MissingPolicy>(site + "missing", qpcr::names::missing_policy,
                                          [i](AssayDefinition& d) { return &d.covariates[i].missing; });
      for (std::size_t j = 0; j < covariate.conversions.size(); ++j) {
        add_number(site + "conversion", [i, j](AssayDefinition& d) { return &d.covariates[i].conversions[j].factor; });
      }
      if (covariate.kind == qpcr::CovariateKind::number) {
        add_enumerator<qpcr::Transform>(site + "transform", qpcr::names::transform,
                                        [i](AssayDefinition& d) { return &d.covariates[i].transform; });
        add_enumerator<qpcr::OutOfRangePolicy>(site + "out_of_range", qpcr::names::out_of_range_policy,
                                               [i](AssayDefinition& d) { return &d.covariates[i].out_of_range; });
      }
      for (const auto& coding : covariate.coding) {
        const std::string code = coding.first;
        add_number(site + "coding." + code, [i, code](AssayDefinition& d) { return &d.covariates[i].coding.at(code); });
      }
    }
  }

  void add_acceptance() {
    for (std::size_t i = 0; i < original_.acceptance.size(); ++i) {
      const qpcr::AcceptanceRule& rule = original_.acceptance[i];
      const std::string site = "acceptance[" + rule.id + "].";
      add_optional(site + "at_least", [i](AssayDefinition& d) { return &d.acceptance[i].at_least; });
      add_optional(site + "at_most", [i](AssayDefinition& d) { return &d.acceptance[i].at_most; });
      add_enumerator<qpcr::AcceptanceAction>(site + "action", qpcr::names::acceptance_action,
                                             [i](AssayDefinition& d) { return &d.acceptance[i].action; });
      add(site + "left out",
          [i](AssayDefinition& d) { d.acceptance.erase(d.acceptance.begin() + static_cast<long>(i)); });
      const qpcr::CovariateDefinition* covariate = qpcr::find_covariate(original_, rule.covariate);
      if (covariate == nullptr || rule.one_of.empty()) continue;
      add(site + "codes swapped", [&](AssayDefinition& d) {
        std::vector<std::string> others;
        for (const auto& coding : covariate->coding) {
          if (std::find(rule.one_of.begin(), rule.one_of.end(), coding.first) == rule.one_of.end()) {
            others.push_back(coding.first);
          }
        }
        d.acceptance[i].one_of = others;
      });
    }
  }

  void add_values() {
    for (std::size_t i = 0; i < original_.values.size(); ++i) {
      const qpcr::ValueDefinition& value = original_.values[i];
      const std::string site = "values[" + value.id + "].";
      const bool linear = value.kind == qpcr::ValueKind::linear || value.kind == qpcr::ValueKind::logistic ||
                          value.kind == qpcr::ValueKind::survival;
      if (linear) {
        add_number(site + "intercept", [i](AssayDefinition& d) { return &d.values[i].intercept; });
        for (const auto& term : value.terms) {
          const std::string id = term.first;
          add_number(site + id, [i, id](AssayDefinition& d) { return &d.values[i].terms.at(id); });
          add(site + id + " left out", [i, id](AssayDefinition& d) { d.values[i].terms.erase(id); });
        }
      }
      const std::set<qpcr::ValueKind> scaled{qpcr::ValueKind::relative_amount, qpcr::ValueKind::relative_to_control,
                                             qpcr::ValueKind::fraction,        qpcr::ValueKind::logistic,
                                             qpcr::ValueKind::survival,        qpcr::ValueKind::max_of_sigmoids};
      if (scaled.count(value.kind) > 0) {
        add_number(site + "scale", [i](AssayDefinition& d) { return &d.values[i].scale; });
      }
      add_optional(site + "baseline_survival", [i](AssayDefinition& d) { return &d.values[i].baseline_survival; });
      if (value.recalibration) {
        add_number(site + "recalibration.intercept",
                   [i](AssayDefinition& d) { return &d.values[i].recalibration->intercept; });
        add_number(site + "recalibration.slope", [i](AssayDefinition& d) { return &d.values[i].recalibration->slope; });
        add(site + "recalibration left out", [i](AssayDefinition& d) { d.values[i].recalibration.reset(); });
      }
      for (std::size_t j = 0; j < value.sigmoids.size(); ++j) {
        const std::string at = site + value.sigmoids[j].value + ".";
        add_number(at + "centre", [i, j](AssayDefinition& d) { return &d.values[i].sigmoids[j].centre; });
        add_number(at + "slope", [i, j](AssayDefinition& d) { return &d.values[i].sigmoids[j].slope; });
        add(at + "left out", [i, j](AssayDefinition& d) {
          d.values[i].sigmoids.erase(d.values[i].sigmoids.begin() + static_cast<long>(j));
        });
      }
      for (std::size_t j = 0; j < value.bands.size(); ++j) {
        const std::string at = site + "bands[" + std::to_string(j + 1) + "].";
        add_number(at + "value", [i, j](AssayDefinition& d) { return &d.values[i].bands[j].value; });
        add_edge(at, [i, j](AssayDefinition& d) { return &d.values[i].bands[j]; });
      }
      for (std::size_t j = 0; j < value.multiply.size(); ++j) {
        if (!value.multiply[j].id.empty()) continue;
        add_number(site + "multiply", [i, j](AssayDefinition& d) { return &d.values[i].multiply[j].number; });
      }
      for (std::size_t j = 0; j < value.divide.size(); ++j) {
        if (!value.divide[j].id.empty()) continue;
        add_number(site + "divide", [i, j](AssayDefinition& d) { return &d.values[i].divide[j].number; });
      }
      if (value.kind == qpcr::ValueKind::product) {
        add(site + "upside down", [i](AssayDefinition& d) { std::swap(d.values[i].multiply, d.values[i].divide); });
      }
      if (value.kind == qpcr::ValueKind::delta_cq) {
        add(site + "sign", [i](AssayDefinition& d) { std::swap(d.values[i].target, d.values[i].references.front()); });
      }
      if (value.orientation) {
        add_enumerator<qpcr::Orientation>(site + "orientation", qpcr::names::orientation,
                                          [i](AssayDefinition& d) { return &*d.values[i].orientation; });
      }
    }
  }

  /// The end of a band or class: its number, and whether the number itself belongs to it.
  template <typename F>
  void add_edge(const std::string& site, const F& edge) {
    add_optional(site + "below", [&](AssayDefinition& d) { return &edge(d)->below; });
    add_optional(site + "at_most", [&](AssayDefinition& d) { return &edge(d)->at_most; });
    AssayDefinition copy = original_;
    if (edge(copy)->below || edge(copy)->at_most) {
      add(site + "open ↔ closed", [&](AssayDefinition& d) { std::swap(edge(d)->below, edge(d)->at_most); });
    }
  }

  void add_rules() {
    for (std::size_t i = 0; i < original_.rules.size(); ++i) {
      const std::string site = "rules[" + original_.rules[i].id + "].";
      add_number(site + "limit", [i](AssayDefinition& d) { return &d.rules[i].limit; });
      add_enumerator<qpcr::Relation>(site + "relation", qpcr::names::relation,
                                     [i](AssayDefinition& d) { return &d.rules[i].relation; });
      add_enumerator<qpcr::Comparison>(site + "compare", qpcr::names::comparison,
                                       [i](AssayDefinition& d) { return &d.rules[i].compare; });
      if (original_.rules[i].compare == qpcr::Comparison::rounded) {
        add_count(site + "digits", [i](AssayDefinition& d) { return &d.rules[i].digits; });
      }
      if (original_.rules[i].gray) {
        add_number(site + "gray.lower", [i](AssayDefinition& d) { return &d.rules[i].gray->lower; });
        add_number(site + "gray.upper", [i](AssayDefinition& d) { return &d.rules[i].gray->upper; });
        add(site + "gray left out", [i](AssayDefinition& d) { d.rules[i].gray.reset(); });
      }
      if (original_.rules[i].at_least_replicates) {
        add_count(site + "at_least_replicates", [i](AssayDefinition& d) { return &*d.rules[i].at_least_replicates; });
      }
    }
  }

  void add_call() {
    if (original_.positive) add_expression("call.positive", {});
  }

  static qpcr::CallExpression* walk(AssayDefinition& definition, const std::vector<std::size_t>& path) {
    qpcr::CallExpression* expression = &*definition.positive;
    for (const std::size_t step : path) expression = &expression->operands[step];
    return expression;
  }

  void add_expression(const std::string& site, const std::vector<std::size_t>& path) {
    using Kind = qpcr::CallExpression::Kind;
    AssayDefinition copy = original_;
    const qpcr::CallExpression expression = *walk(copy, path);
    if (expression.kind == Kind::rule) return;
    for (const Kind kind : {Kind::any, Kind::all}) {
      // Of one operand, "any" and "all" are the same.
      if (kind == expression.kind || expression.operands.size() == 1) continue;
      add(site + (kind == Kind::any ? " → any" : " → all"), [&](AssayDefinition& d) { walk(d, path)->kind = kind; });
    }
    if (expression.kind == Kind::at_least) {
      add_count(site + ".at_least", [&](AssayDefinition& d) { return &walk(d, path)->at_least; });
    }
    for (std::size_t i = 0; i < expression.operands.size(); ++i) {
      add(site + " without operand " + std::to_string(i + 1), [&](AssayDefinition& d) {
        auto& operands = walk(d, path)->operands;
        operands.erase(operands.begin() + static_cast<long>(i));
      });
      std::vector<std::size_t> deeper = path;
      deeper.push_back(i);
      add_expression(site + "[" + std::to_string(i + 1) + "]", deeper);
    }
  }

  void add_classes() {
    if (!original_.classification) return;
    if (!original_.classification->classes.empty()) {
      add_enumerator<qpcr::Comparison>("classification.compare", qpcr::names::comparison,
                                       [](AssayDefinition& d) { return &d.classification->compare; });
      if (original_.classification->compare == qpcr::Comparison::rounded) {
        add_count("classification.digits", [](AssayDefinition& d) { return &d.classification->digits; });
      }
    }
    for (std::size_t i = 0; i < original_.classification->classes.size(); ++i) {
      add_edge("classes[" + original_.classification->classes[i].id + "].",
               [i](AssayDefinition& d) { return &d.classification->classes[i]; });
    }
  }

  const AssayDefinition& original_;
  std::vector<Mutant> mutants_;
};

/// What comes of a vector, as far as a reader of the report sees it.
std::string render_outcome(const AssayDefinition& definition, const Vector& vector) {
  try {
    const qpcr::SampleCall call = qpcr::call_sample(definition, assay_vectors::observe(definition, vector));
    std::string text =
        fmt::format("{}|{}|{}|{}|", to_string(call.outcome), call.score_class ? call.score_class->id : "",
                    call.needs_review, call.depends_on_imputed_cq);
    for (const qpcr::NamedValue& value : call.values) {
      text += value.value ? fmt::format("{:.9g} ", *value.value) : std::string("- ");
    }
    for (const qpcr::RuleTrace& rule : call.rules) {
      if (rule.distance_standard_errors) text += fmt::format("{:.6g} ", *rule.distance_standard_errors);
    }
    return text;
  } catch (const qpcr::Error&) {
    return "refused";
  }
}

std::string render_control(const AssayDefinition& definition, const assay_vectors::ControlVector& vector) {
  const qpcr::ControlDefinition* control = qpcr::find_control(definition, vector.control);
  std::string text;
  for (const qpcr::CqLimit& limit : control->limits) {
    if (limit.target == vector.target) text += qpcr::satisfies(definition, limit, vector.observation) ? "+" : "-";
  }
  return text;
}

/// A Cq that keeps a limit of a control; absent for silence.
std::optional<double> passing_cq(const qpcr::CqLimit& limit) {
  if (limit.kind == qpcr::LimitKind::not_detected || limit.kind == qpcr::LimitKind::absent_or_above) return {};
  if (limit.lower && limit.upper) return (*limit.lower + *limit.upper) / 2;
  return limit.lower ? *limit.lower + 2 : *limit.upper - 2;
}

double failing_cq(const qpcr::CqLimit& limit) {
  if (limit.upper) return *limit.upper + 1;
  return limit.lower ? *limit.lower - 1 : 30;
}

/// A good plate of every control of a definition, then plates where one control is absent, or has a Cq that breaks its
/// first limit; the Cqs are the instrument's.
std::vector<qpcr::RunData> control_plates(const AssayDefinition& definition) {
  enum class Fault { none, absent, failing };
  std::vector<qpcr::RunData> plates;
  const auto make = [&](std::size_t of, Fault fault) {
    qpcr::RunData run = assay_test::empty_run();
    int column = 0;
    for (std::size_t c = 0; c < definition.controls.size(); ++c) {
      const qpcr::ControlDefinition& control = definition.controls[c];
      const bool faulty = c == of && fault != Fault::none;
      if (faulty && fault == Fault::absent) continue;
      for (int i = 0; i < control.minimum_count; ++i) {
        std::vector<assay_test::Channel> channels;
        for (std::size_t j = 0; j < control.limits.size(); ++j) {
          const qpcr::CqLimit& limit = control.limits[j];
          const bool broken = faulty && j == 0 && i == 0;
          channels.push_back({limit.target, qpcr::find_target(definition, limit.target)->dye,
                              broken ? failing_cq(limit) : passing_cq(limit)});
        }
        assay_test::add_vendor_well(run, "A" + std::to_string(++column), control.sample_names.front(), channels);
      }
    }
    plates.push_back(std::move(run));
  };
  if (definition.controls.empty()) return plates;
  make(0, Fault::none);
  for (std::size_t c = 0; c < definition.controls.size(); ++c) {
    make(c, Fault::absent);
    make(c, Fault::failing);
  }
  return plates;
}

/// Why the controls of a plate make its run invalid.
std::string render_plate(AssayDefinition definition, const qpcr::RunData& run) {
  definition.cq.origin = qpcr::CqOrigin::vendor;
  std::string text;
  for (const qpcr::Message& reason : assay_test::find_controls(run, definition).run_reasons) text += reason.id + " ";
  return text;
}

/// A place whose change alters no call, and why.
struct Equivalent {
  std::vector<std::string> assays;
  std::string site;
  std::string reason;
};

const std::vector<Equivalent>& equivalents() {
  static const std::vector<Equivalent> list{
      {{"methylation-three-gene", "methylation-three-gene-afp", "mt1m-mt1g", "septin9-triplicate-1of3",
        "septin9-triplicate-2of3", "septin9-us-triplicate"},
       "cq.cycles up",
       "a Cq beyond the cut-off is negative, detected or not; a longer protocol asks for longer curves, which the "
       "analysis of a run checks"},
      {{"demo-methylation", "methylation-three-gene", "methylation-three-gene-afp", "mt1m-mt1g", "septin9-delta-cq"},
       "replicates.discordance",
       "one well a sample: replicates cannot disagree"},
      {{"septin9-triplicate-1of3", "septin9-triplicate-2of3", "septin9-us-triplicate"},
       "replicates.discordance",
       "wells are judged one by one and counted: they are never averaged"},
      {{"septin9-triplicate-2of3"},
       "replicates.minimum_valid up",
       "one valid well decides nothing about two of three: invalid by either number"},
      {{"mt1m-mt1g"}, "targets[MT1M_U].role → target", "no value or rule asks for the role of the U reaction"},
      {{"mt1m-mt1g"}, "targets[MT1G_U].role → target", "no value or rule asks for the role of the U reaction"},
  };
  return list;
}

bool is_equivalent(const std::string& assay, const std::string& site) {
  for (const Equivalent& equivalent : equivalents()) {
    const auto& assays = equivalent.assays;
    if (std::find(assays.begin(), assays.end(), assay) != assays.end() && site.rfind(equivalent.site, 0) == 0)
      return true;
  }
  return false;
}

std::vector<Vector> vectors_of(const AssayDefinition& definition) {
  std::vector<Vector> vectors;
  for (Vector& vector : assay_vectors::published_vectors()) {
    if (vector.assay == definition.id) vectors.push_back(std::move(vector));
  }
  const bool is_demo = definition.status == qpcr::AssayStatus::simulated;
  for (Vector& vector : is_demo ? assay_vectors::demo_vectors() : std::vector<Vector>()) {
    if (vector.assay == definition.id) vectors.push_back(std::move(vector));
  }
  for (const assay_vectors::Edge& edge : assay_vectors::edges()) {
    if (edge.assay != definition.id) continue;
    for (Vector& vector : assay_vectors::edge_vectors(definition, edge)) vectors.push_back(std::move(vector));
  }
  for (const assay_vectors::RoundedEdge& edge : assay_vectors::rounded_edges()) {
    if (edge.assay == definition.id) vectors.push_back(assay_vectors::rounded_edge_vector(definition, edge));
  }
  return vectors;
}

struct Tally {
  int mutants = 0;
  int refused = 0;  ///< by the checks of a definition
  int by_vector = 0;
  int equivalent = 0;
  std::vector<std::string> survivors;
};

std::vector<assay_vectors::ControlVector> control_vectors_of(const AssayDefinition& definition) {
  std::vector<assay_vectors::ControlVector> vectors;
  for (const auto& list : {assay_vectors::control_vectors(), assay_vectors::demo_control_vectors()}) {
    for (const assay_vectors::ControlVector& vector : list) {
      if (vector.assay == definition.id) vectors.push_back(vector);
    }
  }
  return vectors;
}

Tally check_mutants(const AssayDefinition& definition) {
  const std::vector<assay_vectors::ControlVector> control_vectors = control_vectors_of(definition);
  const std::vector<qpcr::RunData> plates = control_plates(definition);
  if (!plates.empty()) CHECK(render_plate(definition, plates.front()).empty());
  const std::vector<Vector> vectors = vectors_of(definition);
  std::vector<std::string> expected;
  for (const Vector& vector : vectors) expected.push_back(render_outcome(definition, vector));
  Tally tally;
  for (const Mutant& mutant : Mutator(definition).run()) {
    ++tally.mutants;
    try {
      qpcr::check_assay(mutant.definition);
    } catch (const qpcr::Error&) {
      ++tally.refused;
      continue;
    }
    bool seen = false;
    for (std::size_t i = 0; i < vectors.size() && !seen; ++i) {
      seen = render_outcome(mutant.definition, vectors[i]) != expected[i];
    }
    for (std::size_t i = 0; i < control_vectors.size() && !seen; ++i) {
      seen = render_control(mutant.definition, control_vectors[i]) != render_control(definition, control_vectors[i]);
    }
    for (std::size_t i = 0; i < plates.size() && !seen; ++i) {
      seen = render_plate(mutant.definition, plates[i]) != render_plate(definition, plates[i]);
    }
    if (seen) {
      ++tally.by_vector;
    } else if (is_equivalent(definition.id, mutant.site)) {
      ++tally.equivalent;
    } else {
      tally.survivors.push_back(mutant.site);
    }
  }
  return tally;
}

}  // namespace

TEST_CASE("no changed constant, relation, connective or policy of a runnable definition goes unseen") {
  // Mutants of each: a constant that joins or leaves a definition is seen here.
  const std::map<std::string, int> runnable{{"albi", 43},
                                            {"amap", 100},
                                            {"asap", 108},
                                            {"asap-recalibrated", 107},
                                            {"asap-three-classes", 109},
                                            {"balad-2", 144},
                                            {"demo-methylation", 284},
                                            {"demo-rna", 227},
                                            {"doylestown", 96},
                                            {"gaap", 81},
                                            {"galad", 113},
                                            {"galad-pivka-mau", 116},
                                            {"kotoh-septin9-copies", 19},
                                            {"methylation-three-gene", 126},
                                            {"methylation-three-gene-afp", 136},
                                            {"mt1m-mt1g", 79},
                                            {"reach-b", 142},
                                            {"reach-b-iu", 145},
                                            {"septin9-delta-cq", 31},
                                            {"septin9-triplicate-1of3", 100},
                                            {"septin9-triplicate-2of3", 100},
                                            {"septin9-us-triplicate", 100}};
  for (const auto& entry : runnable) {
    const std::string& id = entry.first;
    const AssayDefinition definition = qpcr::read_assay(assay_test::assay_path(id + ".toml"));
    const Tally tally = check_mutants(definition);
    std::cout << fmt::format("{}: {} mutants, {} refused by the checks, {} seen by a vector, {} equivalent\n", id,
                             tally.mutants, tally.refused, tally.by_vector, tally.equivalent);
    std::string survivors;
    for (const std::string& site : tally.survivors) survivors += "\n  " + site;
    INFO(id << " lets through:" << survivors);
    CHECK(tally.survivors.empty());
    CHECK(tally.mutants == entry.second);
  }
}
