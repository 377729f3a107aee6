// What may reach a patient, and what may not.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "libqpcr/assay/release.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/seal/trust_list.hpp"
#include "tests/assay/support.hpp"

using assay_test::error_of;
using assay_test::has_reason;
using qpcr::AssayDefinition;
using qpcr::ReleaseProof;

namespace {

constexpr const char* today = "2026-11-23";
constexpr const char* now = "2026-11-23T08:00:00Z";

qpcr::CutoffRecord record(const char* method) {
  return {method, "set A", 60, 120, "2026-03-01", qpcr::sha256_hex("record")};
}

/// A definition that lacks nothing for release.
AssayDefinition released() {
  AssayDefinition definition = qpcr::read_assay(assay_test::assay_path("demo-methylation.toml"));
  definition.status = qpcr::AssayStatus::released;
  definition.sources = {{"fictional", "A published table", qpcr::SourceCertainty::found}};
  for (qpcr::RuleDefinition& rule : definition.rules) {
    rule.establishment = record("Youden");
    rule.verification = record("specificity");
  }
  definition.release = qpcr::ReleaseRecord{"国械注准 0000",           "",           "Laboratory 1", "2026-05-01",
                                           qpcr::sha256_hex("local"), "2026-06-01", "2027-05-31"};
  return definition;
}

struct Release {
  qpcr::SigningKey key = qpcr::make_signing_key("QA");
  AssayDefinition definition = released();
  qpcr::TrustList trust{{{key.id, "QA of laboratory 1", key.public_key, {qpcr::KeyPurpose::release}, "", "", false}}};

  qpcr::Signature signature(const char* time = now) const {
    return qpcr::sign(key, qpcr::identify(definition).sha256, qpcr::release_subject(definition),
                      qpcr::KeyPurpose::release, "verified", time);
  }
  ReleaseProof proof(const char* time = now) const { return qpcr::verify_release(definition, signature(time), trust); }
};

/// Identifiers of the blocks of a definition that is signed as it stands.
std::vector<std::string> blocks_of(const std::function<void(AssayDefinition&)>& change, std::string_view day = today) {
  Release release;
  change(release.definition);
  std::vector<std::string> ids;
  for (const auto& block : qpcr::find_release_blocks(release.definition, release.proof(), day)) ids.push_back(block.id);
  return ids;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a signature proves one content, one name and a signer that is trusted") {
  const Release release;
  const ReleaseProof proof = release.proof();
  CHECK(proof.definition_sha256 == qpcr::identify(release.definition).sha256);
  CHECK(proof.signer == "QA of laboratory 1");
  CHECK(proof.key_id == release.key.id);
  CHECK(proof.signed_at == now);
  CHECK_FALSE(proof.test_key);
  CHECK(proof.signature_sha256 == qpcr::sha256_hex(qpcr::render_signature(release.signature())));
  CHECK(proof.trust_sha256 == qpcr::identify_trust_list(release.trust));
  CHECK(qpcr::find_release_blocks(release.definition, proof, today).empty());
}

TEST_CASE("any change of a definition ends what its signature proves") {
  const Release release;
  const qpcr::Signature signature = release.signature();
  const auto error = [&](const std::function<void(AssayDefinition&)>& change) {
    AssayDefinition changed = release.definition;
    change(changed);
    return error_of([&] { qpcr::verify_release(changed, signature, release.trust); });
  };
  CHECK(error([](AssayDefinition&) {}).empty());
  const std::vector<std::function<void(AssayDefinition&)>> changes{
      [](AssayDefinition& d) { d.rules[0].limit += 1e-9; },
      [](AssayDefinition& d) { d.rules[0].relation = qpcr::Relation::below; },
      [](AssayDefinition& d) { d.version = "1.0.1"; },
      [](AssayDefinition& d) { d.status = qpcr::AssayStatus::draft; },
      [](AssayDefinition& d) { d.title.en += "."; },
      [](AssayDefinition& d) { d.statements.pop_back(); },
      [](AssayDefinition& d) { d.rules[0].verification->cases = 61; },
      [](AssayDefinition& d) { d.sources[0].certainty = qpcr::SourceCertainty::recalled; },
      [](AssayDefinition& d) { d.release->valid_until = "2028-05-31"; },
      [](AssayDefinition& d) { d.release->registration += "1"; },
      [](AssayDefinition& d) { d.release->verified_by = "Laboratory 2"; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    INFO(i);
    CHECK(error(changes[i]).find("integrity_failure: 'content_sha256'") == 0);
  }
}

TEST_CASE("a signature under another name, for another purpose, or by a test key proves nothing") {
  Release release;
  const std::string content = qpcr::identify(release.definition).sha256;
  const auto error = [&](const std::string& subject, qpcr::KeyPurpose purpose) {
    const auto signature = qpcr::sign(release.key, content, subject, purpose, "r", now);
    return error_of([&] { qpcr::verify_release(release.definition, signature, release.trust); });
  };
  CHECK(error("demo-methylation 1.0.0", qpcr::KeyPurpose::release).empty());
  CHECK(error("demo-rna 1.0.0", qpcr::KeyPurpose::release).find("names another definition") != std::string::npos);
  CHECK(error("demo-methylation 1.0.0", qpcr::KeyPurpose::audit).find("another purpose") != std::string::npos);
  release.trust.keys[0].test_key = true;
  CHECK(error("demo-methylation 1.0.0", qpcr::KeyPurpose::release).find("test key") != std::string::npos);
  const ReleaseProof proof = qpcr::verify_release(release.definition, release.signature(), release.trust, true);
  CHECK(proof.test_key);
  const auto blocks = qpcr::find_release_blocks(release.definition, proof, today);
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0].id == "release_test_key");
}

TEST_CASE("a test key proves nothing, whatever the list of trusted keys says of it") {
  Release release;
  release.key = qpcr::make_signing_key("QA", true);
  release.trust = {{{release.key.id, "QA", release.key.public_key, {qpcr::KeyPurpose::release}, "", "", false}}};
  const auto error = error_of([&] { release.proof(); });
  CHECK(error.find("test key") != std::string::npos);
  const ReleaseProof proof = qpcr::verify_release(release.definition, release.signature(), release.trust, true);
  CHECK(proof.test_key);
  CHECK(has_reason(qpcr::find_release_blocks(release.definition, proof, today), "release_test_key"));
}

TEST_CASE("each missing thing blocks by its own name, and only that") {
  using D = AssayDefinition;
  CHECK(blocks_of([](D&) {}).empty());
  for (const qpcr::AssayStatus status :
       {qpcr::AssayStatus::draft, qpcr::AssayStatus::simulated, qpcr::AssayStatus::literature_reproduction,
        qpcr::AssayStatus::template_only}) {
    CHECK(blocks_of([&](D& d) { d.status = status; }) == Ids{"release_status"});
  }
  CHECK(blocks_of([](D& d) { d.release->registration = ""; }) == Ids{"release_no_registration"});
  CHECK(blocks_of([](D& d) {
          d.release->registration = "";
          d.release->laboratory_developed_test = "LDT-7";
        }).empty());
  CHECK(blocks_of([](D& d) { d.release->verified_by = ""; }) == Ids{"release_no_verification_laboratory"});
  CHECK(blocks_of([](D& d) { d.release->verification_date = ""; }) == Ids{"release_no_verification_date"});
  CHECK(blocks_of([](D& d) { d.release->verification_date = "2026-02-30"; }) == Ids{"release_no_verification_date"});
  CHECK(blocks_of([](D& d) { d.release->verification_date = "2026-11-24"; }) == Ids{"release_verified_in_future"});
  CHECK(blocks_of([](D& d) { d.release->verification_sha256 = ""; }) == Ids{"release_no_verification_record"});
  CHECK(blocks_of([](D& d) { d.release->verification_sha256 = std::string(64, 'g'); }) ==
        Ids{"release_no_verification_record"});
  CHECK(blocks_of([](D& d) { d.release->valid_from = ""; }) == Ids{"release_no_first_day"});
  CHECK(blocks_of([](D& d) { d.release->valid_until = ""; }) == Ids{"release_no_last_day"});
  CHECK(blocks_of([](D& d) { d.sources.clear(); }) == Ids{"release_no_source"});
  CHECK(blocks_of([](D& d) {
          d.sources.push_back({"x", "y", qpcr::SourceCertainty::recalled});
        }) == Ids{"release_source_recalled"});
  CHECK(blocks_of([](D& d) {
          d.sources.push_back({"x", "y", qpcr::SourceCertainty::assumed});
        }) == Ids{"release_source_assumed"});
  CHECK(blocks_of([](D& d) { d.rules[1].establishment.reset(); }) == Ids{"release_rule_not_established"});
  CHECK(blocks_of([](D& d) { d.rules[1].verification.reset(); }) == Ids{"release_rule_not_verified"});
  CHECK(blocks_of([](D& d) { d.rules[0].verification->record_sha256 = "x"; }) == Ids{"release_rule_not_verified"});
  CHECK(blocks_of([](D& d) { d.rules[0].verification->dataset = ""; }) == Ids{"release_rule_not_verified"});
  CHECK(blocks_of([](D& d) { d.rules[0].verification->method = ""; }) == Ids{"release_rule_not_verified"});
  CHECK(blocks_of([](D& d) { d.rules[0].verification->cases = d.rules[0].verification->controls = 0; }) ==
        Ids{"release_rule_not_verified"});
  CHECK(blocks_of([](D& d) { d.rules[0].establishment->date = "2026-11-24"; }) == Ids{"release_rule_not_established"});
  CHECK(blocks_of([](D& d) { d.classification = qpcr::Classification{}; }) == Ids{"release_class_not_verified"});
  // Positive and negative exist for diagnosis only; a claim of another kind is no block.
  CHECK(blocks_of([](D& d) { d.claim = qpcr::Claim::prognosis; }).empty());
  CHECK(blocks_of([](D& d) { d.release.reset(); }).size() == 6);
}

TEST_CASE("the validity includes its first and last day, and needs to know today") {
  const auto unchanged = [](AssayDefinition&) {};
  const Release release;
  const ReleaseProof proof = release.proof("2026-05-02T00:00:00Z");
  const auto ids = [&](std::string_view day) {
    Ids list;
    for (const auto& block : qpcr::find_release_blocks(release.definition, proof, day)) list.push_back(block.id);
    return list;
  };
  CHECK(ids("2026-05-31") == Ids{"release_not_valid_yet"});
  CHECK(ids("2026-06-01").empty());
  CHECK(ids("2027-05-31").empty());
  CHECK(ids("2027-06-01") == Ids{"release_expired"});
  CHECK(ids("2026-05-01") == Ids{"release_signed_in_future", "release_not_valid_yet"});
  CHECK(blocks_of(unchanged, "") == Ids{"release_today_unknown"});
  CHECK(blocks_of(unchanged, "2026-11-31") == Ids{"release_today_unknown"});
}

TEST_CASE("no proof, and a proof of other content, block") {
  const Release release;
  CHECK(has_reason(qpcr::find_release_blocks(release.definition, std::nullopt, today), "release_not_signed"));
  ReleaseProof proof = release.proof();
  proof.definition_sha256 = std::string(64, '0');
  const auto blocks = qpcr::find_release_blocks(release.definition, proof, today);
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0].id == "release_signs_other_content");
}

TEST_CASE("none of the shipped definitions may reach a patient") {
  for (const auto& file : std::filesystem::directory_iterator(assay_test::assay_path(""))) {
    if (file.path().extension() != ".toml") continue;
    INFO(file.path());
    const AssayDefinition definition = qpcr::read_assay(file.path());
    const auto blocks = qpcr::find_release_blocks(definition, std::nullopt, today);
    CHECK(has_reason(blocks, "release_status"));
    CHECK(has_reason(blocks, "release_not_signed"));
  }
}

TEST_CASE("a definition is signed before it is valid, never while anything else is missing") {
  Release release;
  CHECK(qpcr::find_signing_blocks(release.definition, today).empty());
  CHECK(qpcr::find_signing_blocks(release.definition, "2026-05-15").empty());
  CHECK(has_reason(qpcr::find_signing_blocks(release.definition, "2027-06-01"), "release_expired"));
  release.definition.status = qpcr::AssayStatus::draft;
  CHECK(has_reason(qpcr::find_signing_blocks(release.definition, today), "release_status"));
}

TEST_CASE("a released definition runs only with a proof of its content") {
  Release release;
  const auto error = [&](const std::optional<ReleaseProof>& proof) {
    return error_of([&] { qpcr::require_runnable(release.definition, proof); });
  };
  ReleaseProof proof = release.proof();
  CHECK(error(proof).empty());
  CHECK(error(std::nullopt).find("assay_refused") == 0);
  CHECK(error(std::nullopt).find("qpcr assay verify FILE --trust LIST") != std::string::npos);
  proof.definition_sha256[0] = proof.definition_sha256[0] == '0' ? '1' : '0';
  CHECK(error(proof).find("other content") != std::string::npos);
  release.definition.status = qpcr::AssayStatus::simulated;
  CHECK(error(std::nullopt).empty());
  release.definition.status = qpcr::AssayStatus::template_only;
  CHECK(error(std::nullopt).find("assay_refused") == 0);
  CHECK(error(release.proof()).find("assay_refused") == 0);
}

TEST_CASE("every block is worded in both languages with the values it carries") {
  const auto words = nlohmann::json::parse(
      qpcr::read_file(std::filesystem::path(QPCR_SOURCE_DIR) / "libqpcr/report/messages/release.json"));
  Release release;
  ReleaseProof proof = release.proof();
  proof.definition_sha256 = "0";
  proof.test_key = true;
  proof.signed_at = "2030-01-01T00:00:00Z";
  AssayDefinition bare = release.definition;
  bare.status = qpcr::AssayStatus::draft;
  bare.release.reset();
  bare.sources = {{"a", "a", qpcr::SourceCertainty::recalled}, {"b", "b", qpcr::SourceCertainty::assumed}};
  bare.rules[0].establishment.reset();
  bare.rules[0].verification.reset();
  bare.classification = qpcr::Classification{};
  AssayDefinition late = release.definition;
  late.sources.clear();
  late.release->verification_date = "2029-01-01";
  std::vector<qpcr::Message> blocks;
  const auto collect = [&](const std::vector<qpcr::Message>& more) {
    blocks.insert(blocks.end(), more.begin(), more.end());
  };
  collect(qpcr::find_release_blocks(bare, proof, today));
  collect(qpcr::find_release_blocks(bare, std::nullopt, ""));
  collect(qpcr::find_release_blocks(late, proof, "2026-01-01"));
  collect(qpcr::find_release_blocks(late, proof, "2028-01-01"));
  std::map<std::string, qpcr::Message> distinct;
  for (const auto& block : blocks) distinct[block.id] = block;
  CHECK(distinct.size() == words.size());
  for (const auto& [id, block] : distinct) {
    INFO(id);
    REQUIRE(words.contains(id));
    for (const char* language : {"zh", "en"}) {
      const auto text = words[id][language].get<std::string>();
      for (const auto& [name, value] : block.values) {
        const bool named = text.find("{" + name + "}") != std::string::npos ||
                           text.find("{" + name + "|assay_status}") != std::string::npos;
        CHECK(named);
      }
      CHECK(static_cast<std::size_t>(std::count(text.begin(), text.end(), '{')) == block.values.size());
    }
  }
}

TEST_CASE("a record of a cut-off counts only with every member given and well formed") {
  using D = AssayDefinition;
  const Ids refused{"release_rule_not_established"};
  CHECK(blocks_of([](D& d) { d.rules[0].establishment->cases = -1; }) == refused);
  CHECK(blocks_of([](D& d) { d.rules[0].establishment->controls = -1; }) == refused);
  CHECK(blocks_of([](D& d) { d.rules[0].establishment->date = "March 2026"; }) == refused);
  CHECK(blocks_of([](D& d) { d.rules[0].establishment->cases = 0; }).empty());
  // One character that no hash has, below, between and above the two runs of digits.
  for (const char wrong : {'/', ':', 'A', '`', 'g'}) {
    CHECK(blocks_of([&](D& d) { d.rules[0].establishment->record_sha256[5] = wrong; }) == refused);
  }
}

TEST_CASE("a signature without a moment is as one of the future") {
  const Release release;
  ReleaseProof proof = release.proof();
  proof.signed_at = "yesterday";
  const auto blocks = qpcr::find_release_blocks(release.definition, proof, today);
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0].id == "release_signed_in_future");
}
