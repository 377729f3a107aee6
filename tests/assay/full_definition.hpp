// What full_definition.toml says, typed apart from it: a definition that uses every key of qpcr.assay/2 and makes no
// sense.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "libqpcr/assay/definition.hpp"

namespace assay_test {

inline qpcr::ValueDefinition make_value(std::string id, qpcr::ValueKind kind,
                                        std::optional<qpcr::Orientation> orientation = std::nullopt) {
  qpcr::ValueDefinition value;
  value.id = std::move(id);
  value.kind = kind;
  value.orientation = orientation;
  return value;
}

inline qpcr::CallExpression make_leaf(std::string rule) {
  qpcr::CallExpression leaf;
  leaf.rule = std::move(rule);
  return leaf;
}

inline std::vector<qpcr::ValueDefinition> full_values() {
  using qpcr::ValueKind;
  constexpr auto falls = qpcr::Orientation::falls_with_template;
  constexpr auto rises = qpcr::Orientation::rises_with_template;
  std::vector<qpcr::ValueDefinition> values{
      make_value("delta", ValueKind::delta_cq, falls),
      make_value("deltadelta", ValueKind::delta_delta_cq, falls),
      make_value("deltaconstant", ValueKind::delta_delta_cq, falls),
      make_value("amount", ValueKind::relative_amount, rises),
      make_value("pfaffl", ValueKind::pfaffl_ratio, rises),
      make_value("copies", ValueKind::quantity, rises),
      make_value("pmr", ValueKind::relative_to_control, rises),
      make_value("concentration", ValueKind::product),
      make_value("share", ValueKind::fraction, rises),
      make_value("partitions", ValueKind::poisson),
      make_value("lp", ValueKind::linear),
      make_value("risk", ValueKind::logistic),
      make_value("hazard", ValueKind::survival),
      make_value("sigmoid", ValueKind::max_of_sigmoids),
      make_value("largest", ValueKind::maximum),
      make_value("smallest", ValueKind::minimum),
      make_value("points", ValueKind::bands),
      make_value("root", ValueKind::transform),
  };
  values[0].unit = "1";
  values[0].display_digits = 3;
  values[0].source = "memory";
  values[0].target = "T1";
  values[0].references = {"R1"};
  values[1].value = "delta";
  values[1].control = "WPC";
  values[2].value = "delta";
  values[2].reference_value = 5.5;
  values[3].value = "deltadelta";
  values[3].base = 1.9;
  values[3].scale = 100;
  values[4].target = "T1";
  values[4].references = {"R1"};
  values[4].control = "WPC";
  values[4].efficiency_bases = {{"T1", 1.95}, {"R1", 1.9}};
  values[5].unit = "{copies}";
  values[5].target = "T1";
  values[5].curve = "curve";
  values[6].value = "copies";
  values[6].control = "WPC";
  values[6].scale = 100;
  values[7].unit = "{copies}/mL";
  values[7].multiply = {{"copies", 1.0, ""}, {"", 50.0, "uL"}};
  values[7].divide = {{"", 5.0, "uL"}, {"afp", 1.0, ""}};
  values[8].value = "copies";
  values[8].values = {"pmr"};
  values[8].scale = 100;
  values[9].positives = "afp";
  values[9].total = "sex";
  values[10].intercept = 0.5;
  values[10].terms = {{"delta", -0.25}, {"sex", 1.0}};
  values[11].intercept = -1;
  values[11].terms = {{"lp", 2.0}};
  values[11].scale = 10;
  values[11].recalibration = qpcr::Recalibration{-3.243, 1.192, "memory"};
  values[12].baseline_survival = 0.97;
  values[12].intercept = 0.1;
  values[12].terms = {{"lp", 1.5}};
  values[12].scale = 100;
  values[13].sigmoids = {{"delta", 5.58, -0.3}};
  values[13].scale = 100;
  values[14].values = {"lp", "risk"};
  values[15].values = {"lp", "risk"};
  values[16].value = "afp";
  values[16].bands = {{10.0, std::nullopt, 0.0}, {std::nullopt, 20.0, 1.0}, {std::nullopt, std::nullopt, 2.0}};
  values[17].value = "afp";
  values[17].transform = qpcr::Transform::sqrt;
  values[17].floor = 1;
  values[17].cap = 9;
  return values;
}

inline void set_full_reactions(qpcr::AssayDefinition& assay) {
  using qpcr::LimitKind;
  assay.cq.options.baseline.method = qpcr::BaselineMethod::constant;
  assay.cq.options.baseline.first_cycle = 3;
  assay.cq.options.baseline.last_cycle = 12.5;
  assay.cq.options.model = qpcr::AmplificationModel::log_logistic_5;
  assay.cq.cycles = 45;
  assay.cq.signal = qpcr::SignalScale::normalised;
  assay.cq.threshold_origin = qpcr::ThresholdOrigin::calibrated;
  assay.cq.gate = {qpcr::RequiredShape::typical, qpcr::GateFailure::not_detected};

  qpcr::AssayTarget first;
  first.id = "T1";
  first.aliases = {"t one", "T-1"};
  first.accession = "MI0001";
  first.identifier_status = "withdrawn";
  first.dye = "FAM";
  first.dye_aliases = {"6-FAM"};
  first.treatment = "bisulfite";
  first.tube = "A";
  first.maximum_cq_cycles = 40;
  first.threshold = 0.2;
  first.assigned_cq_cycles = 27.5;
  first.minimum_rise = 0.5;
  first.maximum_spread_cycles = 1.5;
  first.maximum_sd_cycles = 0.7;
  first.not_detected = {qpcr::NotDetectedPolicy::censor, 39.0, "R1"};
  first.source = "memory";
  qpcr::AssayTarget second;
  second.id = "T2";
  second.dye = "VIC";
  second.not_detected = {qpcr::NotDetectedPolicy::impute, 45.0, ""};
  qpcr::AssayTarget reference;
  reference.id = "R1";
  reference.dye = "CY5";
  reference.role = qpcr::TargetRole::internal_control;
  reference.internal_control_kind = qpcr::InternalControlKind::exogenous;
  assay.targets = {first, second, reference};

  qpcr::ControlDefinition control;
  control.id = "WPC";
  control.kind = qpcr::ControlKind::weak_positive;
  control.sample_names = {"weak"};
  control.wells = {"A1", "H12"};
  control.minimum_count = 3;
  control.passing_count = 2;
  control.monitored = true;
  control.source = "memory";
  control.limits = {{"T1", LimitKind::at_most, std::nullopt, 36.0},
                    {"T1", LimitKind::below, std::nullopt, 36.5},
                    {"T1", LimitKind::at_least, 20.0, std::nullopt},
                    {"T1", LimitKind::above, 20.5, std::nullopt},
                    {"T1", LimitKind::within, 21.0, 35.0},
                    {"T1", LimitKind::absent_or_above, 41.0, std::nullopt},
                    {"T2", LimitKind::not_detected, std::nullopt, std::nullopt}};
  assay.controls = {control};
  assay.validity = {{"present", {"R1", LimitKind::within, 22.0, 32.0}, "T1", 30.0, "memory"}};
  assay.inhibition = {{"shift", "R1", "WPC", 2.0, 3.0, "T2", 31.0, "memory"}};
  assay.replicates = {3, 2, qpcr::DiscordancePolicy::indeterminate, 0.5};
  assay.standard_curves = {
      {"curve", "T1", "{copies}", -3.4, 38.0, 5, 0.99, std::pair{-3.8, -3.1}, 10.0, 1e7, "memory"}};
  assay.threshold_calibration = qpcr::ThresholdCalibrationPlan{"CAL", "WPC", 1.5, 0.3, 0.4, 4, 90, "memory"};
}

inline void set_full_covariates(qpcr::AssayDefinition& assay) {
  qpcr::CovariateDefinition number;
  number.id = "afp";
  number.missing = qpcr::MissingPolicy::indeterminate;
  number.unit = "ng/mL";
  number.conversions = {{"[IU]/mL", 1.21, "memory"}};
  number.minimum = 0.1;
  number.maximum = 1e6;
  number.out_of_range = qpcr::OutOfRangePolicy::invalid;
  number.floor = 0.6;
  number.cap = 60000;
  number.transform = qpcr::Transform::log10;
  number.maximum_age_days = 30;
  number.too_old = qpcr::TooOldPolicy::indeterminate;
  number.source = "memory";
  qpcr::CovariateDefinition category;
  category.id = "sex";
  category.kind = qpcr::CovariateKind::category;
  category.coding = {{"male", 1.0}, {"female", 0.0}};
  qpcr::CovariateDefinition lot;
  lot.id = "reagent";
  lot.kind = qpcr::CovariateKind::lot;
  assay.covariates = {number, category, lot};

  qpcr::AcceptanceRule fresh;
  fresh.id = "fresh";
  fresh.covariate = "afp";
  fresh.at_least = 0.2;
  fresh.at_most = 1e5;
  fresh.action = qpcr::AcceptanceAction::review;
  fresh.text = {"受", "accepted"};
  fresh.source = "memory";
  qpcr::AcceptanceRule man;
  man.id = "man";
  man.covariate = "sex";
  man.one_of = {"male"};
  man.text = {"男", "man"};
  assay.acceptance = {fresh, man};
}

inline qpcr::RuleDefinition make_rule(std::string id, std::string value, qpcr::Relation relation, double limit) {
  qpcr::RuleDefinition rule;
  rule.id = std::move(id);
  rule.value = std::move(value);
  rule.relation = relation;
  rule.limit = limit;
  return rule;
}

inline void set_full_decision(qpcr::AssayDefinition& assay) {
  assay.rules = {
      make_rule("low", "delta", qpcr::Relation::at_most, 9), make_rule("high", "risk", qpcr::Relation::at_least, 0.5),
      make_rule("less", "lp", qpcr::Relation::below, 1.5), make_rule("more", "lp", qpcr::Relation::above, 2.5)};
  qpcr::RuleDefinition& low = assay.rules[0];
  low.unit = "1";
  low.gray = qpcr::GrayZone{8.5, 9.5};
  low.compare = qpcr::Comparison::rounded;
  low.digits = 1;
  low.at_least_replicates = 2;
  low.alternate = "high";
  low.establishment = qpcr::CutoffRecord{"Youden", "training", 103, 114, "2024-05-01", "aa"};
  low.verification = qpcr::CutoffRecord{"specificity", "validation", 51, 121, "2025-06-02", "bb"};
  low.source = "memory";
  qpcr::CallExpression some;
  some.kind = qpcr::CallExpression::Kind::at_least;
  some.at_least = 1;
  some.operands = {make_leaf("less"), make_leaf("more")};
  qpcr::CallExpression both;
  both.kind = qpcr::CallExpression::Kind::all;
  both.operands = {make_leaf("high"), some};
  qpcr::CallExpression any;
  any.kind = qpcr::CallExpression::Kind::any;
  any.operands = {make_leaf("low"), both};
  assay.positive = any;
  assay.repeat.rules = {{qpcr::RepeatCause::inhibited, qpcr::RepeatStep::extraction, "1:5"},
                        {qpcr::RepeatCause::gray, qpcr::RepeatStep::pcr, ""}};
  assay.repeat.maximum = 2;
  assay.repeat.decision = qpcr::RepeatDecision::two_of_three;
  assay.flags = {1.5, 9.0};
  assay.outcomes.positive = {"阳", "positive"};
  assay.outcomes.negative = {"阴", "negative"};
  assay.outcomes.indeterminate = {"疑", "indeterminate"};
  assay.outcomes.invalid = {"废", "invalid"};
  assay.release = qpcr::ReleaseRecord{"20250001", "", "Laboratory", "2025-01-02", "cc", "2025-02-03", "2027-02-02"};
}

/// What full_definition.toml says.
inline qpcr::AssayDefinition full_definition() {
  qpcr::AssayDefinition assay;
  assay.id = "full";
  assay.version = "2.3.4";
  assay.status = qpcr::AssayStatus::released;
  assay.horizon_years = 5;
  assay.title = {"题", "title"};
  assay.intended_use = {"用", "use"};
  assay.sources = {{"kit", "The kit", qpcr::SourceCertainty::found},
                   {"memory", "Recalled", qpcr::SourceCertainty::recalled}};
  assay.default_source = "kit";
  assay.statements = {{"言", "statement"}};
  set_full_reactions(assay);
  set_full_covariates(assay);
  assay.values = full_values();
  set_full_decision(assay);
  return assay;
}

}  // namespace assay_test
