// Shipped definitions against the published numbers of their sources.
#include <cmath>
#include <filesystem>
#include <functional>
#include <set>

#include <catch2/catch.hpp>

#include "tests/assay/edge_vectors.hpp"
#include "tests/assay/published_vectors.hpp"

using assay_vectors::Cells;
using assay_vectors::Vector;
using qpcr::Outcome;

namespace {

const qpcr::AssayDefinition& assay(const std::string& id) {
  static std::map<std::string, qpcr::AssayDefinition> read;
  const auto found = read.find(id);
  if (found != read.end()) return found->second;
  return read.emplace(id, qpcr::read_assay(assay_test::assay_path(id + ".toml"))).first->second;
}

std::vector<std::string> shipped() {
  std::set<std::string> ids;
  for (const auto& entry : std::filesystem::directory_iterator(assay_test::assay_path(""))) {
    if (entry.path().extension() == ".toml") ids.insert(entry.path().stem().string());
  }
  return {ids.begin(), ids.end()};
}

/// Digits after the point of a printed number.
int decimals(const std::string& text) {
  const std::size_t point = text.find('.');
  return point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
}

void check_vector(const Vector& vector) {
  INFO(vector.assay << ": " << vector.name);
  const qpcr::AssayDefinition& definition = assay(vector.assay);
  if (vector.refused) {
    CHECK_THROWS_AS(assay_vectors::observe(definition, vector), qpcr::Error);
    return;
  }
  const qpcr::SampleCall call = qpcr::call_sample(definition, assay_vectors::observe(definition, vector));
  if (vector.computed) return;
  CHECK(call.outcome == vector.outcome);
  CHECK((call.score_class ? call.score_class->id : std::string()) == vector.score_class);
  CHECK_FALSE(call.reasons.empty());
  for (const assay_vectors::PrintedValue& printed : vector.values) {
    INFO(printed.id);
    CHECK(qpcr::format_fixed(assay_vectors::score_of(definition, vector, printed.id), decimals(printed.text)) ==
          printed.text);
  }
}

double number(const Cells& cells, const std::string& column) { return qpcr::parse_double(cells.at(column)).value(); }
bool is(const Cells& cells, const std::string& column, const std::string& code) { return cells.at(column) == code; }

/// Every combination of some columns' texts over the base cells of a definition.
std::vector<Cells> grid(const std::string& id,
                        const std::vector<std::pair<std::string, std::vector<std::string>>>& axes) {
  std::vector<Cells> all{assay_vectors::base_cells.at(id)};
  for (const auto& axis : axes) {
    std::vector<Cells> next;
    for (const Cells& cells : all) {
      for (const std::string& text : axis.second) next.push_back(assay_vectors::with(cells, {{axis.first, text}}));
    }
    all = std::move(next);
  }
  return all;
}

struct Formula {
  std::string assay;
  std::string value;
  std::function<double(const Cells&)> formula;
  std::vector<Cells> cells;
};

// The equations as their sources print them, written without a look at the definitions.

double galad(const Cells& c) {
  return -10.08 + 0.09 * number(c, "age") + 1.67 * (is(c, "sex", "male") ? 1 : 0) +
         2.34 * std::log10(number(c, "afp")) + 0.04 * number(c, "afp_l3") + 1.33 * std::log10(number(c, "dcp"));
}

double asap(const Cells& c) {
  return -7.57711770 + 0.04666357 * number(c, "age") - 0.57611693 * (is(c, "sex", "female") ? 1 : 0) +
         0.42243533 * std::log(number(c, "afp")) + 1.10518910 * std::log(number(c, "pivka_ii"));
}

double expit(double logit) { return std::exp(logit) / (1 + std::exp(logit)); }

double albi(const Cells& c) { return 0.66 * std::log10(number(c, "bilirubin")) - 0.085 * number(c, "albumin"); }

double amap(const Cells& c) {
  const double male = is(c, "sex", "male") ? 1 : 0;
  return ((0.06 * number(c, "age") + 0.89 * male + 0.48 * albi(c) - 0.01 * number(c, "platelets")) + 7.4) / 14.77 * 100;
}

double reach_b(const Cells& c) {
  const double alt = number(c, "alt");
  const double dna = number(c, "hbv_dna");
  double linear = -6.12796 + 0.09859 * number(c, "age");
  if (is(c, "sex", "male")) linear += 0.78798;
  if (is(c, "hbeag", "positive")) linear += 0.81308;
  if (alt >= 45) {
    linear += 0.96311;
  } else if (alt >= 15) {
    linear += 0.38823;
  }
  if (dna >= 1e6) {
    linear += 2.09258;
  } else if (dna >= 1e5) {
    linear += 2.27028;
  } else if (dna >= 1e4) {
    linear += 1.31467;
  } else if (dna >= 300) {
    linear += 0.11648;
  }
  return 100 * (1 - std::pow(0.99853, std::exp(linear)));
}

double balad2(const Cells& c) {
  return 0.02 * (std::min(number(c, "afp"), 50000.0) / 1000 - 2.57) + 0.012 * (number(c, "afp_l3") - 14.19) +
         0.19 * (std::log(number(c, "dcp")) - 1.93) + 0.17 * (std::sqrt(number(c, "bilirubin")) - 4.5) -
         0.09 * (number(c, "albumin") - 35.11);
}

double gaap(const Cells& c) {
  return -11.203 + 0.699 * (is(c, "sex", "male") ? 1 : 0) + 0.094 * number(c, "age") +
         1.076 * std::log10(number(c, "afp")) + 2.376 * std::log10(number(c, "pivka_ii"));
}

double doylestown(const Cells& c) {
  return expit(-10.307 + 0.097 * number(c, "age") + 1.645 * (is(c, "sex", "male") ? 1 : 0) +
               2.315 * std::log10(number(c, "afp")) + 0.011 * number(c, "alp") - 0.008 * number(c, "alt"));
}

std::vector<Formula> formulas() {
  const std::vector<std::string> sexes{"male", "female"};
  const std::vector<std::string> ages{"18", "40", "55.5", "70", "90"};
  const std::vector<std::string> afps{"0.8", "3", "20", "400", "60000"};
  const std::vector<std::string> pivkas{"0.5", "12", "40", "2000", "1000000"};
  std::vector<Formula> list;
  for (const std::string id : {"galad", "galad-pivka-mau"}) {
    list.push_back({id, "galad", galad,
                    grid(id, {{"sex", sexes},
                              {"age", ages},
                              {"afp", afps},
                              {"afp_l3", {"0", "5", "33.3", "100"}},
                              {"dcp", {"0.1", "0.752", "7.5", "40", "5000"}}})});
    list.push_back({id, "probability", [](const Cells& c) { return expit(galad(c)); },
                    grid(id, {{"sex", sexes}, {"age", ages}, {"afp", afps}})});
  }
  for (const std::string id : {"asap", "asap-three-classes", "asap-recalibrated"}) {
    list.push_back({id, "asap", asap, grid(id, {{"sex", sexes}, {"age", ages}, {"afp", afps}, {"pivka_ii", pivkas}})});
  }
  for (const std::string id : {"asap", "asap-three-classes"}) {
    list.push_back({id, "probability", [](const Cells& c) { return expit(asap(c)); },
                    grid(id, {{"sex", sexes}, {"age", ages}, {"afp", afps}, {"pivka_ii", pivkas}})});
  }
  list.push_back({"asap-recalibrated", "probability", [](const Cells& c) { return expit(-3.243 + 1.192 * asap(c)); },
                  grid("asap", {{"sex", sexes}, {"age", ages}, {"afp", afps}, {"pivka_ii", pivkas}})});
  const std::vector<std::string> bilirubins{"3", "15", "16.5", "60", "500"};
  const std::vector<std::string> albumins{"20", "32.5", "42", "55"};
  list.push_back({"amap", "amap", amap,
                  grid("amap", {{"sex", sexes},
                                {"age", ages},
                                {"bilirubin", bilirubins},
                                {"albumin", albumins},
                                {"platelets", {"20", "100", "250"}}})});
  list.push_back({"albi", "albi", albi, grid("albi", {{"bilirubin", bilirubins}, {"albumin", albumins}})});
  for (const std::string id : {"reach-b", "reach-b-iu"}) {
    list.push_back({id, "risk", reach_b,
                    grid(id, {{"sex", sexes},
                              {"age", ages},
                              {"hbeag", {"negative", "positive"}},
                              {"alt", {"0", "14.999", "15", "44.5", "45", "300"}},
                              {"hbv_dna",
                               {"1", "299.5", "300", "9999.5", "10000", "99999.5", "100000", "999999.5", "1000000",
                                "1000000000"}}})});
  }
  list.push_back({"balad-2", "balad2", balad2,
                  grid("balad-2", {{"afp", {"1", "200", "49999", "50000", "70000"}},
                                   {"afp_l3", {"0", "14.19", "80"}},
                                   {"dcp", {"0.2", "8", "900"}},
                                   {"bilirubin", bilirubins},
                                   {"albumin", albumins}})});
  list.push_back(
      {"gaap", "gaap", gaap, grid("gaap", {{"sex", sexes}, {"age", ages}, {"afp", afps}, {"pivka_ii", pivkas}})});
  list.push_back(
      {"doylestown", "probability", doylestown,
       grid(
           "doylestown",
           {{"sex", sexes}, {"age", ages}, {"afp", afps}, {"alp", {"0", "100", "420"}}, {"alt", {"0", "40", "800"}}})});
  return list;
}

}  // namespace

TEST_CASE("every shipped definition reads, carries the statement of research and cites what its constants come from") {
  const std::vector<std::string> ids = shipped();
  CHECK(ids.size() == 41);
  std::map<qpcr::AssayStatus, int> count;
  for (const std::string& id : ids) {
    INFO(id);
    const qpcr::AssayDefinition& definition = assay(id);
    CHECK(definition.id == id);
    ++count[definition.status];
    CHECK_FALSE(definition.sources.empty());
    bool research = false;
    bool aid = false;
    for (const qpcr::LocalizedText& statement : definition.statements) {
      research = research || statement.zh == qpcr::research_statement_zh;
      aid = aid || statement.zh.find("仅供辅助诊断") != std::string::npos ||
            statement.zh.find("不得用于肝癌判断") != std::string::npos;
    }
    CHECK(research);
    if (definition.claim == qpcr::Claim::diagnosis) CHECK(aid);
    if (definition.status == qpcr::AssayStatus::template_only) {
      CHECK_THROWS_AS(qpcr::require_runnable(definition), qpcr::Error);
    } else {
      CHECK_NOTHROW(qpcr::require_runnable(definition));
    }
  }
  CHECK(count[qpcr::AssayStatus::simulated] == 2);
  CHECK(count[qpcr::AssayStatus::literature_reproduction] == 20);
  CHECK(count[qpcr::AssayStatus::template_only] == 19);
}

TEST_CASE("definitions whose constants are from memory say so") {
  const std::set<std::string> recalled{"asap",    "balad-2",    "doylestown",           "gaap", "galad-pivka-mau",
                                       "reach-b", "reach-b-iu", "septin9-us-triplicate"};
  for (const std::string& id : shipped()) {
    if (assay(id).status != qpcr::AssayStatus::literature_reproduction) continue;
    if (id.rfind("methylation-", 0) == 0 || id.rfind("septin9-triplicate", 0) == 0) continue;
    INFO(id);
    CHECK(qpcr::identify(assay(id)).recalled == (recalled.count(id) > 0));
  }
}

TEST_CASE("published vectors and truth tables") {
  const std::vector<Vector> vectors = assay_vectors::published_vectors();
  std::map<std::string, int> count;
  for (const Vector& vector : vectors) {
    check_vector(vector);
    ++count[vector.assay];
  }
  // No vector may go missing: the numbers stand in validation_data/assays/README.md too.
  const std::map<std::string, int> expected{{"albi", 13},
                                            {"amap", 26},
                                            {"asap", 32},
                                            {"asap-recalibrated", 30},
                                            {"asap-three-classes", 30},
                                            {"balad-2", 31},
                                            {"doylestown", 28},
                                            {"gaap", 25},
                                            {"galad", 36},
                                            {"galad-pivka-mau", 36},
                                            {"kotoh-septin9-copies", 10},
                                            {"methylation-three-gene", 21},
                                            {"methylation-three-gene-afp", 25},
                                            {"mt1m-mt1g", 23},
                                            {"reach-b", 49},
                                            {"reach-b-iu", 50},
                                            {"septin9-delta-cq", 14},
                                            {"septin9-triplicate-1of3", 22},
                                            {"septin9-triplicate-2of3", 22},
                                            {"septin9-us-triplicate", 22}};
  for (const auto& [id, number] : count) UNSCOPED_INFO(id << " has " << number);
  CHECK(count == expected);
}

TEST_CASE("scores follow the printed equations over a grid, band edges included") {
  std::size_t points = 0;
  for (const Formula& formula : formulas()) {
    const qpcr::AssayDefinition& definition = assay(formula.assay);
    for (const Cells& cells : formula.cells) {
      const Vector vector{formula.assay, {}, {}, cells, Outcome::scored, {}, {}};
      const double expected = formula.formula(cells);
      INFO(formula.assay << " " << formula.value);
      REQUIRE(assay_vectors::score_of(definition, vector, formula.value) ==
              Approx(expected).epsilon(1e-11).margin(1e-11));
      ++points;
    }
  }
  CHECK(points == 8220);
}

TEST_CASE("a score exactly on its cut-off or class edge, and one double to either side") {
  for (const assay_vectors::Edge& edge : assay_vectors::edges()) {
    INFO(edge.assay << " " << edge.limit);
    for (const Vector& vector : assay_vectors::edge_vectors(assay(edge.assay), edge)) check_vector(vector);
  }
  for (const assay_vectors::RoundedEdge& edge : assay_vectors::rounded_edges()) {
    const Vector vector = assay_vectors::rounded_edge_vector(assay(edge.assay), edge);
    check_vector(vector);
    CHECK(assay_vectors::score_of(assay(edge.assay), vector, edge.value) == Approx(edge.score).margin(1e-6));
  }
}

TEST_CASE("controls pass and fail at the published limits") {
  const std::vector<assay_vectors::ControlVector> vectors = assay_vectors::control_vectors();
  CHECK(vectors.size() == 63);
  for (const assay_vectors::ControlVector& vector : vectors) {
    INFO(vector.assay << " " << vector.control << " " << vector.target);
    const qpcr::ControlDefinition* control = qpcr::find_control(assay(vector.assay), vector.control);
    REQUIRE(control != nullptr);
    for (const qpcr::CqLimit& limit : control->limits) {
      if (limit.target == vector.target) {
        CHECK(qpcr::satisfies(assay(vector.assay), limit, vector.observation) == vector.passed);
      }
    }
  }
}

TEST_CASE("unit confusion: the naive rule calls 40 mAU/mL positive, ours refuses it or converts it to negative") {
  Cells cells = assay_vectors::with(assay_vectors::base_cells.at("galad"), {{"dcp", "40"}});
  CHECK(qpcr::format_fixed(galad(cells), 2) == "1.21");
  CHECK(galad(cells) >= -0.63);
  cells = assay_vectors::with(cells, {{"dcp", ""}, {"dcp [m[arb'U]/mL]", "40"}});
  const Vector mau{"galad", "mAU", {}, cells, Outcome::negative, {}, {}};
  const std::string refusal = assay_test::error_of([&] { (void)assay_vectors::observe(assay("galad"), mau); });
  CHECK(refusal.find("invalid_value") == 0);
  CHECK(refusal.find("m[arb'U]/mL") != std::string::npos);
  const qpcr::AssayDefinition& converting = assay("galad-pivka-mau");
  CHECK(qpcr::format_fixed(assay_vectors::score_of(converting, mau, "galad"), 2) == "-1.08");
  CHECK(qpcr::call_sample(converting, assay_vectors::observe(converting, mau)).outcome == Outcome::negative);
  // Without a unit nothing is read at all.
  CHECK(assay_test::error_of([&] {
          (void)qpcr::parse_covariates("sample,age,sex\nS1,55,male\n", "c.csv", assay("galad"));
        }).find("invalid_value") == 0);
}

TEST_CASE("whole-number bands leave a gap at HBV DNA of 9999.5, half-open bands do not") {
  const auto naive = [](double dna) {
    if (dna >= 300 && dna <= 9999) return 0.11648;
    if (dna >= 10000 && dna <= 99999) return 1.31467;
    return 0.0;
  };
  CHECK(naive(9999.5) == 0.0);
  Vector vector{"reach-b", "gap", {}, assay_vectors::base_cells.at("reach-b"), Outcome::scored, {}, {}};
  vector.cells["hbv_dna"] = "9999.5";
  CHECK(assay_vectors::score_of(assay("reach-b"), vector, "dna_term") == 0.11648);
}

TEST_CASE("rounding before comparing: aMAP of 59.84 is of medium risk and the naive rule says high") {
  const assay_vectors::RoundedEdge edge{"amap", "amap", 59.84, "platelets", 1, 2000, "medium"};
  const Vector vector = assay_vectors::rounded_edge_vector(assay("amap"), edge);
  const double score = assay_vectors::score_of(assay("amap"), vector, "amap");
  CHECK(qpcr::format_fixed(score, 2) == "59.84");
  CHECK(std::round(score) >= 60);
  check_vector(vector);
}
