// Definitions: what is read, what is refused and where, and what the hash depends on.
#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "libqpcr/assay/definition_parsing.hpp"
#include "libqpcr/assay/findings.hpp"
#include "libqpcr/assay/ucum.hpp"
#include "tests/assay/support.hpp"

using assay_test::assay_text;
using assay_test::error_of;
using assay_test::replace_first;
using assay_test::replace_once;

namespace {

qpcr::AssayDefinition parse(const std::string& text) { return qpcr::parse_assay(text, "a.toml"); }

/// The error of demo-methylation with its first `from` replaced.
std::string error_with(std::string_view from, std::string_view to, const std::string& name = "demo-methylation.toml") {
  return error_of([&] { parse(replace_first(assay_text(name), from, to)); });
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("every shipped definition is sound, cites its source and says that it is not for diagnosis") {
  int count = 0;
  std::set<std::string> hashes;
  for (const auto& entry : std::filesystem::directory_iterator(assay_test::assay_path(""))) {
    if (entry.path().extension() != ".toml") continue;
    INFO(entry.path());
    const qpcr::AssayDefinition assay = qpcr::read_assay(entry.path());
    CHECK(assay.id == entry.path().stem().string());
    const qpcr::AssayIdentity identity = qpcr::identify(assay);
    CHECK_FALSE(identity.citations.empty());
    CHECK(qpcr::find_source(assay, "") != nullptr);
    CHECK(identity.sha256.size() == 64);
    CHECK(hashes.insert(identity.sha256).second);
    CHECK(std::any_of(identity.statements.begin(), identity.statements.end(),
                      [](const auto& s) { return s.zh == "仅供科研/演示，不得用于临床诊断"; }));
    const bool is_template = assay.status == qpcr::AssayStatus::template_only;
    CHECK(error_of([&] { qpcr::require_runnable(assay); }).empty() != is_template);
    ++count;
  }
  CHECK(count >= 6);
}

TEST_CASE("the demonstration panel reads as it is written") {
  const qpcr::AssayDefinition assay = parse(assay_text("demo-methylation.toml"));
  CHECK(assay.status == qpcr::AssayStatus::simulated);
  CHECK(assay.cq.cycles == 45);
  REQUIRE(assay.targets.size() == 4);
  CHECK(assay.targets[2].dye_aliases == std::vector<std::string>{"HEX"});
  CHECK(assay.targets[0].threshold == 200.0);
  CHECK(assay.targets[0].not_detected.policy == qpcr::NotDetectedPolicy::impute);
  CHECK(assay.targets[0].not_detected.cycles == 45.0);
  CHECK(assay.targets[3].not_detected.policy == qpcr::NotDetectedPolicy::fail);
  CHECK(assay.targets[3].internal_control_kind == qpcr::InternalControlKind::endogenous);
  REQUIRE(assay.controls.size() == 3);
  CHECK(assay.controls[0].limits[3].kind == qpcr::LimitKind::absent_or_above);
  CHECK(assay.controls[0].limits[3].lower == 40.0);
  CHECK(assay.validity[0].limit.lower == 22.0);
  CHECK(assay.covariates[0].coding.at("male") == 1.0);
  CHECK(assay.covariates[1].transform == qpcr::Transform::log10);
  CHECK(assay.values[3].terms.at("afp") == 1.2);
  CHECK(assay.rules[3].gray->upper == 0.6);
  CHECK(assay.positive->operands.size() == 4);
  CHECK(assay.replicates.count == 1);
  CHECK(parse(assay_text("demo-rna.toml")).replicates.minimum_valid == 2);
}

TEST_CASE("errors of the text are located") {
  CHECK(error_with("threshold = 200", "thresold = 200") ==
        "assay_invalid: 'a.toml' line 40, 'targets[1].thresold': this key is not known; did you mean 'threshold'?");
  CHECK(contains(error_with("schema = \"qpcr.assay/2\"", "schema = \"qpcr.assay/3\""),
                 "line 3, 'schema': expected 'qpcr.assay/2'"));
  CHECK(contains(error_with("schema = \"qpcr.assay/2\"", "schema = \"qpcr.assay/1\""),
                 "line 3, 'schema': this is qpcr.assay/1 and this version reads qpcr.assay/2: write each citation as a "
                 "table [[sources]]"));
  CHECK(contains(error_with("status = \"simulated\"", "status = \"simulatd\""),
                 "(did you mean 'simulated'?), got 'simulatd'"));
  CHECK(contains(error_with("unit = \"ng/mL\"\n", ""), "'covariates[2].unit': this key is required and missing"));
  CHECK(contains(error_with("gray = [0.4, 0.6]", "gray = [0.6, 0.4]"), "the gray zone is reversed"));
  CHECK(contains(error_with("gray = [0.4, 0.6]", "gray = [0.4]"), "two numbers"));
  CHECK(contains(error_with("at_most = 9.0", "at_most = 9.0\nat_least = 1"), "'rules[1]': expected exactly one of"));
  CHECK(contains(error_with("at_most = 9.0\n", ""), "expected exactly one of 'at_most', 'below'"));
  CHECK(contains(error_with("at_most = 9.0", "at_most = nan"), "expected a finite number"));
  CHECK(contains(error_with("within = [22, 32]\n", "within = [32, 22]\n"), "reversed"));
  CHECK(contains(error_with("not_detected = { policy = \"impute\", value = 45 }\n", ""),
                 "'targets[1].not_detected': this key is required"));
  CHECK(contains(error_with("policy = \"impute\", value = 45", "policy = \"exclude\", value = 45"),
                 "only the policy 'impute' has a value"));
  CHECK(contains(error_with("policy = \"impute\", value = 45", "policy = \"impute\""),
                 "'targets[1].not_detected.value'"));
  CHECK(contains(error_with("[call]\npositive = { any", "[call]\npositive = { anny"), "did you mean 'any'?"));
  CHECK(contains(error_with("[call]\npositive = { any = [\"dm1\", \"dm2\", \"dm3\", \"combined\"] }", ""),
                 "'call': this key is required"));
}

TEST_CASE("what belongs together is demanded together, and what belongs to another kind is refused") {
  struct Case {
    std::string_view from;
    std::string_view to;
    std::string_view expected;
  };
  const std::vector<Case> cases{
      {"orientation = \"falls_with_template\"\n", "",
       "'values[1].orientation': this key is required: what the value does"},
      {"method = \"threshold\"", "method = \"threshold\"\norigin = \"vendor\"",
       "'cq.method': a Cq of the instrument's software is taken as it is stated"},
      {"method = \"threshold\"\nbaseline = \"linear\"", "origin = \"computed\"", "'cq.method': this key is required"},
      {"threshold = 200\n", "", "some targets have a threshold and others have none"},
      {"cycles = 45", "cycles = 45\ngate = { on_failure = \"unreadable\" }", "'cq.gate.shape': this key is required"},
      {"cycles = 45", "cycles = \"unpublished\"", "'cq.cycles': only a template may lack a number"},
      {"at_most = 9.0", "at_most = \"unpublished\"", "'rules[1].at_most': only a template may lack a number"},
      {"coding = { male = 1, female = 0 }", "coding = { male = 1, female = 0 }\nunit = \"1\"",
       "'covariates[1].unit': only a number has this"},
      {"kind = \"category\"", "kind = \"lot\"", "'covariates[1].coding': only a category has this"},
      {"missing = \"indeterminate\"", "missing = \"indeterminate\"\ntoo_old = \"invalid\"",
       "'covariates[2].too_old': nothing is too old without"},
      {"[[values]]\nid = \"dDM1\"",
       "[[acceptance]]\nid = \"a\"\ncovariate = \"afp\"\ntext = { zh = \"a\", en = \"a\" }\n[[values]]\nid = \"dDM1\"",
       "'acceptance[1]': expected 'at_least' or 'at_most' of a number, or 'one_of' of a category"},
      {"[[covariates]]", "[[inhibition]]\nid = \"i\"\ntarget = \"DIC\"\nagainst = \"NC\"\n[[covariates]]",
       "'inhibition[1]': expected 'maximum_shift', 'maximum_shift_sd' or both"},
      {"kind = \"logistic\"", "kind = \"linear\"\nscale = 2", "'values[4].scale': this key is not known"},
      {"at_least = 0.5", "at_least = 0.5\ndigits = 2", "'rules[4].digits': only a rounded comparison has digits"},
      {"at_least = 0.5", "at_least = 0.5\ncompare = \"rounded\"", "'rules[4].digits': this key is required"},
      {"at_least = 0.5",
       "at_least = 0.5\nestablishment = { method = \"Youden\", dataset = \"x\", date = \"2024-05-01\" }",
       "'rules[4].establishment.date': expected a date without quotes"},
      {"[outcomes]", "[classification]\nvalue = \"score\"\n[outcomes]",
       "'call': a definition makes a call or a classification, not both"},
      {"[outcomes]", "[outcomes]\nscored = { zh = \"a\", en = \"a\" }",
       "'outcomes.scored': only a definition with [classification] reports a score"},
      {"[outcomes]", "[repeat]\nmaximum = 1\n[outcomes]", "'repeat.requests': this key is required"},
      {"[outcomes]", "[flags]\nweak_positve = 1\n[outcomes]",
       "'flags.weak_positve': this key is not known; did you mean 'weak_positive'?"},
      {"[outcomes]", "[release]\nverified_by = \"x\"\n[outcomes]",
       "'release': expected exactly one of 'registration', 'laboratory_developed_test'"},
      {"certainty = \"assumed\"", "certainty = \"known\"", "'sources[1].certainty': expected one of 'found'"},
  };
  for (const Case& wrong : cases) {
    INFO(wrong.to);
    const std::string error = error_with(wrong.from, wrong.to);
    CHECK(contains(error, wrong.expected));
    CHECK(contains(error, "assay_invalid: 'a.toml' line "));
    if (!contains(error, wrong.expected)) WARN(error);
  }
}

namespace {

/// A score of covariates alone.
constexpr std::string_view score_text = R"toml(
schema = "qpcr.assay/2"
id = "score"
version = "1.0.0"
status = "literature_reproduction"
claim = "future_risk"
horizon_years = 5
title = { zh = "评分", en = "Score" }
intended_use = { zh = "研究", en = "Research" }
source = "paper"
[[sources]]
id = "paper"
text = "A paper"
certainty = "recalled"
[[statements]]
zh = "仅供科研/演示，不得用于临床诊断"
en = "For research and demonstration only; not for clinical diagnosis"
[[covariates]]
id = "age"
kind = "number"
unit = "a"
minimum = 18
maximum = 100
missing = "refuse"
[[values]]
id = "points"
kind = "linear"
intercept = 0
terms = { age = 0.06 }
[classification]
value = "points"
classes = [
  { id = "low", text = { zh = "低", en = "low" }, below = 2.5 },
  { id = "high", text = { zh = "高", en = "high" } },
]
)toml";

}  // namespace

TEST_CASE("a score of covariates alone has no Cq, no targets and no call, and classes in its place") {
  const std::string text(score_text);
  const qpcr::AssayDefinition score = parse(text);
  CHECK(score.claim == qpcr::Claim::future_risk);
  CHECK(score.horizon_years == 5.0);
  CHECK(score.targets.empty());
  CHECK(score.cq == qpcr::CqSettings{});
  CHECK_FALSE(score.positive);
  REQUIRE(score.classification);
  CHECK(score.classification->value == "points");
  REQUIRE(score.classification->classes.size() == 2);
  CHECK(score.classification->classes[0].below == 2.5);
  CHECK_FALSE(score.classification->classes[1].below);
  // What it does not say of its outcomes is what a report would say.
  CHECK(score.outcomes.scored == score.title);
  CHECK(score.outcomes.invalid.en == "Invalid");
  CHECK(score.outcomes.positive.zh.empty());
  const auto named = parse(text +
                           "[outcomes]\nscored = { zh = \"分\", en = \"points\" }\n"
                           "invalid = { zh = \"废\", en = \"void\" }\n");
  CHECK(named.outcomes.scored.en == "points");
  CHECK(named.outcomes.invalid.en == "void");
  CHECK(named.outcomes.indeterminate.en == "Indeterminate");
  CHECK(contains(error_of([&] { parse(text + "[outcomes]\npositive = { zh = \"阳\", en = \"positive\" }\n"); }),
                 "'outcomes.positive': a score makes no positive and negative"));
  CHECK(contains(error_of([&] { parse(text.substr(0, text.find("[classification]"))); }),
                 "'classification': this key is required: a future_risk is a score"));
  CHECK(contains(error_of([&] { parse(text + "[cq]\nmethod = \"threshold\"\ncycles = 45\n"); }),
                 "'targets': this key is required"));
}

TEST_CASE("Cq of the instrument's software, and thresholds of a calibration, are said in [cq]") {
  const std::string text = assay_text("septin9-triplicate-1of3.toml");
  const auto vendor = parse(replace_once(text, "method = \"second_derivative_maximum\"", "origin = \"vendor\""));
  CHECK(vendor.cq.origin == qpcr::CqOrigin::vendor);
  CHECK(vendor.cq.threshold_origin == qpcr::ThresholdOrigin::plate);
  CHECK(parse(assay_text("demo-methylation.toml")).cq.threshold_origin == qpcr::ThresholdOrigin::fixed);
  CHECK(parse(assay_text("methylation-three-gene.toml")).cq.threshold_origin == qpcr::ThresholdOrigin::plate);
  const auto calibrated = qpcr::parsing::parse_definition(qpcr::TomlTable::parse(
      replace_once(assay_text("demo-methylation.toml"), "cycles = 45\n", "cycles = 45\nthreshold = \"calibrated\"\n"),
      "a.toml", qpcr::ErrorCode::assay_invalid));
  CHECK(calibrated.cq.threshold_origin == qpcr::ThresholdOrigin::calibrated);
  CHECK(contains(error_with("cycles = 45\n", "cycles = 45\nthreshold = \"calibrated\"\n"),
                 "calibrated thresholds need a [threshold_calibration]"));
}

TEST_CASE("errors of sense are located") {
  struct Case {
    std::string_view from;
    std::string_view to;
    std::string_view expected;
  };
  const std::vector<Case> cases{
      {"id = \"DM2\"", "id = \"dm1\"", "'targets[2].id': this identifier is used twice"},
      {"id = \"dm2\"", "id = \"DM1\"", "'rules[2].id': expected an identifier that no other rule has"},
      {"dye = \"ROX\"", "dye = \"FAM\"", "two targets of one tube share a dye, got 'FAM'"},
      {"dye_aliases = [\"HEX\"]", "dye_aliases = [\"rox\"]", "two targets of one tube share a dye"},
      {"value = \"dDM1\"", "value = \"dDM4\"", "'rules[1].value': nothing here has this identifier; did you mean 'dDM"},
      {"terms = { dDM1 = -0.15", "terms = { score = -0.15",
       "'values[4].terms': nothing that is defined before has this identifier"},
      {"references = [\"DIC\"]", "references = [\"DM2\"]", "expected a reference or internal control, got 'DM2'"},
      {"target = \"DM1\"\nreferences", "target = \"DIC\"\nreferences", "ΔCq is target − reference"},
      {"any = [\"dm1\", \"dm2\"", "any = [\"dm1\", \"dm1\"", "one operand stands twice"},
      {"any = [\"dm1\", ", "any = [", "'rules[1].id': no call uses this rule"},
      {"any = [\"dm1\"", "any = [\"dm9\"", "'call.positive': nothing here has this identifier"},
      {"any = [\"dm1\", \"dm2\", \"dm3\", \"combined\"]",
       "at_least = 5, of = [\"dm1\", \"dm2\", \"dm3\", \"combined\"]", "expected at_least from 1 to 4"},
      {"gray = [0.4, 0.6]", "gray = [0.6, 0.7]", "the gray zone does not hold its own cut-off"},
      {"at_least = 0.5", "at_least = 1.5", "'score' lies between 0 and 1"},
      {"policy = \"impute\", value = 45", "policy = \"impute\", value = 40", "must not be earlier than 45"},
      {"policy = \"impute\", value = 45", "policy = \"censor\", maximum = 46", "proves no more than a Cq above 45"},
      {"threshold = 200\nnot_detected", "threshold = 200\nmaximum_cq = 50\nnot_detected",
       "'targets[1].maximum_cq': expected a cycle of the protocol"},
      {"signal = \"fluorescence\"\n", "", "'cq.signal': a fixed threshold has a scale"},
      {"threshold = 200", "threshold = -1", "expected a number above 0"},
      {"method = \"threshold\"", "method = \"second_derivative_maximum\"",
       "the Cq method of this assay uses no threshold"},
      {"kind = \"endogenous\"\n", "", "an internal control, and nothing else, is 'exogenous' or 'endogenous'"},
      {"within = [22, 32]\n\n[[covariates]]", "at_most = 32\n\n[[covariates]]",
       "an endogenous internal control has a two-sided window"},
      {"target = \"DIC\"\nwithin = [22, 32]", "target = \"DM1\"\nwithin = [22, 32]",
       "an internal control needs a validity rule"},
      {"unit = \"ng/mL\"", "unit = \"ng per mL\"", "expected a UCUM unit"},
      {"unit = \"ng/mL\"", "unit = \"µg/L\"", "expected a UCUM unit"},
      {"minimum = 0.1", "minimum = 0", "the transform 'log10' is not defined there"},
      {"minimum = 0.1", "minimum = 1000000", "expected a minimum below the maximum"},
      {"coding = { male = 1, female = 0 }", "coding = { male = 1 }", "a category has at least two codes"},
      {"  { target = \"DM2\", not_detected = true },\n", "", "a no_template control needs a limit for target 'DM2'"},
      {"{ target = \"DM1\", within = [25, 34] }", "{ target = \"DM1\", not_detected = true }",
       "a positive control needs a limit for target 'DM1'"},
      {"kind = \"no_template\"", "kind = \"negative\"", "a 'no_template' control is required"},
      {"sample_names = [\"NC\"]", "sample_names = [\"ntc\"]", "two controls share a name"},
      {"claim = \"diagnosis\"", "claim = \"future_risk\"", "positive and negative exist for 'diagnosis' alone"},
      {"version = \"1.0.0\"", "version = \"1.0\"", "expected three numbers"},
      {"zh = \"仅供科研/演示，不得用于临床诊断\"", "zh = \"演示\"",
       "'statements': a definition that is not released states in zh"},
      {"cycles = 45", "cycles = 0", "1 to 100 cycles"},
  };
  for (const Case& wrong : cases) {
    INFO(wrong.to);
    const std::string error = error_with(wrong.from, wrong.to);
    CHECK(contains(error, wrong.expected));
    CHECK(contains(error, "assay_invalid: 'a.toml' line "));
    if (!contains(error, wrong.expected)) WARN(error);
  }
  // What a reproduction may lack, an assay of its own may not.
  const std::string promoted = error_of([] {
    parse(replace_once(assay_text("methylation-three-gene-afp.toml"), "status = \"literature_reproduction\"",
                       "status = \"simulated\""));
  });
  CHECK(contains(promoted, "assay_invalid"));
  const auto findings =
      qpcr::inspect_assay_text(replace_once(assay_text("methylation-three-gene-afp.toml"),
                                            "status = \"literature_reproduction\"", "status = \"simulated\""),
                               "a.toml");
  CHECK(std::any_of(findings.begin(), findings.end(),
                    [](const qpcr::Finding& finding) { return finding.code == "control_required"; }));
  std::string bare = assay_text("septin9-triplicate-1of3.toml");
  const std::size_t begin = bare.find("source = \"");
  bare.erase(begin, bare.find("[[statements]]") - begin);
  CHECK(contains(error_of([&] { parse(bare); }), "a literature reproduction cites its source"));
  CHECK(contains(error_with("at_least_replicates = 1", "at_least_replicates = 4", "septin9-triplicate-1of3.toml"),
                 "1 to the number of replicates"));
  CHECK(contains(error_with("minimum_valid = 1", "minimum_valid = 4", "septin9-triplicate-1of3.toml"),
                 "'replicates.minimum_valid'"));
}

TEST_CASE("where a high Cq speaks for positive, not detected must fail or be paired") {
  // A lost marker: positive when the ΔCq is high.
  const std::string inverted = replace_first(assay_text("demo-methylation.toml"), "at_most = 9.0", "at_least = 9.0");
  CHECK(contains(error_of([&] { parse(inverted); }), "a high Cq of 'DM1' speaks for positive here"));
  const std::string_view policy = "not_detected = { policy = \"impute\", value = 45 }";
  CHECK_NOTHROW(parse(replace_first(inverted, policy, "not_detected = { policy = \"fail\" }")));
  for (const std::string_view unsafe : {"{ policy = \"censor\", maximum = 45 }", "{ policy = \"exclude\" }"}) {
    CHECK(contains(error_of([&] { parse(replace_first(inverted, policy, "not_detected = " + std::string(unsafe))); }),
                   "high Cq"));
  }
  CHECK_NOTHROW(parse(
      replace_first(inverted, policy, "not_detected = { policy = \"impute\", value = 45, paired_with = \"DIC\" }")));
  CHECK(contains(error_of([&] {
                   parse(replace_first(inverted, policy,
                                       "not_detected = { policy = \"impute\", value = 45, paired_with = \"DM2\" }"));
                 }),
                 "the pair must be a reference or endogenous internal control"));
  // The same hidden in a coefficient of a score, and in the slope of a sigmoid.
  CHECK(contains(error_with("dDM2 = -0.10", "dDM2 = 0.10"), "a high Cq of 'DM2' speaks for positive here"));
  CHECK(contains(error_with("slope = -0.2", "slope = 0.2", "methylation-three-gene-afp.toml"),
                 "a high Cq of 'H3C7' speaks for positive"));
  // A reference that failed would make every ΔCq small: it can only fail.
  CHECK(contains(
      error_with("kind = \"endogenous\"", "kind = \"endogenous\"\nnot_detected = { policy = \"impute\", value = 45 }"),
      "only 'fail' is safe here"));
}

TEST_CASE("templates are read but make no calls") {
  std::string text =
      replace_once(assay_text("demo-methylation.toml"), "status = \"simulated\"", "status = \"template_only\"");
  text = replace_once(text, "[call]\npositive = { any = [\"dm1\", \"dm2\", \"dm3\", \"combined\"] }\n", "");
  text.erase(text.find("[[rules]]"), text.find("[outcomes]") - text.find("[[rules]]"));
  const qpcr::AssayDefinition bare = parse(text);
  CHECK(contains(error_of([&] { qpcr::require_runnable(bare); }), "assay_refused"));
  CHECK(contains(error_of([&] { qpcr::call_sample(bare, {}); }), "a template lacks published numbers"));
  // That a released one is signed is release.hpp's to check.
  qpcr::AssayDefinition released = parse(assay_text("demo-methylation.toml"));
  released.status = qpcr::AssayStatus::released;
  CHECK_NOTHROW(qpcr::require_runnable(released));
  // A fictional assay is not released by its status alone.
  CHECK(contains(error_with("status = \"simulated\"", "status = \"released\""), "assay_invalid"));
}

TEST_CASE("a template may leave numbers unpublished") {
  std::string text =
      replace_once(assay_text("demo-methylation.toml"), "status = \"simulated\"", "status = \"template_only\"");
  text = replace_once(text, "at_most = 9.0", "at_most = \"unpublished\"");
  text = replace_once(text, "dDM1 = -0.15", "dDM1 = \"unpublished\"");
  const auto assay = qpcr::parsing::parse_definition(qpcr::TomlTable::parse(
      replace_once(text, "cycles = 45", "cycles = \"unpublished\""), "a.toml", qpcr::ErrorCode::assay_invalid));
  CHECK(std::isnan(assay.rules[0].limit));
  CHECK(std::isnan(assay.values[3].terms.at("dDM1")));
  CHECK(assay.cq.cycles == 0);
  CHECK(qpcr::identify(assay).sha256.size() == 64);
}

TEST_CASE("the hash is of the content: layout, comments and key order do not enter, every value does") {
  const std::string text = assay_text("demo-methylation.toml");
  const auto hash = [](const std::string& toml) { return qpcr::identify(parse(toml)).sha256; };
  const std::string original = hash(text);
  CHECK(hash("# another comment\n\n" + text) == original);
  CHECK(hash(replace_once(text, "method = \"threshold\"\nbaseline = \"linear\"",
                          "baseline   = \"linear\"\nmethod='threshold' # x")) == original);
  CHECK(hash(replace_once(text, "coding = { male = 1, female = 0 }", "coding = { female = 0.0, male = 1.0 }")) ==
        original);
  CHECK(hash(replace_once(text, "at_most = 9.0", "at_most = 9")) == original);
  CHECK(hash(replace_once(text, "at_most = 9.0", "at_most = 9.0\ncompare = \"unrounded\"")) == original);
  std::set<std::string> hashes{original};
  for (const auto& [from, to] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"at_most = 9.0", "at_most = 9.01"},
           {"value = \"dDM1\"\nat_most", "value = \"dDM1\"\nbelow"},
           {"version = \"1.0.0\"", "version = \"1.0.1\""},
           {"cycles = 45", "cycles = 44"},
           {"threshold = 200", "threshold = 201"},
           {"value = 45", "value = 46"},
           {"dDM1 = -0.15", "dDM1 = -0.16"},
           {"gray = [0.4, 0.6]", "gray = [0.4, 0.61]"},
           {"minimum_count = 1", "minimum_count = 2"},
           {"within = [25, 34]", "within = [25, 34.5]"},
           {"missing = \"refuse\"", "missing = \"indeterminate\""},
           {"en = \"Positive\"", "en = \"positive\""},
           {"male = 1", "male = 2"},
           {"any = [\"dm1\", \"dm2\"", "any = [\"dm2\", \"dm1\""},
           {"baseline = \"linear\"", "baseline = \"constant\""},
           {"transform = \"log10\"", "transform = \"ln\""}}) {
    INFO(to);
    std::string changed = replace_first(text, from, to);
    if (from == "cycles = 45")
      changed = replace_first(changed, "cycles = 44", "cycles = 45\nbaseline_cycles = [3, 15]");
    CHECK(hashes.insert(hash(changed)).second);
  }
}

TEST_CASE("UCUM units are told from other spellings") {
  for (const char* unit :
       {"ng/mL", "10*9/L", "10^9/L", "a", "%", "[IU]/mL", "m[IU]/mL", "umol/L", "g.m-2", "/uL", "{score}"}) {
    INFO(unit);
    CHECK(qpcr::is_ucum_unit(unit));
  }
  for (const char* unit : {"", " ", "ng per mL", "ng//mL", "ng/", "µg/L", "[IU", "岁", "{}", "."}) {
    INFO(unit);
    CHECK_FALSE(qpcr::is_ucum_unit(unit));
  }
}

TEST_CASE("a damaged definition is read or refused, never anything else") {
  int refused = 0;
  std::mt19937 random(11);
  for (const char* name :
       {"demo-methylation.toml", "septin9-triplicate-1of3.toml", "methylation-three-gene-afp.toml"}) {
    const std::string text = assay_text(name);
    for (int round = 0; round < 300; ++round) {
      std::string damaged = text;
      for (int change = 0; change < 3; ++change) {
        const std::size_t place = random() % damaged.size();
        switch (random() % 4) {
          case 0:
            damaged.erase(place, 1 + random() % 40);
            break;
          case 1:
            damaged[place] = static_cast<char>(random() % 256);
            break;
          case 2:
            damaged.insert(place, damaged.substr(random() % damaged.size(), random() % 60));
            break;
          default:
            damaged.insert(place, 1, "[]{}=\"'-,.0123456789"[random() % 20]);
            break;
        }
      }
      try {
        qpcr::identify(parse(damaged));
      } catch (const qpcr::Error&) {
        ++refused;
      }
    }
  }
  CHECK(refused > 300);
}

TEST_CASE("a definition built in memory is held to the same rules") {
  qpcr::AssayDefinition assay = parse(assay_text("demo-methylation.toml"));
  assay.controls[0].limits[3].lower.reset();
  CHECK(contains(error_of([&] { qpcr::check_assay(assay); }), "a limit 'absent_or_above' needs its numbers"));
  assay = parse(assay_text("demo-methylation.toml"));
  assay.positive.reset();
  CHECK(contains(error_of([&] { qpcr::check_assay(assay); }), "only a template may lack the call"));
}
