// Whether the results of a definition may reach a patient.
#include "libqpcr/assay/release.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/seal/moment.hpp"
#include "libqpcr/seal/trust_list.hpp"

namespace qpcr {
namespace {

bool is_sha256(std::string_view text) {
  const auto digit = [](char character) {
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
  };
  return text.size() == 64 && std::all_of(text.begin(), text.end(), digit);
}

/// Every member is given and well formed, and the record is not dated after today.
bool is_complete(const std::optional<CutoffRecord>& record, std::string_view today) {
  return record && !record->method.empty() && !record->dataset.empty() && record->cases >= 0 && record->controls >= 0 &&
         record->cases + record->controls > 0 && is_day(record->date) && (!is_day(today) || record->date <= today) &&
         is_sha256(record->record_sha256);
}

void add_status_block(const AssayDefinition& definition, std::vector<Message>& blocks) {
  if (definition.status == AssayStatus::released) return;
  blocks.push_back({"release_status", {{"status", std::string(to_string(definition.status))}}});
}

void add_proof_blocks(const AssayDefinition& definition, const std::optional<ReleaseProof>& proof,
                      std::string_view today, std::vector<Message>& blocks) {
  if (!proof) {
    blocks.push_back({"release_not_signed", {}});
    return;
  }
  const std::string content = identify(definition).sha256;
  if (proof->definition_sha256 != content) {
    blocks.push_back(
        {"release_signs_other_content", {{"signed_sha256", proof->definition_sha256}, {"sha256", content}}});
  }
  if (proof->test_key) blocks.push_back({"release_test_key", {{"key", proof->key_id}}});
  if (!is_utc_moment(proof->signed_at) || (is_day(today) && day_of(proof->signed_at) > today)) {
    blocks.push_back({"release_signed_in_future", {{"signed_at", proof->signed_at}, {"today", std::string(today)}}});
  }
}

void add_record_blocks(const ReleaseRecord& release, std::string_view today, std::vector<Message>& blocks) {
  if (release.registration.empty() && release.laboratory_developed_test.empty()) {
    blocks.push_back({"release_no_registration", {}});
  }
  if (release.verified_by.empty()) blocks.push_back({"release_no_verification_laboratory", {}});
  if (!is_day(release.verification_date)) {
    blocks.push_back({"release_no_verification_date", {}});
  } else if (is_day(today) && release.verification_date > today) {
    blocks.push_back({"release_verified_in_future", {{"date", release.verification_date}}});
  }
  if (!is_sha256(release.verification_sha256)) blocks.push_back({"release_no_verification_record", {}});
}

void add_validity_blocks(const ReleaseRecord& release, std::string_view today, std::vector<Message>& blocks) {
  const bool known = is_day(today);
  if (!known) blocks.push_back({"release_today_unknown", {}});
  if (!is_day(release.valid_from)) {
    blocks.push_back({"release_no_first_day", {}});
  } else if (known && today < release.valid_from) {
    blocks.push_back({"release_not_valid_yet", {{"date", release.valid_from}}});
  }
  if (!is_day(release.valid_until)) {
    blocks.push_back({"release_no_last_day", {}});
  } else if (known && today > release.valid_until) {
    blocks.push_back({"release_expired", {{"date", release.valid_until}}});
  }
}

/// Every source that is listed counts: which constants rest on it is said by their authors, not proven.
void add_source_blocks(const AssayDefinition& definition, std::vector<Message>& blocks) {
  if (definition.sources.empty()) blocks.push_back({"release_no_source", {}});
  for (const CitedSource& source : definition.sources) {
    if (source.certainty == SourceCertainty::recalled) {
      blocks.push_back({"release_source_recalled", {{"source", source.id}}});
    }
    if (source.certainty == SourceCertainty::assumed) {
      blocks.push_back({"release_source_assumed", {{"source", source.id}}});
    }
  }
}

void add_rule_blocks(const AssayDefinition& definition, std::string_view today, std::vector<Message>& blocks) {
  for (const RuleDefinition& rule : definition.rules) {
    if (!is_complete(rule.establishment, today))
      blocks.push_back({"release_rule_not_established", {{"rule", rule.id}}});
    if (!is_complete(rule.verification, today)) blocks.push_back({"release_rule_not_verified", {{"rule", rule.id}}});
  }
}

/// The format has no place for the records of a classification's ends, so none can be released yet.
void add_class_blocks(const AssayDefinition& definition, std::vector<Message>& blocks) {
  if (!definition.classification) return;
  blocks.push_back({"release_class_not_verified", {{"value", definition.classification->value}}});
}

[[noreturn]] void refuse(const AssayDefinition& definition, std::string problem) {
  throw Error(ErrorCode::assay_refused, {.path = {},
                                         .line = 0,
                                         .column = {},
                                         .field = "status",
                                         .found = release_subject(definition),
                                         .expected = {},
                                         .problem = std::move(problem)});
}

}  // namespace

std::string release_subject(const AssayDefinition& definition) {
  return fmt::format("{} {}", definition.id, definition.version);
}

ReleaseProof verify_release(const AssayDefinition& definition, const Signature& signature, const TrustList& trust,
                            bool accept_test_keys) {
  const std::string content = identify(definition).sha256;
  const TrustedKey& key = verify(signature, content, KeyPurpose::release, trust, accept_test_keys);
  if (signature.subject != release_subject(definition)) {
    throw Error(ErrorCode::integrity_failure, {.path = {},
                                               .line = 0,
                                               .column = {},
                                               .field = "subject",
                                               .found = signature.subject,
                                               .expected = release_subject(definition),
                                               .problem = "the signature does not hold: it names another definition"});
  }
  return {content,
          key.holder,
          key.id,
          signature.signed_at,
          key.test_key || is_test_key_id(key.id),
          sha256_hex(render_signature(signature)),
          identify_trust_list(trust)};
}

std::vector<Message> find_release_blocks(const AssayDefinition& definition, const std::optional<ReleaseProof>& proof,
                                         std::string_view today) {
  const ReleaseRecord release = definition.release.value_or(ReleaseRecord{});
  std::vector<Message> blocks;
  add_status_block(definition, blocks);
  add_proof_blocks(definition, proof, today, blocks);
  add_record_blocks(release, today, blocks);
  add_validity_blocks(release, today, blocks);
  add_source_blocks(definition, blocks);
  add_rule_blocks(definition, today, blocks);
  add_class_blocks(definition, blocks);
  return blocks;
}

std::vector<Message> find_signing_blocks(const AssayDefinition& definition, std::string_view today) {
  std::vector<Message> blocks = find_release_blocks(definition, std::nullopt, today);
  const auto lifted = [](const Message& block) {
    return block.id == "release_not_signed" || block.id == "release_not_valid_yet";
  };
  blocks.erase(std::remove_if(blocks.begin(), blocks.end(), lifted), blocks.end());
  return blocks;
}

void require_runnable(const AssayDefinition& definition, const std::optional<ReleaseProof>& proof) {
  require_runnable(definition);
  if (definition.status != AssayStatus::released) return;
  constexpr const char* how = "; verify it with: qpcr assay verify FILE --trust LIST";
  if (!proof) {
    refuse(definition, fmt::format("the definition is marked released and no verified signature proves it{}", how));
  }
  if (proof->definition_sha256 != identify(definition).sha256) {
    refuse(definition, fmt::format("the definition is marked released and the signature is on other content{}", how));
  }
}

}  // namespace qpcr
