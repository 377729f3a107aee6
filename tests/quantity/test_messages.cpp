// Every reason that the room gives is worded in both languages with the values it carries.
#include <algorithm>
#include <fstream>
#include <regex>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "libqpcr/quantity/run_quantity.hpp"
#include "tests/quantity/run_fixture.hpp"

namespace {

using namespace qpcr;

void check(const Message& message, const nlohmann::json& words) {
  if (message.id.empty()) return;
  INFO(message.id);
  REQUIRE(words.contains(message.id));
  const std::regex pattern(R"(\{([a-z_]+)\})");
  for (const char* language : {"zh", "en"}) {
    const std::string text = words[message.id][language].get<std::string>();
    for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
      const std::string name = (*it)[1];
      CHECK(std::any_of(message.values.begin(), message.values.end(),
                        [&name](const auto& value) { return value.first == name; }));
    }
  }
}

TEST_CASE("reasons are worded", "[messages]") {
  std::ifstream file(QPCR_SOURCE_DIR "/libqpcr/report/messages/quantity.json");
  const auto words = nlohmann::json::parse(file);
  test::RunWithCq data = test::make_run();
  data.add("Half", "T", SampleRole::unknown, 30.0);
  data.add("Half", "T", SampleRole::unknown, std::nullopt);
  data.add("Low", "T", SampleRole::unknown, 38.0);
  const Run run(data.data);
  RunQuantityOptions options;
  options.reference_targets = {"R"};
  options.calibrator_sample = "B";
  const RunQuantities result = estimate_run_quantities(run, data.cq, options);
  int reasons = 0;
  for (const auto& sample : result.samples) {
    check(sample.reason, words);
    reasons += !sample.reason.id.empty();
  }
  for (const auto& relative : result.relative) check(relative.reason, words);
  CHECK(reasons >= 5);
  const std::vector<StandardPoint> rising{{10, 27, 1}, {100, 30, 1}, {1000, 33.1, 1}};
  const std::vector<StandardPoint> two_levels{{10, 30, 1}, {10, 30.1, 1}, {100, 27, 1}};
  const std::vector<StandardPoint> vague{{10, 30, 1}, {100, 33, 1}, {1000, 28, 1}, {10000, 30, 1}};
  const std::vector<double> cq{30.0};
  for (const auto& points : {rising, two_levels, vague}) {
    const StandardCurve curve = estimate_standard_curve(points, {});
    const Message reason = derive_reason(estimate_quantity(curve, cq, QuantityInterval::fieller, 0.95), curve);
    CHECK_FALSE(reason.id.empty());
    check(reason, words);
  }
}

}  // namespace
