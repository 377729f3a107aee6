// The page of a definition: everything that decides stands on it, in both languages, and the drawing fits the paper.
#include <filesystem>
#include <set>

#include <catch2/catch.hpp>

#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/report/assay_formula.hpp"
#include "libqpcr/report/assay_page.hpp"
#include "libqpcr/report/decision_diagram.hpp"
#include "libqpcr/report/plain_text.hpp"

namespace {

std::vector<std::filesystem::path> shipped() {
  std::set<std::filesystem::path> found;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(QPCR_SOURCE_DIR) / "validation_data/assays")) {
    if (entry.path().extension() == ".toml") found.insert(entry.path());
  }
  return {found.begin(), found.end()};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("The page of each shipped definition holds every identifier and every cut-off", "[report]") {
  const auto paths = shipped();
  REQUIRE(paths.size() >= 6);
  for (const auto& path : paths) {
    INFO(path);
    const qpcr::AssayDefinition definition = qpcr::read_assay(path);
    for (const qpcr::Language language : {qpcr::Language::zh, qpcr::Language::en}) {
      const qpcr::Document page = qpcr::build_assay_page(definition, language);
      qpcr::validate(page);
      const std::string text = qpcr::render_plain_text(page);
      CHECK(contains(text, qpcr::identify(definition).sha256));
      for (const auto& target : definition.targets) CHECK(contains(text, target.id));
      for (const auto& covariate : definition.covariates) CHECK(contains(text, covariate.id));
      for (const auto& value : definition.values) CHECK(contains(text, qpcr::render_formula(value)));
      for (const auto& rule : definition.rules) CHECK(contains(text, qpcr::render_comparison(rule)));
      for (const auto& control : definition.controls) CHECK(contains(text, control.id));
      for (const auto& source : definition.sources) CHECK(contains(text, source.text));
      for (const auto& statement : definition.statements) CHECK(contains(text, qpcr::pick(statement, language)));
      if (definition.status != qpcr::AssayStatus::released) {
        CHECK(contains(text, qpcr::render_text("report.marking_research", language)));
      }
    }
  }
}

TEST_CASE("The decision is drawn within the paper, and every shape within its canvas", "[report]") {
  for (const auto& path : shipped()) {
    INFO(path);
    const qpcr::Drawing drawing = qpcr::draw_decision(qpcr::read_assay(path), qpcr::Language::zh);
    CHECK(drawing.width <= 511);
    CHECK_FALSE(drawing.shapes.empty());
    for (const qpcr::Shape& shape : drawing.shapes) {
      if (const auto* box = std::get_if<qpcr::Rectangle>(&shape)) {
        CHECK(box->origin.x >= 0);
        CHECK(box->origin.y >= 0);
        CHECK(box->origin.x + box->width <= drawing.width + 1e-9);
        CHECK(box->origin.y + box->height <= drawing.height + 1e-9);
      }
    }
  }
}

TEST_CASE("Formulas are written with their numbers", "[report]") {
  qpcr::ValueDefinition value;
  value.id = "score";
  value.kind = qpcr::ValueKind::linear;
  value.intercept = 0.654;
  value.terms = {{"a", -0.102}, {"b", 1.0}};
  CHECK(qpcr::render_formula(value) == "0.654 − 0.102·a + b");
  value.kind = qpcr::ValueKind::survival;
  value.baseline_survival = 0.99853;
  value.intercept = 0;
  value.terms = {{"a", 2.0}};
  CHECK(qpcr::render_formula(value) == "(1 − 0.99853^exp(2·a))");
  value.kind = qpcr::ValueKind::bands;
  value.value = "alt";
  value.bands = {{15.0, {}, 0.0}, {{}, 45.0, 0.4}, {{}, {}, 1.0}};
  CHECK(qpcr::render_formula(value) == "alt: (−∞, 15) → 0; [15, 45] → 0.4; (45, ∞) → 1");
  value.kind = qpcr::ValueKind::product;
  value.multiply = {{"copies", 1.0, ""}, {"", 50, "uL"}};
  value.divide = {{"", 5, "uL"}, {"plasma", 1.0, ""}};
  CHECK(qpcr::render_formula(value) == "copies · 50 uL / (5 uL · plasma)");
  qpcr::CallExpression expression;
  expression.kind = qpcr::CallExpression::Kind::at_least;
  expression.at_least = 2;
  for (const char* rule : {"x", "y", "z"}) {
    qpcr::CallExpression leaf;
    leaf.rule = rule;
    expression.operands.push_back(leaf);
  }
  CHECK(qpcr::render_expression(expression) == "≥ 2 of (x, y, z)");
}
