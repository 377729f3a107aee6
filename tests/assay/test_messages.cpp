// Every message that the room emits is worded in both languages, and every placeholder is given a value.
#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/assay/support.hpp"

namespace {

nlohmann::json catalogue(const char* name) {
  return nlohmann::json::parse(
      qpcr::read_file(std::filesystem::path(QPCR_SOURCE_DIR) / "libqpcr/report/messages" / name));
}

std::set<std::string> placeholders(const std::string& text) {
  std::set<std::string> found;
  const std::regex pattern(R"(\{([a-z_]+)\})");
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) found.insert((*it)[1]);
  return found;
}

void check(const qpcr::Message& message, const nlohmann::json& words) {
  INFO(message.id);
  REQUIRE(words.contains(message.id));
  for (const char* language : {"zh", "en"}) {
    const std::string text = words[message.id][language].get<std::string>();
    for (const std::string& name : placeholders(text)) {
      INFO(name);
      CHECK(std::any_of(message.values.begin(), message.values.end(),
                        [&](const auto& value) { return value.first == name; }));
    }
  }
}

void check(const qpcr::PlateResult& result, const nlohmann::json& words) {
  for (const auto& message : result.run_reasons) check(message, words);
  for (const auto& message : result.warnings) check(message, words);
  for (const auto& control : result.controls) {
    check(control.expectation, words);
    check(control.finding, words);
  }
  for (const auto& well : result.wells) {
    for (const auto& flag : well.flags) check(flag, words);
  }
  for (const auto& call : result.calls) {
    for (const auto& reason : call.reasons) check(reason, words);
    for (const auto& rule : call.rules) check(rule.statement, words);
    for (const auto& value : call.values) {
      if (value.why_absent) check(*value.why_absent, words);
    }
  }
}

}  // namespace

TEST_CASE("both languages of the catalogue name the same placeholders, and its keys are sorted") {
  const auto words = catalogue("assay.json");
  CHECK(words.size() > 40);
  for (const auto& [id, texts] : words.items()) {
    INFO(id);
    CHECK(texts.size() == 2);
    CHECK_FALSE(texts["zh"].get<std::string>().empty());
    CHECK(placeholders(texts["zh"]) == placeholders(texts["en"]));
  }
  const std::string text =
      qpcr::read_file(std::filesystem::path(QPCR_SOURCE_DIR) / "libqpcr/report/messages/assay.json");
  std::size_t place = 0;
  for (const auto& [id, texts] : words.items()) {
    const std::size_t next = text.find("\n  \"" + id + "\":");
    INFO(id);
    REQUIRE(next != std::string::npos);
    CHECK(next >= place);
    place = next;
  }
}

TEST_CASE("every message named in the room's sources is in the catalogue, and the catalogue holds no other") {
  const auto words = catalogue("assay.json");
  nlohmann::json all = words;
  for (const char* name :
       {"assay_check.json", "assay_run.json", "curve.json", "quality_control.json", "release.json", "threshold.json"}) {
    all.update(catalogue(name));
  }
  std::string sources;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(QPCR_SOURCE_DIR) / "libqpcr/assay")) {
    if (entry.path().extension() == ".cpp" && entry.path().filename() != "definition_content.cpp") {
      sources += qpcr::read_file(entry.path());
    }
  }
  const std::regex pattern(R"re(\{\s*"([a-z_]+)",\s*\{)re");
  int count = 0;
  for (std::sregex_iterator it(sources.begin(), sources.end(), pattern), end; it != end; ++it, ++count) {
    INFO((*it)[1].str());
    CHECK(all.contains((*it)[1].str()));
  }
  CHECK(count > 20);
  // Families whose names are put together: cq_limit_…, cq_<status>, rule_…, call_….
  for (const auto& [id, texts] : words.items()) {
    INFO(id);
    const bool family = id.rfind("cq_", 0) == 0 || id.rfind("rule_", 0) == 0 || id.rfind("call_", 0) == 0 ||
                        id.rfind("repeat_from_", 0) == 0;
    CHECK((family || sources.find("\"" + id + "\"") != std::string::npos));
  }
  for (const char* kind : {"not_detected", "at_most", "below", "at_least", "above", "within", "absent_or_above"}) {
    CHECK(words.contains("cq_limit_" + std::string(kind)));
  }
  for (const auto status : {qpcr::CqStatus::no_amplification, qpcr::CqStatus::below_threshold,
                            qpcr::CqStatus::fit_failed, qpcr::CqStatus::excluded, qpcr::CqStatus::not_measured}) {
    CHECK(words.contains("cq_" + std::string(qpcr::to_string(status))));
  }
  for (const char* ending : {"met", "not_met", "open", "invalid"}) {
    CHECK(words.contains("rule_" + std::string(ending)));
    CHECK(words.contains("rule_replicates_" + std::string(ending)));
  }
  for (const char* outcome : {"positive", "negative", "indeterminate", "invalid", "scored"}) {
    CHECK(words.contains("call_" + std::string(outcome)));
  }
  for (const char* step : {"pcr", "conversion", "extraction", "recollection"}) {
    CHECK(words.contains("repeat_from_" + std::string(step)));
    CHECK(words.contains("repeat_from_" + std::string(step) + "_with"));
  }
}

TEST_CASE("the messages of plates good and bad have values for all their placeholders") {
  nlohmann::json words = catalogue("assay.json");
  words.update(catalogue("curve.json"));
  words.update(catalogue("assay_run.json"));
  const auto assay = qpcr::read_assay(assay_test::assay_path("demo-methylation.toml"));
  const auto table =
      assay_test::covariates(assay, "sample,sex,afp [ng/mL]\nS1,female,4\nS2,male,<0.8\nS3,male,\nS5,,4\n");
  for (const double ntc : {0.0, 30.0}) {
    qpcr::RunData run = assay_test::methylation_run();
    if (ntc > 0) assay_test::add_well(run, "A4", "NTC", assay_test::methylation({ntc, {}, {}, {}}));
    assay_test::add_well(run, "B1", "S1", assay_test::methylation({{}, {}, {}, 26}));
    assay_test::add_well(run, "B2", "S2", assay_test::methylation({31, {}, 33, 26}));
    assay_test::add_well(run, "B3", "S3", assay_test::methylation({{}, {}, {}, 26}));
    assay_test::add_well(run, "B4", "S4", assay_test::methylation({{}, {}, {}, 34}));
    assay_test::add_well(run, "B5", "S5", assay_test::methylation({{}, {}, {}, {}}));
    assay_test::add_well(run, "B6", "S1", assay_test::methylation({{}, {}, {}, 26}));
    assay_test::add_well(run, "B7", "", assay_test::methylation({{}, {}, {}, 26}));
    assay_test::add_well(run, "B8", "S8", {{"OTHER", "TET", 30.0}});
    run.measurements[16].excluded = true;
    check(qpcr::analyze_run(qpcr::Run(run), assay, table), words);
  }
}
