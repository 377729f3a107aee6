// The registry of evaluations and the reading of their options.
#include <algorithm>
#include <functional>
#include <set>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/evaluation.hpp"

namespace {

const std::vector<qpcr::EvaluationOption> known{{"confidence", "0.95", {}, "evaluation_option.confidence", false},
                                                {"method", "wilson", {"wilson", "wald"}, "x", false},
                                                {"margin", "", {}, "x", true}};

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const qpcr::Error& error) {
    CHECK(error.code() == qpcr::ErrorCode::invalid_option);
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("options take their defaults, and a result echoes what was used") {
  const qpcr::EvaluationOptions options({{"margin", "-0.1"}}, known);
  CHECK(options.fraction("confidence") == 0.95);
  CHECK(options.text("method") == "wilson");
  CHECK(options.number("margin") == -0.1);
  CHECK(options.list().size() == 3);
  const qpcr::EvaluationOptions lists({{"margin", "1, 2.5,3"}}, known);
  CHECK(lists.numbers("margin") == std::vector<double>{1, 2.5, 3});
}

TEST_CASE("an option that is unknown, lacking or wrong is refused by name") {
  CHECK_THAT(refusal([] { qpcr::EvaluationOptions({}, known); }), Catch::Contains("margin"));
  CHECK_THAT(refusal([] {
               qpcr::EvaluationOptions({{"margin", "1"}, {"levels", "2"}}, known);
             }),
             Catch::Contains("levels") && Catch::Contains("confidence"));
  CHECK_THAT(refusal([] {
               qpcr::EvaluationOptions({{"margin", "1"}, {"method", "exact"}}, known);
             }),
             Catch::Contains("wilson, wald"));
  const auto read = [](const char* value) { return qpcr::EvaluationOptions({{"margin", value}}, known); };
  CHECK_THAT(refusal([&] { read("nan").number("margin"); }), Catch::Contains("finite"));
  CHECK_THAT(refusal([&] { read("1,x").numbers("margin"); }), Catch::Contains("1,x"));
  CHECK_THAT(refusal([&] { read("1").fraction("margin"); }), Catch::Contains("between 0 and 1"));
  CHECK_THAT(refusal([&] { read("1.5").count("margin"); }), Catch::Contains("whole number"));
  CHECK_THAT(refusal([&] { read("0").count("margin", 1); }), Catch::Contains("at least 1"));
  CHECK_THAT(refusal([&] { read("yes").flag("margin"); }), Catch::Contains("true or false"));
}

TEST_CASE("evaluations have a name each, and an unknown one is refused") {
  std::set<std::string> names;
  for (const qpcr::Evaluation& evaluation : qpcr::list_evaluations()) {
    CAPTURE(evaluation.name);
    CHECK(names.insert(evaluation.name).second);
    CHECK(&qpcr::find_evaluation(evaluation.name) == &evaluation);
    CHECK_FALSE(evaluation.source.empty());
    CHECK_FALSE(evaluation.area.empty());
    // Where the options name the columns (a formula), the registry cannot list them.
    const bool formula_names_columns =
        std::any_of(evaluation.options.begin(), evaluation.options.end(),
                    [](const qpcr::EvaluationOption& option) { return option.name == "formula" && option.required; });
    CHECK(evaluation.needs_data == (!evaluation.columns.empty() || formula_names_columns));
  }
  CHECK(names.size() >= 60);
  CHECK_THAT(refusal([] { static_cast<void>(qpcr::find_evaluation("no_such_evaluation")); }),
             Catch::Contains("no_such_evaluation"));
}
