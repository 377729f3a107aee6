// Formulas of random terms, as R's terms() expands them.
#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/precision/variance_formula.hpp"

using namespace qpcr;

namespace {

std::vector<std::string> name_terms(const std::string& text) {
  std::vector<std::string> names;
  for (const auto& term : parse_variance_formula(text).terms) names.push_back(name_term(term));
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a formula becomes its terms", "[variance_formula]") {
  CHECK(parse_variance_formula("Result ~ day/run").response == "Result");
  CHECK(name_terms("y~1").empty());
  CHECK(name_terms("y ~ day/run") == Names{"day", "day:run"});
  CHECK(name_terms("y ~ day + day:run") == Names{"day", "day:run"});
  CHECK(name_terms("y ~ (device + lot)/day/run") == Names{"device", "lot", "device:lot:day", "device:lot:day:run"});
  CHECK(name_terms("y~site/(lot+day)") == Names{"site", "site:lot", "site:day"});
  CHECK(name_terms("y ~ a*b") == Names{"a", "b", "a:b"});
  CHECK(name_terms("y ~ a*b*c") == Names{"a", "b", "c", "a:b", "a:c", "b:c", "a:b:c"});
  CHECK(name_terms("y ~ b:a + a") == Names{"a", "b:a"});
  CHECK(name_terms("y ~ run %in% day + day") == Names{"day", "run:day"});
  CHECK(name_terms("y ~ 1 + a + a") == Names{"a"});
  CHECK(name_terms("y ~ ((a))") == Names{"a"});
  CHECK(name_terms("`my y` ~ `my day`/run") == Names{"my day", "my day:run"});
  CHECK(name_terms("y ~ 批号/day") == Names{"批号", "批号:day"});
}

TEST_CASE("what is no formula is refused", "[variance_formula]") {
  for (const char* text : {"", "y", "~ day", "y ~", "y ~ day/", "y ~ (day", "y ~ day)", "y ~ day - 1", "y ~ 0 + day",
                           "y ~ day run", "y ~ day^2", "y ~ 2", "y ~ log(day)", "y ~ ``", "y ~ `day", "y ~ +day"}) {
    INFO(text);
    CHECK_THROWS_AS(parse_variance_formula(text), Error);
  }
  CHECK_THROWS_AS(parse_variance_formula("y ~ " + std::string(5000, '(')), Error);
}
