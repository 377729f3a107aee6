// The content that is hashed: every key is read, every member enters, and nothing else does.
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <regex>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "libqpcr/assay/definition_content.hpp"
#include "libqpcr/assay/definition_parsing.hpp"
#include "tests/assay/definition_mutations.hpp"
#include "tests/assay/full_definition.hpp"
#include "tests/assay/support.hpp"

using assay_test::error_of;
using assay_test::replace_first;
using assay_test::replace_once;

namespace {

/// A definition as it is written: the full one keeps no rule of sense.
qpcr::AssayDefinition parse(std::string_view text) {
  return qpcr::parsing::parse_definition(qpcr::TomlTable::parse(text, "full.toml", qpcr::ErrorCode::assay_invalid));
}

std::string full_text() {
  return qpcr::read_file(std::filesystem::path(QPCR_SOURCE_DIR) / "tests/assay/full_definition.toml");
}

std::string hash(const qpcr::AssayDefinition& definition) { return qpcr::identify(definition).sha256; }

/// "Struct.member" of every value type in a header of the definition.
std::set<std::string> members_of(const std::string& header, const std::regex& wanted) {
  const std::string text = qpcr::read_file(std::filesystem::path(QPCR_SOURCE_DIR) / "libqpcr/assay" / header);
  const std::regex part(R"re(^struct (\w+) \{$)re");
  const std::regex member(R"re(^  (?!enum |bool operator)[A-Za-z_][\w:<>, ]* (\w+)( = [^;]+)?;.*$)re");
  std::set<std::string> members;
  std::string name;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, part)) name = match[1];
    if (line == "};") name.clear();
    if (!name.empty() && std::regex_match(name, wanted) && std::regex_match(line, match, member)) {
      members.insert(name + "." + match[1].str());
    }
  }
  return members;
}

}  // namespace

TEST_CASE("a text that uses every key reads as the value typed apart from it") {
  const qpcr::AssayDefinition read = parse(full_text());
  const qpcr::AssayDefinition expected = assay_test::full_definition();
  CHECK(read.sources == expected.sources);
  CHECK(read.cq == expected.cq);
  CHECK(read.targets == expected.targets);
  CHECK(read.controls == expected.controls);
  CHECK(read.validity == expected.validity);
  CHECK(read.inhibition == expected.inhibition);
  CHECK(read.replicates == expected.replicates);
  CHECK(read.standard_curves == expected.standard_curves);
  CHECK(read.threshold_calibration == expected.threshold_calibration);
  CHECK(read.covariates == expected.covariates);
  CHECK(read.acceptance == expected.acceptance);
  REQUIRE(read.values.size() == expected.values.size());
  for (std::size_t i = 0; i < read.values.size(); ++i) {
    INFO(expected.values[i].id);
    CHECK(read.values[i] == expected.values[i]);
  }
  CHECK(read.rules == expected.rules);
  CHECK(read.positive == expected.positive);
  CHECK(read.repeat == expected.repeat);
  CHECK(read.flags == expected.flags);
  CHECK(read.outcomes == expected.outcomes);
  CHECK(read.release == expected.release);
  CHECK(read == expected);
  CHECK(hash(read) == hash(expected));
}

TEST_CASE("every key that the parser knows stands in that text or in one of its variants") {
  std::string text = full_text();
  text += "\nlaboratory_developed_test = 1\n[classification]\nclasses = [{}]\nscored = 1\n";
  std::string sources;
  for (const char* file : {"definition.cpp", "parse_reactions.cpp", "parse_values.cpp"}) {
    sources += qpcr::read_file(std::filesystem::path(QPCR_SOURCE_DIR) / "libqpcr/assay" / file);
  }
  const std::regex list(R"re((allow_only|allow_with)\([^{]*\{([^}]*)\})re");
  const std::regex word(R"re("(\w+)")re");
  int count = 0;
  for (std::sregex_iterator it(sources.begin(), sources.end(), list), end; it != end; ++it) {
    const std::string keys = (*it)[2];
    for (std::sregex_iterator key(keys.begin(), keys.end(), word); key != end; ++key, ++count) {
      INFO((*key)[1].str());
      CHECK(std::regex_search(text, std::regex("(^|[\\[{\\s])" + (*key)[1].str() + "(\\]| =)")));
    }
  }
  CHECK(count > 150);
}

TEST_CASE("each member of each part of a definition changes its hash") {
  const qpcr::AssayDefinition original = assay_test::complete_definition();
  std::map<std::string, std::string> seen{{hash(original), "the original"}};
  std::set<std::string> changed;
  for (const assay_test::Mutation& mutation : assay_test::list_mutations()) {
    INFO(mutation.name);
    qpcr::AssayDefinition assay = original;
    mutation.apply(assay);
    CHECK_FALSE(assay == original);
    CHECK(hash(assay) != hash(original));
    changed.insert(mutation.name.substr(0, mutation.name.find(' ')));
    seen.emplace(hash(assay), mutation.name);
  }
  // A member that is added to a header has its row here, or this fails.
  std::set<std::string> declared;
  for (const char* header : {"definition.hpp", "definition_reactions.hpp", "definition_values.hpp"}) {
    declared.merge(members_of(header, std::regex(".*")));
  }
  declared.merge(members_of("result.hpp", std::regex("LocalizedText|OutcomeTexts")));
  CHECK(declared.size() > 200);
  changed.insert("CqSettings.options");  // the next test
  CHECK(declared == changed);
}

TEST_CASE("of the options of the Cq method those that a definition can say are hashed, and others are refused") {
  const qpcr::AssayDefinition original = assay_test::complete_definition();
  std::set<std::string> hashes{hash(original)};
  const std::vector<std::function<void(qpcr::CqOptions&)>> said{
      [](qpcr::CqOptions& o) { o.method = qpcr::CqMethod::second_derivative_maximum; },
      [](qpcr::CqOptions& o) { o.model = qpcr::AmplificationModel::log_logistic_4; },
      [](qpcr::CqOptions& o) { o.baseline.method = qpcr::BaselineMethod::linear; },
      [](qpcr::CqOptions& o) { o.baseline.first_cycle = 4; },
      [](qpcr::CqOptions& o) { o.baseline.first_cycle.reset(); },
      [](qpcr::CqOptions& o) { o.baseline.last_cycle = 13; },
      [](qpcr::CqOptions& o) { o.baseline.last_cycle.reset(); }};
  for (const auto& change_option : said) {
    qpcr::AssayDefinition assay = original;
    change_option(assay.cq.options);
    CHECK(hashes.insert(hash(assay)).second);
  }
  const std::vector<std::function<void(qpcr::CqOptions&)>> unsaid{
      [](qpcr::CqOptions& o) { o.threshold = 0.1; },
      [](qpcr::CqOptions& o) { o.interpolation = qpcr::Interpolation::logarithmic; },
      [](qpcr::CqOptions& o) { o.choose_model = true; },
      [](qpcr::CqOptions& o) { o.baseline.model = qpcr::AmplificationModel::log_logistic_5; },
      [](qpcr::CqOptions& o) { o.noise_free = true; }};
  for (const auto& change_option : unsaid) {
    qpcr::AssayDefinition assay = original;
    change_option(assay.cq.options);
    CHECK(error_of([&] { hash(assay); }).find("'cq': these options of the Cq method have no key") != std::string::npos);
  }
}

TEST_CASE("neither comments nor white space nor the order of keys and tables change the hash, nor defaults spelt out") {
  const std::string text = full_text();
  const std::string original = hash(parse(text));
  CHECK(hash(parse("# comment\n\n" + text + "\n# end\n")) == original);
  CHECK(hash(parse(replace_once(text, "slope = -3.4\nintercept = 38\n", "intercept   = 38.0 # x\n slope = -3.40\n"))) ==
        original);
  const std::string flags = "[flags]\nweak_positive = 1.5\nneighbour_difference = 9\n";
  CHECK(hash(parse(replace_once(replace_once(text, flags, ""), "[cq]\n",
                                "[flags]\nneighbour_difference = 9\nweak_positive = 1.5\n[cq]\n"))) == original);
  CHECK(hash(parse(replace_once(text, "{ male = 1, female = 0 }", "{ female = 0.0, male = 1.0 }"))) == original);
  for (const auto& [from, to] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"id = \"T2\"", "id = \"T2\"\ntreatment = \"none\"\ntube = \"1\"\nsource = \"kit\""},
           {"role = \"internal_control\"",
            "role = \"internal_control\"\nnot_detected = { policy = \"fail\" }\nsource = \"kit\""},
           {"id = \"man\"", "id = \"man\"\naction = \"invalid\"\nsource = \"kit\""},
           {"id = \"lp\"", "id = \"lp\"\ndisplay_digits = 2\nsource = \"kit\""},
           {"id = \"less\"", "id = \"less\"\ncompare = \"unrounded\"\nsource = \"kit\""},
           {"id = \"reagent\"", "id = \"reagent\"\nsource = \"kit\""}}) {
    INFO(to);
    CHECK(hash(parse(replace_once(text, from, to))) == original);
  }
  // Where every target has its threshold, "fixed" is the default; where none has, "plate".
  const std::string fixed = assay_test::assay_text("demo-methylation.toml");
  CHECK(hash(parse(fixed)) ==
        hash(parse(replace_once(fixed, "cycles = 45\n", "cycles = 45\nthreshold = \"fixed\"\n"))));
  const std::string plate = assay_test::assay_text("septin9-triplicate-1of3.toml");
  CHECK(hash(parse(plate)) == hash(parse(replace_once(plate, "cycles = 50\n",
                                                      "cycles = 50\norigin = \"computed\"\nthreshold = \"plate\"\n"
                                                      "gate = { shape = \"any\", on_failure = \"unreadable\" }\n"))));
}

TEST_CASE("an unpublished number is null in the content, and no absent one") {
  qpcr::AssayDefinition assay = assay_test::complete_definition();
  assay.targets[0].threshold = std::numeric_limits<double>::quiet_NaN();
  const nlohmann::json content = qpcr::to_content(assay);
  CHECK(content["targets"][0]["threshold"].is_null());
  CHECK_FALSE(content["targets"][1].contains("threshold"));
  const std::string unpublished = hash(assay);
  assay.targets[0].threshold.reset();
  CHECK(hash(assay) != unpublished);
}

TEST_CASE("where a source is recalled, the identity and its statements say so") {
  const qpcr::AssayDefinition assay = assay_test::full_definition();
  const qpcr::AssayIdentity identity = qpcr::identify(assay);
  CHECK(identity.recalled);
  CHECK(identity.citations == std::vector<std::string>{"The kit", "Recalled"});
  REQUIRE(identity.statements.size() == 2);
  CHECK(identity.statements[0] == assay.statements[0]);
  CHECK(identity.statements[1].zh == "部分参数系凭记忆录入，使用前须核对原始文献");
  CHECK(identity.statements[1].en == "Some constants are recalled from memory: verify them in the source before use");
  qpcr::AssayDefinition stated = assay;
  stated.statements.push_back(identity.statements[1]);
  CHECK(qpcr::identify(stated).statements == identity.statements);
  qpcr::AssayDefinition found = assay;
  found.sources[1].certainty = qpcr::SourceCertainty::found;
  CHECK_FALSE(qpcr::identify(found).recalled);
  CHECK(qpcr::identify(found).statements == assay.statements);
  CHECK(qpcr::find_source(assay, assay.targets[0].source)->text == "Recalled");
  CHECK(qpcr::find_source(assay, assay.targets[1].source)->text == "The kit");
  CHECK(qpcr::find_source(assay, "none") == nullptr);
}

TEST_CASE("every key refuses a value of another type and a misspelling, at its line") {
  std::vector<std::string> lines;
  std::istringstream text(full_text());
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  int count = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t equals = lines[i].find(" = ");
    if (equals == std::string::npos || lines[i].front() == ' ' || lines[i].back() == '[') continue;
    const std::string key = lines[i].substr(0, equals);
    const auto error_with = [&](const std::string& line) {
      std::vector<std::string> changed = lines;
      changed[i] = line;
      std::string toml;
      for (const std::string& other : changed) toml += other + "\n";
      return error_of([&] { parse(toml); });
    };
    INFO(lines[i]);
    const std::string line = "'full.toml' line " + std::to_string(i + 1) + ", ";
    const std::string wrong = error_with(key + " = { wrong = [1] }");
    CHECK(wrong.find("assay_invalid: " + line) == 0);
    CHECK(wrong.find(key) != std::string::npos);
    const std::string misspelt = error_with(key + "_" + lines[i].substr(equals));
    // These two choose what else may stand in their table.
    if (key == "schema" || (key == "kind" && misspelt.find("'values[") != std::string::npos)) {
      CHECK(misspelt.find(key + "': this key is required and missing") != std::string::npos);
    } else {
      CHECK(misspelt.find("assay_invalid: " + line) == 0);
      CHECK(misspelt.find(key + "_': this key is not known") != std::string::npos);
    }
    ++count;
  }
  CHECK(count > 200);
}

TEST_CASE("a damaged definition is read or refused, never more") {
  const std::string text = full_text();
  std::mt19937 random(20260102);
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string damaged = text;
    for (std::size_t edits = 1 + random() % 3; edits > 0; --edits) {
      const std::size_t place = random() % damaged.size();
      if (random() % 2 == 0) {
        damaged.erase(place, 1 + random() % 8);
      } else {
        damaged.insert(place, damaged.substr(random() % damaged.size(), random() % 40));
      }
    }
    try {
      hash(parse(damaged));
    } catch (const qpcr::Error&) {
      ++refused;
    }
  }
  CHECK(refused > 1000);
}
