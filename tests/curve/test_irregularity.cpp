// Neither amplified nor silent: steps, spikes, dead channels and slow rises, made and real.
#include <algorithm>
#include <cmath>
#include <map>

#include <catch2/catch.hpp>

#include "libqpcr/curve/cq.hpp"
#include "tests/curve/curve_data.hpp"
#include "tests/support/reference_data.hpp"

namespace {

using namespace qpcr;
using test::make_curve;
using test::Random;

constexpr double threshold = 200.0;
constexpr double rise = 4000.0;

/// 45 readings of 1800 RFU with noise of 8 RFU, plus what `signal` adds.
template <typename F>
AmplificationCurve curve_of(Random& random, const F& signal) {
  AmplificationCurve curve{CurveKind::multicomponent, {}, {}};
  for (int i = 1; i <= 45; ++i) {
    curve.cycles.push_back(i);
    curve.fluorescence.push_back(1800.0 + 8.0 * random.normal() + signal(static_cast<double>(i)));
  }
  return curve;
}

double reaction(double cycle, double middle) { return rise / (1.0 + std::exp(-0.65 * (cycle - middle))); }

CqResult read(const AmplificationCurve& curve) {
  CqOptions options;
  options.threshold = threshold;
  return estimate_cq(to_view(curve), options);
}

TEST_CASE("a curve that jumps, creeps, decays or stands still is unusable, not silent") {
  Random random(11);
  for (int round = 0; round < 50; ++round) {
    for (const double height : {0.25, 0.5, 1.0, 3.0}) {
      for (const double at : {5.0, 8.0, 20.0, 35.0, 42.0}) {
        CAPTURE(round, height, at);
        const auto jump = [&](double x) { return x > at ? height * rise : 0.0; };
        CHECK(read(curve_of(random, jump)).status == CqStatus::fit_failed);
        CHECK(read(curve_of(random, [&](double x) { return -0.1 * jump(x); })).status != CqStatus::found);
      }
    }
    const auto slow = [](double x) { return rise / (1.0 + std::exp(-0.15 * (x - 25.0))); };
    const auto decay = [](double x) { return 3000.0 * std::exp(-x / 4.0); };
    CHECK(read(curve_of(random, slow)).status != CqStatus::no_amplification);
    CHECK(read(curve_of(random, decay)).status == CqStatus::fit_failed);
    CHECK(read(curve_of(random, [](double x) { return 100.0 * x; })).status == CqStatus::fit_failed);
    CHECK(read(curve_of(random, [](double x) { return x > 20.0 && x < 24.0 ? 2000.0 : 0.0; })).status ==
          CqStatus::fit_failed);
  }
  AmplificationCurve constant{CurveKind::multicomponent, {}, {}};
  for (int i = 1; i <= 45; ++i) constant.cycles.push_back(i);
  for (const double level : {0.0, 1800.0, 60000.0}) {
    constant.fluorescence.assign(45, level);
    const CqResult dead = read(constant);
    CHECK(dead.status == CqStatus::fit_failed);
    CHECK(dead.reason.id == "curve_constant");
    CqOptions options;
    options.noise_free = true;
    CHECK(estimate_cq(to_view(constant), options).status == CqStatus::no_amplification);
  }
}

TEST_CASE("quiet curves, noise and small drift stay silent") {
  Random random(12);
  int unusable = 0;
  for (int round = 0; round < 2000; ++round) {
    const double slope = 6.0 * (random.uniform() - 0.5);
    const double bend = 100.0 * random.uniform();
    const auto drift = [&](double x) { return slope * x + bend * (1.0 - std::exp(-x / 10.0)); };
    const AmplificationCurve curve = curve_of(random, drift);
    unusable += read(curve).status == CqStatus::no_amplification ? 0 : 1;
    CqOptions free;
    unusable += estimate_cq(to_view(curve), free).status == CqStatus::no_amplification ? 0 : 1;
  }
  CHECK(unusable == 0);
}

TEST_CASE("a reaction keeps its Cq beside a spike of one reading, which is reported") {
  Random random(13);
  for (int round = 0; round < 100; ++round) {
    const double middle = 22.0 + 12.0 * random.uniform();
    const AmplificationCurve clean = curve_of(random, [&](double x) { return reaction(x, middle); });
    const CqResult expected = read(clean);
    REQUIRE(expected.status == CqStatus::found);
    CHECK(expected.notes.empty());
    for (const double height : {-0.3, 0.25, 0.75, 3.0}) {
      for (const std::size_t at : {0U, 1U, 9U, 14U, 42U}) {
        if (std::abs(static_cast<double>(at) + 1.0 - middle) < 9.0) continue;
        CAPTURE(middle, height, at);
        AmplificationCurve spiked = clean;
        spiked.fluorescence[at] += height * rise;
        const CqResult result = read(spiked);
        REQUIRE(result.status == CqStatus::found);
        CHECK(*result.cq_cycles == Approx(*expected.cq_cycles).margin(0.1));
        REQUIRE(result.notes.size() == 1);
        CHECK(result.notes[0].id == "curve_spikes_dropped");
        CHECK(find_value(result.notes[0], "cycles") == std::to_string(at + 1));
      }
    }
    AmplificationCurve silent = curve_of(random, [](double) { return 0.0; });
    silent.fluorescence[20] += 3000.0;
    CHECK(read(silent).status == CqStatus::no_amplification);
    CHECK(read(silent).notes.size() == 1);
  }
}

TEST_CASE("a reaction with a jump or a spike anywhere is never silent") {
  Random random(14);
  for (int round = 0; round < 100; ++round) {
    const double middle = 20.0 + 18.0 * random.uniform();
    for (const double height : {-1.0, -0.5, 0.25, 0.5, 0.75, 1.0, 3.0}) {
      for (int at = 2; at <= 44; at += 3) {
        CAPTURE(middle, height, at);
        const auto with_jump = [&](double x) { return reaction(x, middle) + (x > at ? height * rise : 0.0); };
        const auto with_spike = [&](double x) { return reaction(x, middle) + (x == at ? height * rise : 0.0); };
        CHECK(read(curve_of(random, with_jump)).status != CqStatus::no_amplification);
        CHECK(read(curve_of(random, with_spike)).status != CqStatus::no_amplification);
      }
    }
  }
}

TEST_CASE("curves that people call negative are rarely unusable", "[reference]") {
  const auto folder = test::reference_data() / "curves" / "data";
  std::map<std::string, std::map<CqStatus, int>> negatives;
  for (const char* name : {"RAS002", "testdat", "kbqPCR", "karlen1"}) {
    const auto truth_path = test::find_file(folder, std::string(name) + ".truth.csv");
    REQUIRE(!truth_path.empty());
    const test::Table truth = test::read_table(truth_path);
    const test::WideTable data = test::read_wide_table(truth_path.parent_path() / (std::string(name) + ".csv"));
    std::vector<CurveView> views;
    for (const auto& curve : data.curves) views.push_back(to_view(curve));
    CqOptions options;
    options.threshold = derive_threshold(views, options);
    const bool decided = std::find(truth.header.begin(), truth.header.end(), "decision") != truth.header.end();
    const std::size_t label = truth.column(decided ? "decision" : "rater.1");
    for (const auto& row : truth.rows) {
      if (row[label] != "n") continue;
      ++negatives[name][estimate_cq(to_view(data.at(row[truth.column("curve")])), options).status];
    }
    WARN(name << ": of the curves labelled negative " << negatives[name][CqStatus::no_amplification] << " silent, "
              << negatives[name][CqStatus::fit_failed] << " unusable, " << negatives[name][CqStatus::found]
              << " with a Cq");
  }
  CHECK(negatives["RAS002"][CqStatus::fit_failed] <= 5);
  CHECK(negatives["RAS002"][CqStatus::no_amplification] >= 145);
  CHECK(negatives["testdat"][CqStatus::fit_failed] == 0);
  CHECK(negatives["kbqPCR"][CqStatus::fit_failed] == 0);
  CHECK(negatives["karlen1"][CqStatus::fit_failed] == 0);
}

TEST_CASE("curves that people reject for their shape are odd or unusable, hardly ever silent", "[reference]") {
  const auto folder = test::reference_data() / "curves" / "data";
  for (const char* name : {"htPCR", "competimer"}) {
    const auto path = test::find_file(folder, std::string(name) + ".csv");
    REQUIRE(!path.empty());
    const test::WideTable data = test::read_wide_table(path);
    std::vector<CurveView> views;
    for (const auto& curve : data.curves) views.push_back(to_view(curve));
    CqOptions options;
    options.threshold = derive_threshold(views, options);
    std::map<CqStatus, int> statuses;
    for (const CqResult& result : estimate_cq_batch(views, options)) ++statuses[result.status];
    WARN(name << ": " << statuses[CqStatus::found] << " with a Cq, " << statuses[CqStatus::fit_failed] << " unusable, "
              << statuses[CqStatus::below_threshold] << " below the threshold, " << statuses[CqStatus::no_amplification]
              << " silent");
    // All raters call these "n": one blank of competimer, and straight lines of htPCR.
    CHECK(statuses[CqStatus::no_amplification] <= static_cast<int>(views.size()) / 80);
  }
}

TEST_CASE("a detector saturated from the first cycles on is no silence, whatever the method") {
  for (const std::vector<double>& start :
       {std::vector<double>{3000.0, 12000.0}, std::vector<double>{3000.0, 3500.0, 8000.0, 30000.0}}) {
    AmplificationCurve curve;
    for (int i = 0; i < 45; ++i) {
      const auto k = static_cast<std::size_t>(i);
      curve.cycles.push_back(i + 1);
      curve.fluorescence.push_back(k < start.size() ? start[k] : 65535.0);
    }
    for (const CqMethod method : {CqMethod::threshold, CqMethod::second_derivative_maximum, CqMethod::cy0}) {
      CqOptions options;
      options.method = method;
      const CqResult result = estimate_cq(to_view(curve), options);
      CHECK(result.status == CqStatus::fit_failed);
      CHECK_FALSE(result.cq_cycles.has_value());
    }
  }
}

TEST_CASE("a signal rounded so coarsely that it shows no noise may be silent, a step in it not") {
  AmplificationCurve curve;
  for (int i = 1; i <= 45; ++i) {
    curve.cycles.push_back(i);
    curve.fluorescence.push_back(i % 11 == 0 ? 1001.0 : 1000.0);
  }
  CqOptions options;
  options.method = CqMethod::second_derivative_maximum;
  CHECK(estimate_cq(to_view(curve), options).status == CqStatus::no_amplification);
  for (std::size_t i = 20; i < 45; ++i) curve.fluorescence[i] += 400.0;
  CHECK(estimate_cq(to_view(curve), options).status == CqStatus::fit_failed);
}

TEST_CASE("silence is judged by the plate's threshold for every method") {
  AmplificationCurve line;
  for (int i = 1; i <= 45; ++i) {
    line.cycles.push_back(i);
    line.fluorescence.push_back(1000.0 + 100.0 * i + 3.0 * ((i * 7) % 5));
  }
  CqOptions options;
  options.method = CqMethod::second_derivative_maximum;
  options.silence_threshold = 100.0;
  CHECK(estimate_cq(to_view(line), options).status == CqStatus::fit_failed);
  options.method = CqMethod::threshold;
  options.threshold = 100.0;
  CHECK(estimate_cq(to_view(line), options).status == CqStatus::fit_failed);
}

}  // namespace
