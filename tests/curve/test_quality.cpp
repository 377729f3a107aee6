// Quality flags: each fires on its planted defect and on nothing else of a clean curve; rates on real curves.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/curve/quality.hpp"
#include "tests/curve/curve_data.hpp"
#include "tests/support/reference_data.hpp"

namespace {

using namespace qpcr;
using test::make_curve;
using test::Random;
using Rules = std::set<QualityRule>;

constexpr double rise = 1000.0;

/// A reaction of 45 cycles that takes off between cycles 16 and 26: rise 1000, noise 3.
AmplificationCurve make_reaction(Random& random, double noise = 3.0) {
  test::Shape shape;
  shape.e = 20.0 + 10.0 * random.uniform();
  shape.b = -(0.5 + 0.2 * random.uniform()) * shape.e;
  shape.noise_sd = noise;
  return make_curve(shape, 45, random);
}

Rules rules_of(const AmplificationCurve& curve) {
  Rules rules;
  for (const QualityFlag& flag : flag_curve(to_view(curve))) rules.insert(flag.rule);
  return rules;
}

TEST_CASE("a clean reaction has no flag") {
  Random random(21);
  int flagged = 0;
  for (int i = 0; i < 2000; ++i) flagged += rules_of(make_reaction(random)).empty() ? 0 : 1;
  CHECK(flagged == 0);
}

TEST_CASE("each planted defect raises its flag") {
  using Defect = std::function<void(AmplificationCurve&, Random&)>;
  const auto each = [](AmplificationCurve& curve, auto&& change) {
    for (std::size_t i = 0; i < curve.cycles.size(); ++i) curve.fluorescence[i] += change(curve.cycles[i]);
  };
  const std::map<QualityRule, Defect> defects{
      {QualityRule::negative_readings, [&](auto& curve, Random&) { each(curve, [](double) { return -100.0; }); }},
      {QualityRule::saturation,
       [](auto& curve, Random&) {
         for (double& value : curve.fluorescence) value = std::min(value, 900.0);
       }},
      {QualityRule::spike, [](auto& curve, Random&) { curve.fluorescence[8] += 0.5 * rise; }},
      {QualityRule::step,
       [&](auto& curve, Random&) { each(curve, [](double x) { return x > 41.0 ? 0.12 * rise : 0.0; }); }},
      {QualityRule::noise,
       [&](auto& curve, Random& random) { each(curve, [&](double) { return 48.0 * random.normal(); }); }},
      {QualityRule::drift, [&](auto& curve, Random&) { each(curve, [](double x) { return -25.0 * x; }); }},
      {QualityRule::hook,
       [&](auto& curve, Random&) { each(curve, [](double x) { return x > 38.0 ? -40.0 * (x - 38.0) : 0.0; }); }},
      {QualityRule::no_plateau,
       [](auto& curve, Random& random) {
         curve = make_curve({-22.0, 100.0, 1100.0, 41.0 + random.uniform(), 1.0, 0.0, 3.0}, 45, random);
       }},
      {QualityRule::late_rise,
       [](auto& curve, Random& random) {
         curve = make_curve({-30.0, 100.0, 1100.0, 45.0 + random.uniform(), 1.0, 0.0, 3.0}, 45, random);
       }},
      {QualityRule::odd_shape,
       [](auto& curve, Random& random) {
         curve = make_curve({-3.5, 100.0, 1100.0, 25.0 + random.uniform(), 1.0, 0.0, 1.0}, 45, random);
       }},
  };
  for (const auto& defect : defects) {
    Random random(22);
    int fired = 0;
    for (int i = 0; i < 200; ++i) {
      AmplificationCurve curve = make_reaction(random);
      defect.second(curve, random);
      fired += static_cast<int>(rules_of(curve).count(defect.first));
    }
    CAPTURE(to_string(defect.first), fired);
    CHECK(fired >= 190);
  }
}

TEST_CASE("a curve that did not amplify has no flag that needs a rise") {
  Random random(23);
  for (int i = 0; i < 500; ++i) {
    test::Shape flat;
    flat.c = flat.d = 1000.0;
    flat.noise_sd = 3.0;
    flat.slope_per_cycle = random.normal();
    const Rules rules = rules_of(make_curve(flat, 45, random));
    CHECK(rules.empty());
  }
  AmplificationCurve constant{CurveKind::raw_filter, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, std::vector<double>(10, 7.0)};
  CHECK(rules_of(constant).empty());
  AmplificationCurve few{CurveKind::raw_filter, {1, 2, 3}, {1.0, 2.0, std::numeric_limits<double>::quiet_NaN()}};
  CHECK(rules_of(few).empty());
}

TEST_CASE("readings without meaning are never a typical curve") {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<std::function<double(int)>> readings{
      [](int) { return 0.0; },
      [](int) { return -5.0; },
      [](int c) { return c % 2 == 0 ? 1e308 : -1e308; },
      [](int c) { return c > 20 ? 1e308 : 0.0; },
      [](int c) { return c * 1e306; },
      [](int c) { return c > 40 ? 1e9 : 1.0; },
      [infinity](int c) { return c % 3 == 0 ? infinity : 1.0; },
      [](int) { return std::numeric_limits<double>::quiet_NaN(); },
      [](int c) { return 1e-308 * c; },
  };
  for (std::size_t k = 0; k < readings.size(); ++k) {
    for (const int count : {0, 1, 5, 8, 9, 12, 45, 65536}) {
      AmplificationCurve curve{CurveKind::raw_filter, {}, {}};
      for (int c = 1; c <= count; ++c) {
        curve.cycles.push_back(c);
        curve.fluorescence.push_back(readings[k](c));
      }
      CAPTURE(k, count);
      CHECK(call_amplification(to_view(curve)).verdict != AmplificationVerdict::typical);
      flag_curve(to_view(curve));
    }
  }
}

TEST_CASE("a subtracted curve may be negative") {
  Random random(24);
  AmplificationCurve curve = make_reaction(random);
  for (double& value : curve.fluorescence) value -= 100.0;
  CHECK(rules_of(curve).count(QualityRule::negative_readings) == 1);
  curve.kind = CurveKind::baseline_subtracted;
  CHECK(rules_of(curve).empty());
}

TEST_CASE("every flag carries value and limit, and its sentence both") {
  const QualityFlag flag{QualityRule::step, 0.123, 0.05};
  const Message message = describe(flag);
  CHECK(message.id == "quality_step");
  CHECK(find_value(message, "value") == "0.123");
  CHECK(find_value(message, "limit") == "0.050");
  QualityLimits limits;
  limits.noise_share = -1.0;
  CHECK_THROWS_AS(limits.validate(), Error);
}

TEST_CASE("every rule of a call or a flag is worded in the catalogue") {
  std::ifstream file(std::string(QPCR_SOURCE_DIR) + "/libqpcr/report/messages/curve.json");
  const std::string catalogue((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto worded = [&](const Message& message) {
    CAPTURE(message.id);
    const std::size_t entry = catalogue.find('"' + message.id + "\": {");
    REQUIRE(entry != std::string::npos);
    const std::string text = catalogue.substr(entry, catalogue.find("\n  }", entry) - entry);
    for (const auto& value : message.values) CHECK(text.find('{' + value.first + '}') != std::string::npos);
  };
  std::set<std::string_view> names;
  for (int rule = 0; rule <= static_cast<int>(QualityRule::ntc_contamination); ++rule) {
    worded(describe(QualityFlag{static_cast<QualityRule>(rule), 1.0, 2.0}));
    names.insert(to_string(static_cast<QualityRule>(rule)));
  }
  CHECK(names.size() == 16);
  for (int rule = 0; rule <= static_cast<int>(AmplificationRule::amplified); ++rule) {
    worded(describe(AmplificationReason{static_cast<AmplificationRule>(rule), 1.0, 2.0, 3.0}));
  }
  AmplificationCall call;
  for (const auto verdict : {AmplificationVerdict::odd, AmplificationVerdict::typical}) {
    call.verdict = verdict;
    worded(describe_verdict(call));
  }
}

std::vector<ShapeFeatures> features_of(const std::vector<AmplificationCurve>& curves) {
  std::vector<ShapeFeatures> features;
  CurveAnalyser analyser;
  for (const AmplificationCurve& curve : curves) {
    analyser.analyse(to_view(curve));
    const auto one = derive_shape_features(analyser);
    if (one) features.push_back(*one);
  }
  return features;
}

Rules group_rules(const AmplificationCurve& curve, const ShapeReference& reference, bool same_template) {
  const auto features = features_of({curve});
  REQUIRE(features.size() == 1);
  std::vector<QualityFlag> flags;
  flag_group(features[0], reference, same_template, QualityLimits(), flags);
  Rules rules;
  for (const QualityFlag& flag : flags) rules.insert(flag.rule);
  return rules;
}

TEST_CASE("a curve unlike its target's others is flagged, the others are not") {
  Random random(25);
  const auto member = [&random](double height, double growth, double cycle) {
    return make_curve({-growth * cycle, 100.0, 100.0 + height, cycle, 1.0, 0.0, 3.0}, 45, random);
  };
  std::vector<AmplificationCurve> calibration;
  for (int i = 0; i < 24; ++i) {
    calibration.push_back(member(1000.0 * std::exp(0.05 * random.normal()), 0.6, 24.0 + 0.2 * random.normal()));
  }
  std::vector<ShapeFeatures> features = features_of(calibration);
  const auto reference = learn_shape_reference(features);
  REQUIRE(reference);
  CHECK(reference->curves == 24);
  std::reverse(features.begin(), features.end());
  CHECK(*learn_shape_reference(features) == *reference);
  CHECK(!learn_shape_reference(std::span<const ShapeFeatures>(features).first(5)));
  int flagged = 0;
  for (int i = 0; i < 500; ++i) {
    const auto clean = member(1000.0 * std::exp(0.05 * random.normal()), 0.6, 24.0 + 0.2 * random.normal());
    flagged += group_rules(clean, *reference, true).empty() ? 0 : 1;
  }
  CHECK(flagged == 0);
  CHECK(group_rules(member(300.0, 0.6, 24.0), *reference, true).count(QualityRule::low_amplitude) == 1);
  CHECK(group_rules(member(800.0, 0.35, 24.0), *reference, true).count(QualityRule::inhibition) == 1);
  CHECK(group_rules(member(1000.0, 0.6, 28.0), *reference, true).count(QualityRule::delayed) == 1);
  CHECK(group_rules(member(1000.0, 0.6, 28.0), *reference, false).count(QualityRule::delayed) == 0);
  CHECK(group_rules(member(1000.0, 1.2, 24.0), *reference, true).count(QualityRule::shape_outlier) == 1);
}

TEST_CASE("an amplified no-template control is contamination, a flat one is not") {
  Random random(26);
  const auto flag = flag_no_template_control(call_amplification(to_view(make_reaction(random))));
  REQUIRE(flag);
  CHECK(flag->rule == QualityRule::ntc_contamination);
  CHECK(flag->value > flag->limit);
  test::Shape flat;
  flat.d = flat.c;
  flat.noise_sd = 3.0;
  CHECK(!flag_no_template_control(call_amplification(to_view(make_curve(flat, 45, random)))));
}

TEST_CASE("the no-template control that amplifies near cycle 38 is flagged, the flat ones are not", "[reference]") {
  const auto path = test::find_file(test::reference_data() / "curves" / "data", "ds_94_4.csv");
  REQUIRE(!path.empty());
  const test::WideTable data = test::read_wide_table(path, CurveKind::raw_filter);
  for (std::size_t i = 0; i < data.names.size(); ++i) {
    if (data.names[i].rfind("ntc", 0) != 0) continue;
    CAPTURE(data.names[i]);
    const bool amplifies = data.names[i].find("|A1") != std::string::npos;
    CHECK(flag_no_template_control(call_amplification(to_view(data.curves[i]))).has_value() == amplifies);
  }
}

TEST_CASE("flags are rare on real curves that people call amplified", "[reference]") {
  const auto folder = test::reference_data() / "curves" / "data";
  std::map<QualityRule, int> fired;
  int curves = 0;
  CurveAnalyser analyser;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string file = entry.path().filename().string();
    const std::string ending = ".truth.csv";
    if (file.size() <= ending.size() || file.substr(file.size() - ending.size()) != ending) continue;
    const std::string name = file.substr(0, file.size() - ending.size());
    const test::Table truth = test::read_table(entry.path());
    // Real, and labelled for amplification; htPCR and competimer are labelled for their odd shapes.
    const bool rated = std::find(truth.header.begin(), truth.header.end(), "rater.1") != truth.header.end();
    if (!rated || name == "htPCR" || name == "competimer") continue;
    const test::WideTable data = test::read_wide_table(entry.path().parent_path() / (name + ".csv"));
    for (const auto& row : truth.rows) {
      if (row[truth.column("rater.1")] != "y") continue;
      analyser.analyse(to_view(data.at(row[truth.column("curve")])));
      std::vector<QualityFlag> flags;
      flag_curve(analyser, CurveKind::baseline_subtracted, QualityLimits(), flags);
      for (const QualityFlag& flag : flags) ++fired[flag.rule];
      ++curves;
    }
  }
  REQUIRE(curves > 500);
  for (const auto& [rule, count] : fired) WARN(to_string(rule) << ": " << count << " of " << curves);
  for (const QualityRule rule : {QualityRule::saturation, QualityRule::spike, QualityRule::step, QualityRule::noise,
                                 QualityRule::drift, QualityRule::hook, QualityRule::odd_shape}) {
    CAPTURE(to_string(rule));
    CHECK(fired[rule] <= curves / 100);
  }
}

TEST_CASE("reactions slowed by isopropanol are flagged against a pinned reference without it", "[reference]") {
  const auto folder = test::reference_data() / "curves" / "data";
  const auto clean_path = test::find_file(folder, "lievens1.csv");
  const auto inhibited_path = test::find_file(folder, "lievens2.csv");
  REQUIRE(!clean_path.empty());
  REQUIRE(!inhibited_path.empty());
  const test::WideTable clean = test::read_wide_table(clean_path);
  const auto reference = learn_shape_reference(features_of(clean.curves));
  REQUIRE(reference);
  const auto count = [&](const std::vector<AmplificationCurve>& curves) {
    int flagged = 0;
    for (const AmplificationCurve& curve : curves) {
      const Rules rules = group_rules(curve, *reference, false);
      flagged += rules.count(QualityRule::inhibition) + rules.count(QualityRule::shape_outlier) > 0 ? 1 : 0;
    }
    return flagged;
  };
  CHECK(count(clean.curves) <= 1);
  // The first step holds the most inhibitor.
  std::vector<AmplificationCurve> strongest;
  const test::WideTable inhibited = test::read_wide_table(inhibited_path);
  for (std::size_t i = 0; i < inhibited.names.size(); ++i) {
    if (inhibited.names[i].rfind("S1.", 0) == 0) strongest.push_back(inhibited.curves[i]);
  }
  CAPTURE(strongest.size());
  CHECK(count(strongest) == static_cast<int>(strongest.size()));
  WARN("isopropanol: " << count(inhibited.curves) << " of " << inhibited.curves.size() << " flagged; without "
                       << count(clean.curves) << " of " << clean.curves.size());
}

TEST_CASE("curves that KOD calls outliers are not called typical", "[reference]") {
  const auto peer = test::find_file(test::reference_data() / "curves" / "reference", "testdat_KOD_uni2.csv");
  const auto path = test::find_file(test::reference_data() / "curves" / "data", "testdat.csv");
  REQUIRE(!peer.empty());
  REQUIRE(!path.empty());
  const test::WideTable data = test::read_wide_table(path);
  const test::Table table = test::read_table(peer);
  int outliers = 0;
  for (const auto& row : table.rows) {
    std::string name = row[table.column("curve")];
    name.erase(std::remove(name.begin(), name.end(), '*'), name.end());
    if (row[table.column("outlier")] != "TRUE") continue;
    ++outliers;
    CAPTURE(name);
    CHECK(call_amplification(to_view(data.at(name))).verdict != AmplificationVerdict::typical);
  }
  CHECK(outliers > 0);
}

}  // namespace
