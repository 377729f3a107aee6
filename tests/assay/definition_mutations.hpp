// Changes of a definition, one for each member of each of its parts.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "libqpcr/assay/definition.hpp"
#include "tests/assay/full_definition.hpp"

namespace assay_test {

/// The full definition with a classification beside its call, so that every part is there.
inline qpcr::AssayDefinition complete_definition() {
  qpcr::AssayDefinition assay = full_definition();
  qpcr::Classification classification;
  classification.value = "risk";
  classification.classes = {{"low", {"低", "low"}, 1.0, std::nullopt}};
  assay.classification = classification;
  return assay;
}

struct Mutation {
  std::string name;
  std::function<void(qpcr::AssayDefinition&)> apply;
};

inline void change(std::string& text) { text += "x"; }
inline void change(double& number) { number += 0.125; }
inline void change(int& number) { ++number; }
inline void change(bool& flag) { flag = !flag; }
inline void change(qpcr::LocalizedText& text) { text.en += "x"; }
inline void change(std::map<std::string, double>& map) { map["x"] = 1; }
inline void change(std::pair<double, double>& pair) { pair.second += 0.125; }

template <typename E>
requires std::is_enum_v<E>
void change(E& value) { value = value == E{0} ? E{1} : E{0}; }

/// Of a part whose own members have their own rows: that it enters at all.
template <typename T>
requires std::is_class_v<T>
void change(T& part) { part = T{}; }

/// Rows for the members of one part: another value and, of what may be absent, absence.
template <typename T>
class PartMutations {
 public:
  using Access = T& (*)(qpcr::AssayDefinition&);
  PartMutations(std::vector<Mutation>& list, std::string name, Access access)
      : list_(list), name_(std::move(name)), access_(access) {}

  template <typename M>
  PartMutations& member(const std::string& name, M T::*member) {
    const Access access = access_;
    add(name, [access, member](qpcr::AssayDefinition& d) { change(access(d).*member); });
    return *this;
  }

  template <typename M>
  PartMutations& member(const std::string& name, std::optional<M> T::*member) {
    const Access access = access_;
    add(name, [access, member](qpcr::AssayDefinition& d) {
      std::optional<M>& value = access(d).*member;
      if (!value) {
        value = M{};
      } else if constexpr (!std::is_class_v<M> || std::is_same_v<M, std::pair<double, double>>) {
        change(*value);
      } else {
        value.reset();
      }
    });
    add(name + " absent or not", [access, member](qpcr::AssayDefinition& d) {
      std::optional<M>& value = access(d).*member;
      value = value ? std::nullopt : std::optional<M>(M{});
    });
    return *this;
  }

  /// A longer list; the members of its elements have their own rows.
  template <typename M>
  PartMutations& member(const std::string& name, std::vector<M> T::*member) {
    const Access access = access_;
    add(name, [access, member](qpcr::AssayDefinition& d) { (access(d).*member).push_back(M{}); });
    return *this;
  }

 private:
  void add(const std::string& member, std::function<void(qpcr::AssayDefinition&)> apply) {
    list_.push_back({name_ + "." + member, std::move(apply)});
  }

  std::vector<Mutation>& list_;
  std::string name_;
  Access access_;
};

inline std::vector<Mutation> list_mutations() {
  std::vector<Mutation> list;
  PartMutations<qpcr::AssayDefinition>(list, "AssayDefinition",
                                       [](qpcr::AssayDefinition& d) -> qpcr::AssayDefinition& { return d; })
      .member("id", &qpcr::AssayDefinition::id)
      .member("version", &qpcr::AssayDefinition::version)
      .member("status", &qpcr::AssayDefinition::status)
      .member("claim", &qpcr::AssayDefinition::claim)
      .member("horizon_years", &qpcr::AssayDefinition::horizon_years)
      .member("title", &qpcr::AssayDefinition::title)
      .member("intended_use", &qpcr::AssayDefinition::intended_use)
      .member("sources", &qpcr::AssayDefinition::sources)
      .member("default_source", &qpcr::AssayDefinition::default_source)
      .member("statements", &qpcr::AssayDefinition::statements)
      .member("cq", &qpcr::AssayDefinition::cq)
      .member("targets", &qpcr::AssayDefinition::targets)
      .member("controls", &qpcr::AssayDefinition::controls)
      .member("validity", &qpcr::AssayDefinition::validity)
      .member("inhibition", &qpcr::AssayDefinition::inhibition)
      .member("replicates", &qpcr::AssayDefinition::replicates)
      .member("standard_curves", &qpcr::AssayDefinition::standard_curves)
      .member("threshold_calibration", &qpcr::AssayDefinition::threshold_calibration)
      .member("covariates", &qpcr::AssayDefinition::covariates)
      .member("acceptance", &qpcr::AssayDefinition::acceptance)
      .member("values", &qpcr::AssayDefinition::values)
      .member("rules", &qpcr::AssayDefinition::rules)
      .member("positive", &qpcr::AssayDefinition::positive)
      .member("classification", &qpcr::AssayDefinition::classification)
      .member("repeat", &qpcr::AssayDefinition::repeat)
      .member("flags", &qpcr::AssayDefinition::flags)
      .member("outcomes", &qpcr::AssayDefinition::outcomes)
      .member("release", &qpcr::AssayDefinition::release);
  PartMutations<qpcr::CitedSource>(list, "CitedSource",
                                   [](qpcr::AssayDefinition& d) -> qpcr::CitedSource& { return d.sources[1]; })
      .member("id", &qpcr::CitedSource::id)
      .member("text", &qpcr::CitedSource::text)
      .member("certainty", &qpcr::CitedSource::certainty);
  PartMutations<qpcr::AssayTarget>(list, "AssayTarget",
                                   [](qpcr::AssayDefinition& d) -> qpcr::AssayTarget& { return d.targets[0]; })
      .member("id", &qpcr::AssayTarget::id)
      .member("aliases", &qpcr::AssayTarget::aliases)
      .member("accession", &qpcr::AssayTarget::accession)
      .member("identifier_status", &qpcr::AssayTarget::identifier_status)
      .member("dye", &qpcr::AssayTarget::dye)
      .member("dye_aliases", &qpcr::AssayTarget::dye_aliases)
      .member("role", &qpcr::AssayTarget::role)
      .member("internal_control_kind", &qpcr::AssayTarget::internal_control_kind)
      .member("treatment", &qpcr::AssayTarget::treatment)
      .member("tube", &qpcr::AssayTarget::tube)
      .member("maximum_cq_cycles", &qpcr::AssayTarget::maximum_cq_cycles)
      .member("threshold", &qpcr::AssayTarget::threshold)
      .member("assigned_cq_cycles", &qpcr::AssayTarget::assigned_cq_cycles)
      .member("minimum_rise", &qpcr::AssayTarget::minimum_rise)
      .member("maximum_spread_cycles", &qpcr::AssayTarget::maximum_spread_cycles)
      .member("maximum_sd_cycles", &qpcr::AssayTarget::maximum_sd_cycles)
      .member("not_detected", &qpcr::AssayTarget::not_detected)
      .member("source", &qpcr::AssayTarget::source);
  PartMutations<qpcr::NotDetected>(
      list, "NotDetected", [](qpcr::AssayDefinition& d) -> qpcr::NotDetected& { return d.targets[0].not_detected; })
      .member("policy", &qpcr::NotDetected::policy)
      .member("cycles", &qpcr::NotDetected::cycles)
      .member("paired_with", &qpcr::NotDetected::paired_with);
  PartMutations<qpcr::CqSettings>(list, "CqSettings",
                                  [](qpcr::AssayDefinition& d) -> qpcr::CqSettings& { return d.cq; })
      .member("cycles", &qpcr::CqSettings::cycles)
      .member("signal", &qpcr::CqSettings::signal)
      .member("origin", &qpcr::CqSettings::origin)
      .member("threshold_origin", &qpcr::CqSettings::threshold_origin)
      .member("gate", &qpcr::CqSettings::gate);
  PartMutations<qpcr::CurveGate>(list, "CurveGate",
                                 [](qpcr::AssayDefinition& d) -> qpcr::CurveGate& { return d.cq.gate; })
      .member("shape", &qpcr::CurveGate::shape)
      .member("on_failure", &qpcr::CurveGate::on_failure);
  PartMutations<qpcr::ControlDefinition>(
      list, "ControlDefinition", [](qpcr::AssayDefinition& d) -> qpcr::ControlDefinition& { return d.controls[0]; })
      .member("id", &qpcr::ControlDefinition::id)
      .member("kind", &qpcr::ControlDefinition::kind)
      .member("sample_names", &qpcr::ControlDefinition::sample_names)
      .member("wells", &qpcr::ControlDefinition::wells)
      .member("minimum_count", &qpcr::ControlDefinition::minimum_count)
      .member("passing_count", &qpcr::ControlDefinition::passing_count)
      .member("limits", &qpcr::ControlDefinition::limits)
      .member("monitored", &qpcr::ControlDefinition::monitored)
      .member("source", &qpcr::ControlDefinition::source);
  PartMutations<qpcr::CqLimit>(list, "CqLimit",
                               [](qpcr::AssayDefinition& d) -> qpcr::CqLimit& { return d.controls[0].limits[4]; })
      .member("target", &qpcr::CqLimit::target)
      .member("kind", &qpcr::CqLimit::kind)
      .member("lower", &qpcr::CqLimit::lower)
      .member("upper", &qpcr::CqLimit::upper);
  PartMutations<qpcr::ValidityRule>(list, "ValidityRule",
                                    [](qpcr::AssayDefinition& d) -> qpcr::ValidityRule& { return d.validity[0]; })
      .member("id", &qpcr::ValidityRule::id)
      .member("limit", &qpcr::ValidityRule::limit)
      .member("exception_target", &qpcr::ValidityRule::exception_target)
      .member("exception_at_most", &qpcr::ValidityRule::exception_at_most)
      .member("source", &qpcr::ValidityRule::source);
  PartMutations<qpcr::InhibitionRule>(list, "InhibitionRule",
                                      [](qpcr::AssayDefinition& d) -> qpcr::InhibitionRule& { return d.inhibition[0]; })
      .member("id", &qpcr::InhibitionRule::id)
      .member("target", &qpcr::InhibitionRule::target)
      .member("against", &qpcr::InhibitionRule::against)
      .member("maximum_shift_cycles", &qpcr::InhibitionRule::maximum_shift_cycles)
      .member("maximum_shift_sd", &qpcr::InhibitionRule::maximum_shift_sd)
      .member("exception_target", &qpcr::InhibitionRule::exception_target)
      .member("exception_at_most", &qpcr::InhibitionRule::exception_at_most)
      .member("source", &qpcr::InhibitionRule::source);
  PartMutations<qpcr::ReplicatePlan>(list, "ReplicatePlan",
                                     [](qpcr::AssayDefinition& d) -> qpcr::ReplicatePlan& { return d.replicates; })
      .member("count", &qpcr::ReplicatePlan::count)
      .member("minimum_valid", &qpcr::ReplicatePlan::minimum_valid)
      .member("discordance", &qpcr::ReplicatePlan::discordance)
      .member("outlier_beyond_cycles", &qpcr::ReplicatePlan::outlier_beyond_cycles);
  PartMutations<qpcr::StandardCurveDefinition>(
      list, "StandardCurveDefinition",
      [](qpcr::AssayDefinition& d) -> qpcr::StandardCurveDefinition& { return d.standard_curves[0]; })
      .member("id", &qpcr::StandardCurveDefinition::id)
      .member("target", &qpcr::StandardCurveDefinition::target)
      .member("unit", &qpcr::StandardCurveDefinition::unit)
      .member("slope", &qpcr::StandardCurveDefinition::slope)
      .member("intercept", &qpcr::StandardCurveDefinition::intercept)
      .member("minimum_levels", &qpcr::StandardCurveDefinition::minimum_levels)
      .member("minimum_r", &qpcr::StandardCurveDefinition::minimum_r)
      .member("slope_window", &qpcr::StandardCurveDefinition::slope_window)
      .member("lower_limit", &qpcr::StandardCurveDefinition::lower_limit)
      .member("upper_limit", &qpcr::StandardCurveDefinition::upper_limit)
      .member("source", &qpcr::StandardCurveDefinition::source);
  PartMutations<qpcr::ThresholdCalibrationPlan>(
      list, "ThresholdCalibrationPlan",
      [](qpcr::AssayDefinition& d) -> qpcr::ThresholdCalibrationPlan& { return *d.threshold_calibration; })
      .member("calibrator", &qpcr::ThresholdCalibrationPlan::calibrator)
      .member("weak_positive", &qpcr::ThresholdCalibrationPlan::weak_positive)
      .member("maximum_shift_factor", &qpcr::ThresholdCalibrationPlan::maximum_shift_factor)
      .member("tolerance_cycles", &qpcr::ThresholdCalibrationPlan::tolerance_cycles)
      .member("bias_limit_cycles", &qpcr::ThresholdCalibrationPlan::bias_limit_cycles)
      .member("minimum_wells", &qpcr::ThresholdCalibrationPlan::minimum_wells)
      .member("valid_days", &qpcr::ThresholdCalibrationPlan::valid_days)
      .member("source", &qpcr::ThresholdCalibrationPlan::source);
  PartMutations<qpcr::CovariateDefinition>(
      list, "CovariateDefinition",
      [](qpcr::AssayDefinition& d) -> qpcr::CovariateDefinition& { return d.covariates[0]; })
      .member("id", &qpcr::CovariateDefinition::id)
      .member("kind", &qpcr::CovariateDefinition::kind)
      .member("missing", &qpcr::CovariateDefinition::missing)
      .member("unit", &qpcr::CovariateDefinition::unit)
      .member("conversions", &qpcr::CovariateDefinition::conversions)
      .member("minimum", &qpcr::CovariateDefinition::minimum)
      .member("maximum", &qpcr::CovariateDefinition::maximum)
      .member("out_of_range", &qpcr::CovariateDefinition::out_of_range)
      .member("floor", &qpcr::CovariateDefinition::floor)
      .member("cap", &qpcr::CovariateDefinition::cap)
      .member("transform", &qpcr::CovariateDefinition::transform)
      .member("coding", &qpcr::CovariateDefinition::coding)
      .member("maximum_age_days", &qpcr::CovariateDefinition::maximum_age_days)
      .member("too_old", &qpcr::CovariateDefinition::too_old)
      .member("source", &qpcr::CovariateDefinition::source);
  PartMutations<qpcr::UnitConversion>(
      list, "UnitConversion",
      [](qpcr::AssayDefinition& d) -> qpcr::UnitConversion& { return d.covariates[0].conversions[0]; })
      .member("unit", &qpcr::UnitConversion::unit)
      .member("factor", &qpcr::UnitConversion::factor)
      .member("source", &qpcr::UnitConversion::source);
  PartMutations<qpcr::AcceptanceRule>(list, "AcceptanceRule",
                                      [](qpcr::AssayDefinition& d) -> qpcr::AcceptanceRule& { return d.acceptance[0]; })
      .member("id", &qpcr::AcceptanceRule::id)
      .member("covariate", &qpcr::AcceptanceRule::covariate)
      .member("at_least", &qpcr::AcceptanceRule::at_least)
      .member("at_most", &qpcr::AcceptanceRule::at_most)
      .member("one_of", &qpcr::AcceptanceRule::one_of)
      .member("action", &qpcr::AcceptanceRule::action)
      .member("text", &qpcr::AcceptanceRule::text)
      .member("source", &qpcr::AcceptanceRule::source);
  PartMutations<qpcr::ValueDefinition>(list, "ValueDefinition",
                                       [](qpcr::AssayDefinition& d) -> qpcr::ValueDefinition& { return d.values[0]; })
      .member("id", &qpcr::ValueDefinition::id)
      .member("kind", &qpcr::ValueDefinition::kind)
      .member("unit", &qpcr::ValueDefinition::unit)
      .member("orientation", &qpcr::ValueDefinition::orientation)
      .member("target", &qpcr::ValueDefinition::target)
      .member("references", &qpcr::ValueDefinition::references)
      .member("control", &qpcr::ValueDefinition::control)
      .member("reference_value", &qpcr::ValueDefinition::reference_value)
      .member("efficiency_bases", &qpcr::ValueDefinition::efficiency_bases)
      .member("base", &qpcr::ValueDefinition::base)
      .member("value", &qpcr::ValueDefinition::value)
      .member("values", &qpcr::ValueDefinition::values)
      .member("curve", &qpcr::ValueDefinition::curve)
      .member("multiply", &qpcr::ValueDefinition::multiply)
      .member("divide", &qpcr::ValueDefinition::divide)
      .member("positives", &qpcr::ValueDefinition::positives)
      .member("total", &qpcr::ValueDefinition::total)
      .member("intercept", &qpcr::ValueDefinition::intercept)
      .member("terms", &qpcr::ValueDefinition::terms)
      .member("baseline_survival", &qpcr::ValueDefinition::baseline_survival)
      .member("recalibration", &qpcr::ValueDefinition::recalibration)
      .member("sigmoids", &qpcr::ValueDefinition::sigmoids)
      .member("bands", &qpcr::ValueDefinition::bands)
      .member("transform", &qpcr::ValueDefinition::transform)
      .member("floor", &qpcr::ValueDefinition::floor)
      .member("cap", &qpcr::ValueDefinition::cap)
      .member("scale", &qpcr::ValueDefinition::scale)
      .member("display_digits", &qpcr::ValueDefinition::display_digits)
      .member("source", &qpcr::ValueDefinition::source);
  PartMutations<qpcr::Factor>(list, "Factor",
                              [](qpcr::AssayDefinition& d) -> qpcr::Factor& { return d.values[7].multiply[1]; })
      .member("id", &qpcr::Factor::id)
      .member("number", &qpcr::Factor::number)
      .member("unit", &qpcr::Factor::unit);
  PartMutations<qpcr::Recalibration>(
      list, "Recalibration",
      [](qpcr::AssayDefinition& d) -> qpcr::Recalibration& { return *d.values[11].recalibration; })
      .member("intercept", &qpcr::Recalibration::intercept)
      .member("slope", &qpcr::Recalibration::slope)
      .member("source", &qpcr::Recalibration::source);
  PartMutations<qpcr::Sigmoid>(list, "Sigmoid",
                               [](qpcr::AssayDefinition& d) -> qpcr::Sigmoid& { return d.values[13].sigmoids[0]; })
      .member("value", &qpcr::Sigmoid::value)
      .member("centre", &qpcr::Sigmoid::centre)
      .member("slope", &qpcr::Sigmoid::slope);
  PartMutations<qpcr::Band>(list, "Band", [](qpcr::AssayDefinition& d) -> qpcr::Band& { return d.values[16].bands[0]; })
      .member("below", &qpcr::Band::below)
      .member("at_most", &qpcr::Band::at_most)
      .member("value", &qpcr::Band::value);
  PartMutations<qpcr::RuleDefinition>(list, "RuleDefinition",
                                      [](qpcr::AssayDefinition& d) -> qpcr::RuleDefinition& { return d.rules[0]; })
      .member("id", &qpcr::RuleDefinition::id)
      .member("value", &qpcr::RuleDefinition::value)
      .member("relation", &qpcr::RuleDefinition::relation)
      .member("limit", &qpcr::RuleDefinition::limit)
      .member("unit", &qpcr::RuleDefinition::unit)
      .member("gray", &qpcr::RuleDefinition::gray)
      .member("compare", &qpcr::RuleDefinition::compare)
      .member("digits", &qpcr::RuleDefinition::digits)
      .member("at_least_replicates", &qpcr::RuleDefinition::at_least_replicates)
      .member("alternate", &qpcr::RuleDefinition::alternate)
      .member("establishment", &qpcr::RuleDefinition::establishment)
      .member("verification", &qpcr::RuleDefinition::verification)
      .member("source", &qpcr::RuleDefinition::source);
  PartMutations<qpcr::GrayZone>(list, "GrayZone",
                                [](qpcr::AssayDefinition& d) -> qpcr::GrayZone& { return *d.rules[0].gray; })
      .member("lower", &qpcr::GrayZone::lower)
      .member("upper", &qpcr::GrayZone::upper);
  PartMutations<qpcr::CutoffRecord>(
      list, "CutoffRecord", [](qpcr::AssayDefinition& d) -> qpcr::CutoffRecord& { return *d.rules[0].establishment; })
      .member("method", &qpcr::CutoffRecord::method)
      .member("dataset", &qpcr::CutoffRecord::dataset)
      .member("cases", &qpcr::CutoffRecord::cases)
      .member("controls", &qpcr::CutoffRecord::controls)
      .member("date", &qpcr::CutoffRecord::date)
      .member("record_sha256", &qpcr::CutoffRecord::record_sha256);
  using qpcr::CallExpression;
  PartMutations<CallExpression>(list, "CallExpression",
                                [](qpcr::AssayDefinition& d) -> CallExpression& { return *d.positive; })
      .member("kind", &CallExpression::kind)
      .member("operands", &CallExpression::operands);
  PartMutations<CallExpression>(list, "CallExpression", [](qpcr::AssayDefinition& d) -> CallExpression& {
    return d.positive->operands[0];
  }).member("rule", &CallExpression::rule);
  PartMutations<CallExpression>(list, "CallExpression", [](qpcr::AssayDefinition& d) -> CallExpression& {
    return d.positive->operands[1].operands[1];
  }).member("at_least", &CallExpression::at_least);
  PartMutations<qpcr::Classification>(
      list, "Classification", [](qpcr::AssayDefinition& d) -> qpcr::Classification& { return *d.classification; })
      .member("value", &qpcr::Classification::value)
      .member("unit", &qpcr::Classification::unit)
      .member("classes", &qpcr::Classification::classes)
      .member("compare", &qpcr::Classification::compare)
      .member("digits", &qpcr::Classification::digits)
      .member("source", &qpcr::Classification::source);
  PartMutations<qpcr::ScoreClass>(
      list, "ScoreClass", [](qpcr::AssayDefinition& d) -> qpcr::ScoreClass& { return d.classification->classes[0]; })
      .member("id", &qpcr::ScoreClass::id)
      .member("text", &qpcr::ScoreClass::text)
      .member("below", &qpcr::ScoreClass::below)
      .member("at_most", &qpcr::ScoreClass::at_most);
  PartMutations<qpcr::RepeatPlan>(list, "RepeatPlan",
                                  [](qpcr::AssayDefinition& d) -> qpcr::RepeatPlan& { return d.repeat; })
      .member("rules", &qpcr::RepeatPlan::rules)
      .member("maximum", &qpcr::RepeatPlan::maximum)
      .member("decision", &qpcr::RepeatPlan::decision);
  PartMutations<qpcr::RepeatRequest>(list, "RepeatRequest",
                                     [](qpcr::AssayDefinition& d) -> qpcr::RepeatRequest& { return d.repeat.rules[0]; })
      .member("cause", &qpcr::RepeatRequest::cause)
      .member("from", &qpcr::RepeatRequest::from)
      .member("instruction", &qpcr::RepeatRequest::instruction);
  PartMutations<qpcr::FlagLimits>(list, "FlagLimits",
                                  [](qpcr::AssayDefinition& d) -> qpcr::FlagLimits& { return d.flags; })
      .member("weak_positive_cycles", &qpcr::FlagLimits::weak_positive_cycles)
      .member("neighbour_difference_cycles", &qpcr::FlagLimits::neighbour_difference_cycles);
  PartMutations<qpcr::OutcomeTexts>(list, "OutcomeTexts",
                                    [](qpcr::AssayDefinition& d) -> qpcr::OutcomeTexts& { return d.outcomes; })
      .member("positive", &qpcr::OutcomeTexts::positive)
      .member("negative", &qpcr::OutcomeTexts::negative)
      .member("indeterminate", &qpcr::OutcomeTexts::indeterminate)
      .member("invalid", &qpcr::OutcomeTexts::invalid)
      .member("scored", &qpcr::OutcomeTexts::scored);
  PartMutations<qpcr::LocalizedText>(list, "LocalizedText",
                                     [](qpcr::AssayDefinition& d) -> qpcr::LocalizedText& { return d.title; })
      .member("zh", &qpcr::LocalizedText::zh)
      .member("en", &qpcr::LocalizedText::en);
  PartMutations<qpcr::ReleaseRecord>(list, "ReleaseRecord",
                                     [](qpcr::AssayDefinition& d) -> qpcr::ReleaseRecord& { return *d.release; })
      .member("registration", &qpcr::ReleaseRecord::registration)
      .member("laboratory_developed_test", &qpcr::ReleaseRecord::laboratory_developed_test)
      .member("verified_by", &qpcr::ReleaseRecord::verified_by)
      .member("verification_date", &qpcr::ReleaseRecord::verification_date)
      .member("verification_sha256", &qpcr::ReleaseRecord::verification_sha256)
      .member("valid_from", &qpcr::ReleaseRecord::valid_from)
      .member("valid_until", &qpcr::ReleaseRecord::valid_until);
  return list;
}

}  // namespace assay_test
