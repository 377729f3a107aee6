// Checks of the numbers of a definition as such: each is published, finite, and cites where it comes from.
#include <algorithm>
#include <cmath>

#include "libqpcr/assay/checking.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::checking {
namespace {

/// Visits every number of a definition with its field.
template <typename F>
class VisitNumbers {
 public:
  VisitNumbers(const AssayDefinition& assay, F visit) : assay_(assay), visit_(visit) {}

  void run() {
    number("horizon_years", assay_.horizon_years);
    for (std::size_t i = 0; i < assay_.targets.size(); ++i) visit_target(assay_.targets[i], i);
    for (std::size_t i = 0; i < assay_.controls.size(); ++i) {
      for (std::size_t j = 0; j < assay_.controls[i].limits.size(); ++j) {
        const CqLimit& limit = assay_.controls[i].limits[j];
        number(at("controls", i, "limits", j, to_string(limit.kind)), limit.lower);
        number(at("controls", i, "limits", j, to_string(limit.kind)), limit.upper);
      }
    }
    for (std::size_t i = 0; i < assay_.validity.size(); ++i) {
      const ValidityRule& rule = assay_.validity[i];
      number(at("validity", i, to_string(rule.limit.kind)), rule.limit.lower);
      number(at("validity", i, to_string(rule.limit.kind)), rule.limit.upper);
      number(at("validity", i, "exception_beside"), rule.exception_at_most);
    }
    for (std::size_t i = 0; i < assay_.inhibition.size(); ++i) {
      const InhibitionRule& rule = assay_.inhibition[i];
      number(at("inhibition", i, "maximum_shift"), rule.maximum_shift_cycles);
      number(at("inhibition", i, "maximum_shift_sd"), rule.maximum_shift_sd);
      number(at("inhibition", i, "exception_beside"), rule.exception_at_most);
    }
    number("replicates.outlier_beyond", assay_.replicates.outlier_beyond_cycles);
    for (std::size_t i = 0; i < assay_.standard_curves.size(); ++i) visit_curve(assay_.standard_curves[i], i);
    if (assay_.threshold_calibration) {
      number("threshold_calibration.maximum_shift_factor", assay_.threshold_calibration->maximum_shift_factor);
      number("threshold_calibration.tolerance", assay_.threshold_calibration->tolerance_cycles);
      number("threshold_calibration.bias_limit", assay_.threshold_calibration->bias_limit_cycles);
    }
    for (std::size_t i = 0; i < assay_.covariates.size(); ++i) visit_covariate(assay_.covariates[i], i);
    for (std::size_t i = 0; i < assay_.acceptance.size(); ++i) {
      number(at("acceptance", i, "at_least"), assay_.acceptance[i].at_least);
      number(at("acceptance", i, "at_most"), assay_.acceptance[i].at_most);
    }
    for (std::size_t i = 0; i < assay_.values.size(); ++i) visit_value(assay_.values[i], i);
    for (std::size_t i = 0; i < assay_.rules.size(); ++i) {
      number(at("rules", i, to_string(assay_.rules[i].relation)), assay_.rules[i].limit);
      if (assay_.rules[i].gray) {
        number(at("rules", i, "gray"), assay_.rules[i].gray->lower);
        number(at("rules", i, "gray"), assay_.rules[i].gray->upper);
      }
    }
    if (assay_.classification) {
      for (std::size_t i = 0; i < assay_.classification->classes.size(); ++i) {
        number(at("classification.classes", i, "below"), assay_.classification->classes[i].below);
        number(at("classification.classes", i, "at_most"), assay_.classification->classes[i].at_most);
      }
    }
    number("flags.weak_positive", assay_.flags.weak_positive_cycles);
    number("flags.neighbour_difference", assay_.flags.neighbour_difference_cycles);
  }

 private:
  void number(const std::string& field, double value) { visit_(field, value); }
  void number(const std::string& field, const std::optional<double>& value) {
    if (value) visit_(field, *value);
  }

  void visit_target(const AssayTarget& target, std::size_t i) {
    number(at("targets", i, "maximum_cq"), target.maximum_cq_cycles);
    number(at("targets", i, "threshold"), target.threshold);
    number(at("targets", i, "assigned_cq"), target.assigned_cq_cycles);
    number(at("targets", i, "minimum_rise"), target.minimum_rise);
    number(at("targets", i, "maximum_spread"), target.maximum_spread_cycles);
    number(at("targets", i, "maximum_sd"), target.maximum_sd_cycles);
    number(at("targets", i, "not_detected"), target.not_detected.cycles);
  }

  void visit_curve(const StandardCurveDefinition& curve, std::size_t i) {
    const auto field = [&](const char* key) { return at("standard_curves", i, key); };
    number(field("slope"), curve.slope);
    number(field("intercept"), curve.intercept);
    number(field("minimum_r"), curve.minimum_r);
    if (curve.slope_window) {
      number(field("slope_window"), curve.slope_window->first);
      number(field("slope_window"), curve.slope_window->second);
    }
    number(field("lower_limit"), curve.lower_limit);
    number(field("upper_limit"), curve.upper_limit);
  }

  void visit_covariate(const CovariateDefinition& covariate, std::size_t i) {
    for (std::size_t j = 0; j < covariate.conversions.size(); ++j) {
      number(at("covariates", i, "conversions", j, "factor"), covariate.conversions[j].factor);
    }
    number(at("covariates", i, "minimum"), covariate.minimum);
    number(at("covariates", i, "maximum"), covariate.maximum);
    number(at("covariates", i, "floor"), covariate.floor);
    number(at("covariates", i, "cap"), covariate.cap);
    for (const auto& [code, value] : covariate.coding) number(at("covariates", i, "coding." + code), value);
    number(at("covariates", i, "maximum_age_days"), covariate.maximum_age_days);
  }

  void visit_value(const ValueDefinition& value, std::size_t i) {
    const auto field = [&](const std::string& key) { return at("values", i, key); };
    number(field("reference_value"), value.reference_value);
    for (const auto& [id, base] : value.efficiency_bases) number(field("efficiency_bases." + id), base);
    number(field("base"), value.base);
    for (const Factor& factor : value.multiply) number(field("multiply"), factor.number);
    for (const Factor& factor : value.divide) number(field("divide"), factor.number);
    number(field("intercept"), value.intercept);
    for (const auto& [id, coefficient] : value.terms) number(field("terms." + id), coefficient);
    number(field("baseline_survival"), value.baseline_survival);
    if (value.recalibration) {
      number(field("recalibration.intercept"), value.recalibration->intercept);
      number(field("recalibration.slope"), value.recalibration->slope);
    }
    for (std::size_t j = 0; j < value.sigmoids.size(); ++j) {
      number(at("values", i, "sigmoids", j, "centre"), value.sigmoids[j].centre);
      number(at("values", i, "sigmoids", j, "slope"), value.sigmoids[j].slope);
    }
    for (std::size_t j = 0; j < value.bands.size(); ++j) {
      number(at("values", i, "bands", j, "below"), value.bands[j].below);
      number(at("values", i, "bands", j, "at_most"), value.bands[j].at_most);
      number(at("values", i, "bands", j, "value"), value.bands[j].value);
    }
    number(field("floor"), value.floor);
    number(field("cap"), value.cap);
    number(field("scale"), value.scale);
  }

  const AssayDefinition& assay_;
  F visit_;
};

/// Whether a value of this kind carries a constant of its own; a ΔCq does not.
bool has_constants(const ValueDefinition& value) {
  switch (value.kind) {
    case ValueKind::delta_cq:
    case ValueKind::quantity:
    case ValueKind::poisson:
    case ValueKind::maximum:
    case ValueKind::minimum:
      return false;
    case ValueKind::delta_delta_cq:
      return value.reference_value.has_value();
    case ValueKind::relative_to_control:
    case ValueKind::fraction:
      return value.scale != 1;
    case ValueKind::product: {
      const auto is_number = [](const Factor& factor) { return factor.id.empty(); };
      return std::any_of(value.multiply.begin(), value.multiply.end(), is_number) ||
             std::any_of(value.divide.begin(), value.divide.end(), is_number);
    }
    case ValueKind::transform:
      return value.floor || value.cap;
    default:
      return true;
  }
}

bool has_constants(const AssayTarget& target) {
  return target.maximum_cq_cycles || target.threshold || target.assigned_cq_cycles || target.minimum_rise ||
         target.maximum_spread_cycles || target.maximum_sd_cycles || target.not_detected.cycles;
}

class CheckSources {
 public:
  explicit CheckSources(Inspection& in) : in_(in) {
    for (const CitedSource& source : in.assay.sources) known_.push_back(source.id);
  }

  void run() {
    check_list();
    const AssayDefinition& assay = in_.assay;
    cite_all("targets", assay.targets, [](const AssayTarget& target) { return has_constants(target); });
    cite_all("controls", assay.controls, [](const ControlDefinition& control) {
      return std::any_of(control.limits.begin(), control.limits.end(),
                         [](const CqLimit& limit) { return limit.lower || limit.upper; });
    });
    const auto always = [](const auto&) { return true; };
    cite_all("validity", assay.validity, always);
    cite_all("inhibition", assay.inhibition, always);
    cite_all("standard_curves", assay.standard_curves, [](const StandardCurveDefinition& curve) {
      return curve.slope || curve.minimum_r || curve.slope_window || curve.lower_limit || curve.upper_limit;
    });
    if (assay.threshold_calibration) cite("threshold_calibration.source", assay.threshold_calibration->source, true);
    cite_all("covariates", assay.covariates,
             [](const CovariateDefinition& covariate) { return covariate.kind != CovariateKind::lot; });
    for (std::size_t i = 0; i < assay.covariates.size(); ++i) {
      for (std::size_t j = 0; j < assay.covariates[i].conversions.size(); ++j) {
        cite(at("covariates", i, "conversions", j, "source"), assay.covariates[i].conversions[j].source, true);
      }
    }
    cite_all("acceptance", assay.acceptance, always);
    cite_all("values", assay.values, [](const ValueDefinition& value) { return has_constants(value); });
    for (std::size_t i = 0; i < assay.values.size(); ++i) {
      const std::optional<Recalibration>& recalibration = assay.values[i].recalibration;
      if (recalibration) cite(at("values", i, "recalibration.source"), recalibration->source, true);
    }
    cite_all("rules", assay.rules, always);
    if (assay.classification) {
      cite("classification.source", assay.classification->source, !assay.classification->classes.empty());
    }
    note_unused();
  }

 private:
  void check_list() {
    std::set<std::string> ids;
    for (std::size_t i = 0; i < in_.assay.sources.size(); ++i) {
      const CitedSource& source = in_.assay.sources[i];
      in_.claim_in(ids, "source", at("sources", i, "id"), source.id);
      if (trim(source.text).empty()) in_.error("source_empty", at("sources", i, "text"));
      if (source.certainty == SourceCertainty::recalled) {
        in_.warn("source_recalled", at("sources", i, "certainty"), {{"source", source.id}});
      }
      if (source.certainty == SourceCertainty::assumed && in_.assay.status != AssayStatus::simulated &&
          in_.assay.status != AssayStatus::draft) {
        in_.warn("source_assumed", at("sources", i, "certainty"), {{"source", source.id}});
      }
      if (in_.is_released() && source.certainty != SourceCertainty::found) {
        in_.error("released_source", at("sources", i, "certainty"), {{"source", source.id}});
      }
    }
    if (!in_.assay.default_source.empty()) cite("source", in_.assay.default_source, false);
  }

  template <typename T, typename F>
  void cite_all(std::string_view list, const std::vector<T>& items, F has_constant) {
    for (std::size_t i = 0; i < items.size(); ++i) cite(at(list, i, "source"), items[i].source, has_constant(items[i]));
  }

  void cite(const std::string& field, const std::string& own, bool has_constant) {
    const std::string& id = own.empty() ? in_.assay.default_source : own;
    if (std::find(known_.begin(), known_.end(), id) != known_.end()) {
      if (has_constant || !own.empty()) used_.insert(id);
    } else if (!own.empty() || field == "source") {
      in_.unknown_name(field, id, known_);
    } else if (has_constant) {
      in_.add(in_.assay.status == AssayStatus::draft ? Finding::Severity::warning : Finding::Severity::error,
              "constant_without_source", field);
    }
  }

  void note_unused() {
    for (std::size_t i = 0; i < known_.size(); ++i) {
      if (!used_.contains(known_[i])) in_.note("source_unused", at("sources", i, "id"), {{"source", known_[i]}});
    }
  }

  Inspection& in_;
  std::vector<std::string> known_;
  std::set<std::string> used_;
};

}  // namespace

void check_numbers(Inspection& in) {
  const auto visit = [&](const std::string& field, double value) {
    if (std::isnan(value)) {
      in.add(in.is_template() ? Finding::Severity::note : Finding::Severity::error,
             in.is_template() ? "unpublished_number" : "unpublished_outside_template", field, {{"field", field}});
    } else if (std::isinf(value)) {
      in.error("infinite_number", field);
    }
  };
  VisitNumbers<decltype(visit)>(in.assay, visit).run();
}

void check_sources(Inspection& in) { CheckSources(in).run(); }

}  // namespace qpcr::checking
