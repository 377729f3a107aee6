// Checks of the header, the statements, the outcomes and the release record.
#include <algorithm>
#include <cmath>

#include "libqpcr/assay/checking.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::checking {
namespace {

constexpr std::string_view aid_statement_zh = "仅供辅助诊断";

bool is_version(std::string_view text) {
  const auto parts = split(text, '.');
  return parts.size() == 3 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           return !part.empty() && part.size() < 9 &&
                  std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
         });
}

bool states(const AssayDefinition& assay, std::string_view zh) {
  return std::any_of(assay.statements.begin(), assay.statements.end(),
                     [&](const LocalizedText& statement) { return statement.zh.find(zh) != std::string::npos; });
}

void check_text(Inspection& in, const std::string& field, const LocalizedText& text) {
  if (!is_complete(text)) in.error("text_incomplete", field);
}

void check_outcomes(Inspection& in) {
  const OutcomeTexts& outcomes = in.assay.outcomes;
  const bool has_call = in.assay.positive.has_value() || (!in.assay.classification && !in.is_template());
  if (has_call && in.assay.claim == Claim::diagnosis) {
    check_text(in, "outcomes.positive", outcomes.positive);
    check_text(in, "outcomes.negative", outcomes.negative);
  }
  check_text(in, "outcomes.indeterminate", outcomes.indeterminate);
  check_text(in, "outcomes.invalid", outcomes.invalid);
}

void check_record(Inspection& in, const std::string& field, const std::optional<CutoffRecord>& record) {
  if (!record) {
    if (in.is_released()) in.error("cutoff_record_missing", field);
    return;
  }
  if (trim(record->method).empty()) in.error("record_incomplete", field + ".method");
  if (trim(record->dataset).empty()) in.error("record_incomplete", field + ".dataset");
  if (record->cases < 1) in.error("record_incomplete", field + ".cases");
  if (record->controls < 1) in.error("record_incomplete", field + ".controls");
  if (!is_date(record->date)) in.error("not_a_date", field + ".date", {{"found", record->date}});
  if (!is_sha256(record->record_sha256)) in.error("not_a_sha256", field + ".record_sha256");
}

void check_cutoff_records(Inspection& in) {
  for (std::size_t i = 0; i < in.assay.rules.size(); ++i) {
    const RuleDefinition& rule = in.assay.rules[i];
    check_record(in, at("rules", i, "establishment"), rule.establishment);
    check_record(in, at("rules", i, "verification"), rule.verification);
    if (rule.establishment && rule.verification && rule.establishment->dataset == rule.verification->dataset) {
      in.error("verified_on_own_data", at("rules", i, "verification.dataset"), {{"found", rule.verification->dataset}});
    }
  }
}

void check_release_record(Inspection& in, const ReleaseRecord& release) {
  if (trim(release.registration).empty() && trim(release.laboratory_developed_test).empty()) {
    in.error("release_reference", "release.registration");
  }
  if (trim(release.verified_by).empty()) in.error("record_incomplete", "release.verified_by");
  if (!is_sha256(release.verification_sha256)) in.error("not_a_sha256", "release.verification_sha256");
  bool dates = true;
  for (const auto& [key, date] :
       {std::pair<const char*, const std::string*>{"verification_date", &release.verification_date},
        {"valid_from", &release.valid_from},
        {"valid_until", &release.valid_until}}) {
    if (is_date(*date)) continue;
    in.error("not_a_date", std::string("release.") + key, {{"found", *date}});
    dates = false;
  }
  if (!dates) return;
  if (release.valid_from > release.valid_until) in.error("validity_reversed", "release.valid_until");
  if (release.verification_date > release.valid_from) in.error("verified_after_start", "release.verification_date");
}

/// What a definition must hold before a patient may depend on it.
void check_released(Inspection& in) {
  const AssayDefinition& assay = in.assay;
  if (assay.claim == Claim::diagnosis && !states(assay, aid_statement_zh)) {
    in.error("aid_statement", "statements", {{"statement", std::string(aid_statement_zh)}});
  }
  if (assay.targets.empty()) return;
  const bool by_threshold = assay.cq.origin == CqOrigin::computed && assay.cq.options.method == CqMethod::threshold;
  if (by_threshold && assay.cq.threshold_origin == ThresholdOrigin::plate) {
    in.error("released_threshold", "cq.threshold");
  }
  if (assay.cq.origin == CqOrigin::vendor) in.error("released_vendor_cq", "cq.origin");
  if (std::none_of(assay.targets.begin(), assay.targets.end(),
                   [](const AssayTarget& target) { return target.role == TargetRole::internal_control; })) {
    in.error("released_internal_control", "targets");
  }
}

}  // namespace

void check_header(Inspection& in) {
  const AssayDefinition& assay = in.assay;
  if (!is_identifier(assay.id)) in.error("not_an_identifier", "id", {{"found", assay.id}});
  if (!is_version(assay.version)) in.error("not_a_version", "version", {{"found", assay.version}});
  check_text(in, "title", assay.title);
  check_text(in, "intended_use", assay.intended_use);
  check_outcomes(in);
  if (assay.claim == Claim::future_risk) {
    if (!assay.horizon_years || *assay.horizon_years <= 0 || *assay.horizon_years > 100) {
      in.error("horizon_missing", "horizon_years");
    }
  } else if (assay.horizon_years) {
    in.error("horizon_without_risk", "horizon_years");
  }
  if (assay.status == AssayStatus::literature_reproduction && assay.sources.empty()) {
    in.error("sources_missing", "sources");
  }
  for (std::size_t i = 0; i < assay.statements.size(); ++i) {
    check_text(in, at("statements", i, "zh"), assay.statements[i]);
  }
  if (!in.is_released() && !states(assay, research_statement_zh)) {
    in.error("research_statement", "statements", {{"statement", std::string(research_statement_zh)}});
  }
  if (assay.status == AssayStatus::simulated &&
      (assay.title.zh.find("模拟") == std::string::npos || assay.title.en.find("SIMULATED") == std::string::npos)) {
    in.error("simulated_title", "title");
  }
}

void check_release(Inspection& in) {
  check_cutoff_records(in);
  if (in.is_released()) check_released(in);
  if (in.assay.release) {
    check_release_record(in, *in.assay.release);
    if (!in.is_released()) in.note("release_not_in_force", "release");
  } else if (in.is_released()) {
    in.error("release_missing", "release");
  }
}

}  // namespace qpcr::checking
