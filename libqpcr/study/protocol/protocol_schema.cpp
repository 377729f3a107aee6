// The tables and fields of a protocol.
#include "libqpcr/study/protocol/protocol_schema.hpp"

namespace qpcr {
namespace {

using Kind = ProtocolKind;

ProtocolTable make_study_table() {
  return {"study",
          false,
          true,
          {{"id", Kind::identifier, true},
           {"kind", Kind::choice, true, {"clinical", "analytical"}},
           {"title_zh", Kind::text, true},
           {"title_en", Kind::text, true},
           {"version", Kind::identifier, true},
           {"version_date", Kind::date, true},
           {"simulated", Kind::flag, true},
           {"product", Kind::text, true},
           {"sponsor", Kind::text, false},
           {"registration", Kind::text, false},
           {"intended_use_zh", Kind::text, true},
           {"intended_use_en", Kind::text, true},
           {"objectives_zh", Kind::text, true},
           {"objectives_en", Kind::text, true},
           {"hypotheses_zh", Kind::text, false},
           {"hypotheses_en", Kind::text, false}}};
}

ProtocolTable make_design_table() {
  return {"design",
          false,
          false,
          {{"timing", Kind::choice, true, {"prospective", "retrospective"}},
           {"sampling", Kind::choice, true, {"consecutive", "enriched"}},
           {"blinding", Kind::choice, true, {"coded", "open"}},
           {"recruitment_zh", Kind::text, false},
           {"recruitment_en", Kind::text, false},
           {"inclusion_zh", Kind::text, false},
           {"inclusion_en", Kind::text, false},
           {"exclusion_zh", Kind::text, false},
           {"exclusion_en", Kind::text, false}}};
}

ProtocolTable make_index_table() {
  return {"index_test",
          false,
          false,
          {{"assay", Kind::path, true},
           {"assay_version", Kind::identifier, true},
           {"assay_sha256", Kind::hash, true},
           {"score", Kind::identifier, false},
           {"specimen_zh", Kind::text, false},
           {"specimen_en", Kind::text, false}}};
}

ProtocolTable make_reference_table() {
  return {"reference_standard",
          false,
          false,
          {{"description_zh", Kind::text, true},
           {"description_en", Kind::text, true},
           {"rationale_zh", Kind::text, false},
           {"rationale_en", Kind::text, false}}};
}

ProtocolTable make_handling_table() {
  return {"analysis",
          false,
          true,
          {{"confidence", Kind::number, true},
           {"primary_set", Kind::choice, false, {"full", "per_protocol"}},
           {"repeats", Kind::choice, false, {"none", "invalid", "invalid_or_indeterminate"}},
           {"indeterminate", Kind::choice, false, {"excluded", "as_positive", "as_negative", "as_wrong"}},
           {"invalid", Kind::choice, false, {"excluded", "as_wrong"}},
           {"missing", Kind::choice, false, {"excluded", "as_wrong"}},
           {"prevalences", Kind::numbers, false},
           {"seed", Kind::count, true}}};
}

ProtocolTable make_centre_table() {
  return {"centre",
          true,
          true,
          {{"id", Kind::identifier, true},
           {"name_zh", Kind::text, false},
           {"name_en", Kind::text, false},
           {"ethics_approval_number", Kind::identifier, false},
           {"ethics_approved_on", Kind::date, false},
           {"planned_subjects", Kind::count, false}}};
}

ProtocolTable make_endpoint_table() {
  return {"endpoint",
          true,
          false,
          {{"id", Kind::identifier, true},
           {"label_zh", Kind::text, true},
           {"label_en", Kind::text, true},
           {"role", Kind::choice, true, {"primary", "secondary", "exploratory"}},
           {"measure",
            Kind::choice,
            true,
            {"sensitivity", "specificity", "accuracy", "kappa", "auc", "ppa", "npa", "opa", "sensitivity_difference",
             "specificity_difference", "auc_difference", "indeterminate_rate", "invalid_rate"}},
           {"comparator", Kind::identifier, false},
           {"among", Kind::texts, false},
           {"interval",
            Kind::choice,
            false,
            {"wilson", "clopper_pearson", "agresti_coull", "jeffreys", "logit", "delong", "tango", "newcombe"}},
           {"criterion_on", Kind::choice, false, {"estimate", "lower", "upper"}},
           {"criterion", Kind::choice, false, {">=", ">", "<=", "<"}},
           {"criterion_value", Kind::number, false}}};
}

ProtocolTable make_evaluation_table() {
  return {"evaluation",
          true,
          false,
          {{"id", Kind::identifier, true},
           {"label_zh", Kind::text, true},
           {"label_en", Kind::text, true},
           {"design_zh", Kind::text, true},
           {"design_en", Kind::text, true},
           {"evaluation", Kind::identifier, true},
           {"data", Kind::identifier, false},
           {"columns", Kind::texts, false},
           {"rows", Kind::texts, false},
           {"options", Kind::texts, false},
           {"estimate", Kind::identifier, false},
           {"stratum", Kind::text, false},
           {"method", Kind::identifier, false},
           {"criterion_on", Kind::choice, false, {"estimate", "lower", "upper"}},
           {"criterion", Kind::choice, false, {">=", ">", "<=", "<"}},
           {"criterion_value", Kind::number, false}}};
}

std::vector<ProtocolTable> make_tables() {
  return {make_study_table(),
          make_design_table(),
          make_index_table(),
          make_reference_table(),
          make_handling_table(),
          make_centre_table(),
          {"group",
           true,
           false,
           {{"id", Kind::identifier, true},
            {"label_zh", Kind::text, true},
            {"label_en", Kind::text, true},
            {"reference", Kind::choice, true, {"positive", "negative"}},
            {"planned_subjects", Kind::count, false}}},
          {"comparator",
           true,
           false,
           {{"id", Kind::identifier, true},
            {"label_zh", Kind::text, true},
            {"label_en", Kind::text, true},
            {"kind", Kind::choice, true, {"qualitative", "quantitative"}},
            {"unit", Kind::text, false},
            {"positive_from", Kind::number, false}}},
          make_endpoint_table(),
          {"subgroup",
           true,
           false,
           {{"id", Kind::identifier, true},
            {"label_zh", Kind::text, true},
            {"label_en", Kind::text, true},
            {"variable",
             Kind::choice,
             true,
             {"stage_bclc", "stage_cnlc", "lesion_size_mm", "afp", "aetiology", "sex", "age_years", "cirrhosis",
              "control_class", "centre", "lot", "instrument", "specimen_type"}},
            {"among", Kind::choice, true, {"cases", "controls", "both"}},
            {"cuts", Kind::numbers, false},
            {"prespecified", Kind::flag, true}}},
          {"sample_size",
           true,
           false,
           {{"id", Kind::identifier, true},
            {"evaluation", Kind::identifier, true},
            {"options", Kind::texts, false},
            {"estimate", Kind::identifier, true},
            {"planned", Kind::count, true},
            {"note_zh", Kind::text, false},
            {"note_en", Kind::text, false}}},
          {"lot", true, false, {{"id", Kind::identifier, true}, {"expires_on", Kind::date, true}}},
          {"instrument",
           true,
           false,
           {{"serial", Kind::identifier, true},
            {"centre", Kind::identifier, true},
            {"model", Kind::text, false},
            {"calibrated_on", Kind::date, false},
            {"calibration_due", Kind::date, false}}},
          make_evaluation_table()};
}

}  // namespace

const std::vector<ProtocolTable>& protocol_tables() {
  static const std::vector<ProtocolTable> tables = make_tables();
  return tables;
}

const ProtocolTable* find_protocol_table(std::string_view name) {
  for (const ProtocolTable& table : protocol_tables()) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

const ProtocolField* find_protocol_field(const ProtocolTable& table, std::string_view key) {
  for (const ProtocolField& field : table.fields) {
    if (field.key == key) return &field;
  }
  return nullptr;
}

}  // namespace qpcr
