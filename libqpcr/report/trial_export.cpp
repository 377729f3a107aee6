// A trial as data: the line listing in CSV and every number in JSON.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/report/trial_report.hpp"
#include "libqpcr/report/trial_view.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Message& message) {
  Json values = Json::object();
  for (const auto& [name, value] : message.values) values[name] = value;
  return {{"id", message.id}, {"values", values}};
}

Json to_json(const std::optional<Message>& message) { return message ? to_json(*message) : Json(nullptr); }

Json to_json(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json to_json(const std::optional<Interval>& interval) {
  return interval ? Json{{"lower", interval->lower}, {"upper", interval->upper}} : Json(nullptr);
}

Json to_json(const Proportion& proportion) {
  return {{"numerator", proportion.numerator},
          {"denominator", proportion.denominator},
          {"estimate", to_json(proportion.estimate)},
          {"wilson", to_json(proportion.wilson)},
          {"clopper_pearson", to_json(proportion.clopper_pearson)},
          {"why_absent", to_json(proportion.why_absent)}};
}

Json to_json(const Estimate& index) {
  return {{"estimate", to_json(index.value)},
          {"interval", to_json(index.interval)},
          {"why_absent", to_json(index.why_absent)}};
}

Json to_json(const std::vector<ExcludedCount>& exclusions) {
  Json object = Json::object();
  for (const ExcludedCount& each : exclusions) object[each.reason] = each.subjects;
  return object;
}

Json to_json(const AccuracyResult& accuracy) {
  return {{"method", accuracy.method},
          {"confidence", accuracy.confidence},
          {"true_positive", accuracy.table.true_positive},
          {"false_positive", accuracy.table.false_positive},
          {"false_negative", accuracy.table.false_negative},
          {"true_negative", accuracy.table.true_negative},
          {"sensitivity", to_json(accuracy.sensitivity)},
          {"specificity", to_json(accuracy.specificity)},
          {"positive_predictive_value", to_json(accuracy.positive_predictive_value)},
          {"negative_predictive_value", to_json(accuracy.negative_predictive_value)},
          {"overall_accuracy", to_json(accuracy.overall_accuracy)},
          {"positive_likelihood_ratio", to_json(accuracy.positive_likelihood_ratio)},
          {"negative_likelihood_ratio", to_json(accuracy.negative_likelihood_ratio)},
          {"youden_index", to_json(accuracy.youden_index)},
          {"kappa", to_json(accuracy.kappa)},
          {"exclusions", to_json(accuracy.exclusions)}};
}

Json to_json(const StrataResult& strata) {
  Json rows = Json::array();
  for (const Stratum& stratum : strata.strata)
    rows.push_back({{"id", stratum.id}, {"proportion", to_json(stratum.proportion)}});
  return {{"method", strata.method},
          {"confidence", strata.confidence},
          {"strata", rows},
          {"exclusions", to_json(strata.exclusions)}};
}

Json to_json(const Summary& summary) {
  return {{"known", summary.known},
          {"missing", summary.missing},
          {"mean", to_json(summary.mean)},
          {"standard_deviation", to_json(summary.standard_deviation)},
          {"minimum", to_json(summary.minimum)},
          {"median", to_json(summary.median)},
          {"maximum", to_json(summary.maximum)}};
}

Json to_json(const GroupDemographics& group) {
  return {{"subjects", group.subjects},
          {"male", group.male},
          {"female", group.female},
          {"sex_missing", group.sex_missing},
          {"age_years", to_json(group.age_years)},
          {"afp_ng_ml",
           {{"below_20", group.afp.below_20},
            {"from_20_to_400", group.afp.from_20_to_400},
            {"above_400", group.afp.above_400},
            {"undecided", group.afp.undecided},
            {"missing", group.afp.missing}}}};
}

Json to_json(const SourceFile& file) {
  return {{"name", file.name}, {"sha256", file.sha256}, {"size_bytes", file.size_bytes}};
}

Json list_runs(const TrialResult& trial) {
  Json runs = Json::array();
  for (std::size_t i = 0; i < trial.runs.size(); ++i) {
    for (const PlateResult& plate : trial.runs[i].results) {
      Json files = Json::array();
      for (const SourceFile& file : plate.provenance.sources) files.push_back(to_json(file));
      Json reasons = Json::array();
      for (const Message& reason : plate.run_reasons) reasons.push_back(to_json(reason));
      runs.push_back({{"id", trial.runs[i].id},
                      {"name", plate.run},
                      {"centre", trial.plan.runs[i].centre},
                      {"repeat_of", trial.plan.runs[i].repeat_of},
                      {"valid", plate.run_valid},
                      {"reasons", reasons},
                      {"reader", plate.provenance.reader},
                      {"files", files}});
    }
  }
  return runs;
}

Json list_subjects(const TrialView& view) {
  Json subjects = Json::array();
  for (const SubjectOutcome& outcome : view.trial.disposition.subjects) {
    const Subject& subject = view.subject(outcome);
    Json tests = Json::array();
    for (const IndexTest& test : outcome.tests) {
      tests.push_back({{"run", view.trial.runs[test.run].id},
                       {"run_valid", view.result(test).run_valid},
                       {"outcome", to_string(view.call(test).outcome)},
                       {"counts", test.counts},
                       {"wells", list_wells(view, test)}});
    }
    subjects.push_back({{"subject", subject.id},
                        {"centre", subject.centre},
                        {"sample", subject.sample},
                        {"place", to_string(outcome.place)},
                        {"cell", cell_of(view, outcome)},
                        {"tests", tests}});
  }
  return subjects;
}

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ";") + part;
  return text;
}

void add_test_cells(CsvWriter& csv, const TrialView& view, const SubjectOutcome& outcome, const IndexTest& test) {
  const PlateResult& plate = view.result(test);
  const SampleCall& call = view.call(test);
  std::vector<std::string> cqs;
  for (const std::size_t index : call.wells) {
    const WellResult& well = plate.wells.at(index);
    cqs.push_back(
        fmt::format("{}:{}={}", well.well.label, well.target,
                    well.cq.cq_cycles ? format_double(*well.cq.cq_cycles) : std::string(to_string(well.cq.status))));
  }
  std::vector<std::string> values;
  for (const NamedValue& value : call.values) {
    values.push_back(fmt::format("{}={}{}", value.id, value.value ? format_double(*value.value) : "",
                                 value.depends_on_imputed_cq ? "(imputed)" : ""));
  }
  std::vector<std::string> reasons;
  for (const Message& reason : plate.run_valid ? call.reasons : plate.run_reasons) reasons.push_back(reason.id);
  std::vector<std::string> files;
  std::vector<std::string> hashes;
  for (const SourceFile& file : plate.provenance.sources) {
    files.push_back(file.name);
    hashes.push_back(file.sha256);
  }
  std::vector<std::string> others;
  for (const IndexTest& other : outcome.tests) {
    if (other.counts) continue;
    others.push_back(fmt::format("{}:{}", view.trial.runs[other.run].id,
                                 view.result(other).run_valid ? to_string(view.call(other).outcome) : "run_invalid"));
  }
  csv.add(to_string(*outcome.outcome)).add(join(reasons)).add(join(values)).add(join(cqs)).add(join_wells(view, test));
  csv.add(view.trial.runs[test.run].id)
      .add(plate.run)
      .add(plate.run_valid ? "yes" : "no")
      .add(join(files))
      .add(join(hashes))
      .add(join(others));
}

}  // namespace

std::string render_trial_listing_csv(const TrialResult& trial) {
  const TrialView view{trial, Language::en};
  CsvWriter csv(',', true);
  constexpr std::string_view header[] = {"data_status",
                                         "study",
                                         "subject",
                                         "centre",
                                         "sample",
                                         "reference_standard",
                                         "control_class",
                                         "stage_bclc",
                                         "sex",
                                         "age_years",
                                         "afp_ng_ml",
                                         "place",
                                         "exclusion_reason",
                                         "cell",
                                         "index_result",
                                         "reasons",
                                         "values",
                                         "cq_cycles",
                                         "wells",
                                         "run",
                                         "run_name",
                                         "run_valid",
                                         "files",
                                         "files_sha256",
                                         "other_results",
                                         "assay",
                                         "assay_version",
                                         "assay_sha256"};
  for (const std::string_view name : header) csv.add(name);
  csv.end_row();
  constexpr int test_columns = 11;
  for (const SubjectOutcome& outcome : trial.disposition.subjects) {
    const Subject& subject = view.subject(outcome);
    csv.add(trial.plan.simulated ? "SIMULATED" : "")
        .add(trial.plan.id)
        .add(subject.id)
        .add(subject.centre)
        .add(subject.sample);
    csv.add(subject.reference ? to_string(*subject.reference) : "")
        .add(subject.control_class ? to_string(*subject.control_class) : "");
    csv.add(subject.stage ? to_string(*subject.stage) : "")
        .add(subject.sex ? to_string(*subject.sex) : "")
        .add_number(subject.age_years);
    csv.add(subject.afp_ng_ml ? subject.afp_ng_ml->text : "")
        .add(to_string(outcome.place))
        .add(subject.exclusion_reason)
        .add(cell_of(view, outcome));
    if (const IndexTest* test = view.counting(outcome)) {
      add_test_cells(csv, view, outcome, *test);
    } else {
      for (int i = 0; i < test_columns; ++i) csv.add_empty();
    }
    csv.add(trial.assay.id).add(trial.assay.version).add(trial.assay.sha256);
    csv.end_row();
  }
  return csv.text();
}

std::string render_trial_json(const TrialResult& trial) {
  const TrialView view{trial, Language::en};
  Json json;
  json["schema"] = trial.schema;
  json["simulated"] = trial.plan.simulated;
  json["library_version"] = trial.library_version;
  json["study"] = {{"id", trial.plan.id},
                   {"title", {{"zh", trial.plan.title.zh}, {"en", trial.plan.title.en}}},
                   {"sampling", to_string(trial.plan.sampling)},
                   {"repeats", to_string(trial.plan.repeats)},
                   {"confidence", trial.plan.confidence},
                   {"file", to_json(trial.plan.source)},
                   {"subjects_file", to_json(trial.subjects.source)},
                   {"covariates_file", trial.covariates ? to_json(*trial.covariates) : Json(nullptr)}};
  json["assay"] = {{"id", trial.assay.id},
                   {"version", trial.assay.version},
                   {"status", to_string(trial.assay.status)},
                   {"sha256", trial.assay.sha256},
                   {"locked_by_study", !trial.plan.assay_sha256.empty()}};
  Json flow = Json::object();
  flow["enrolled"] = trial.disposition.subjects.size();
  for (const Place place : all_places()) flow[std::string(to_string(place))] = count_place(trial.disposition, place);
  json["flow"] = flow;
  json["demographics"] = {{"cases", to_json(trial.demographics.cases)},
                          {"controls", to_json(trial.demographics.controls)},
                          {"without_reference", to_json(trial.demographics.without_reference)},
                          {"all", to_json(trial.demographics.all)}};
  json["cross_table"] = Json::array();
  for (const CrossRow& row : trial.cross_table) {
    json["cross_table"].push_back({{"index_result", row.id},
                                   {"reference_positive", row.reference_positive},
                                   {"reference_negative", row.reference_negative}});
  }
  json["overall"] = to_json(trial.overall);
  json["centres"] = Json::array();
  for (const CentreAccuracy& centre : trial.centres) {
    json["centres"].push_back({{"centre", centre.centre}, {"accuracy", to_json(centre.accuracy)}});
  }
  json["sensitivity_by_stage"] = to_json(trial.stages);
  json["specificity_by_control_class"] = to_json(trial.classes);
  json["predictive_values"] = Json::array();
  for (const PredictiveValues& values : trial.predictive_values) {
    json["predictive_values"].push_back({{"method", values.method},
                                         {"prevalence", values.prevalence},
                                         {"positive", to_json(values.positive)},
                                         {"negative", to_json(values.negative)}});
  }
  json["scenarios"] = Json::array();
  for (const Scenario& scenario : trial.scenarios) {
    json["scenarios"].push_back({{"id", scenario.id}, {"accuracy", to_json(scenario.accuracy)}});
  }
  json["rates"] = Json::array();
  for (const TechnicalRate& rate : trial.rates)
    json["rates"].push_back({{"id", rate.id}, {"proportion", to_json(rate.proportion)}});
  json["runs"] = list_runs(trial);
  json["subjects"] = list_subjects(view);
  json["unassigned_samples"] = Json::array();
  for (const UnassignedSample& each : trial.disposition.unassigned) {
    json["unassigned_samples"].push_back({{"sample", mask_personal(each.sample)},
                                          {"run", trial.runs[each.run].id},
                                          {"outcome", to_string(each.outcome)}});
  }
  json["columns_not_used"] = Json::array();
  for (const NotRead& each : trial.subjects.not_read) json["columns_not_used"].push_back(each.where);
  json["warnings"] = Json::array();
  for (const Message& warning : trial.warnings) json["warnings"].push_back(to_json(warning));
  return json.dump(1) + "\n";
}

}  // namespace qpcr
