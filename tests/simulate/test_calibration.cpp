// Calibration records: learned from simulated runs, read back bit for bit, and a pinned result that knows no neighbour.
#include <cmath>
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/assay/calibration.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/curve/run_cq.hpp"
#include "libqpcr/simulate/plate.hpp"

namespace {

using namespace qpcr;

Run simulate_run(std::uint64_t seed) {
  PlateOptions options;
  options.panel = SimulatedPanel::demo_methylation;
  options.seed = seed;
  options.cases = 30;
  options.controls = 30;
  return simulate_plate(options).run;
}

ErrorCode find_code(const std::string& text) {
  try {
    parse_calibration(text, "record.json");
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::file_not_found;
}

TEST_CASE("a calibration record is read back bit for bit, and not at all once changed") {
  const Run run = simulate_run(1);
  const CalibrationRecord record = calibrate_targets({&run, 1}, "lot 1");
  REQUIRE(record.targets.size() >= 2);
  CHECK(record.simulated);
  CHECK(record.identity.size() == 64);
  for (const TargetCalibration& target : record.targets) {
    CAPTURE(target.target);
    REQUIRE(is_usable(target.shape.status));
    // The simulator's efficiency of every target lies between these.
    CHECK(target.shape.efficiency_high() > 1.75);
    CHECK(target.shape.efficiency_low() < 2.0);
    CHECK(target.threshold.value_or(-1.0) > 0.0);
  }
  const std::string text = render_calibration(record);
  const CalibrationRecord read = parse_calibration(text, "record.json");
  CHECK(read.identity == record.identity);
  CHECK(render_calibration(read) == text);
  for (std::size_t i = 0; i < record.targets.size(); ++i)
    CHECK(to_numbers(read.targets[i].shape) == to_numbers(record.targets[i].shape));

  std::string changed = text;
  changed.replace(changed.find("lot 1"), 5, "lot 2");
  CHECK(find_code(changed) == ErrorCode::integrity_failure);
  CHECK(find_code("{}") == ErrorCode::malformed_file);
  CHECK(find_code("{\"schema\": \"qpcr.calibration/1\"}") == ErrorCode::malformed_file);
  CHECK(find_code("not JSON") == ErrorCode::malformed_file);
}

TEST_CASE("with a pinned calibration a well's result does not depend on its neighbours") {
  const Run calibration_run = simulate_run(1);
  const Run run = simulate_run(2);
  RunCqOptions options;
  options.calibration = to_pinned_calibration(calibrate_targets({&calibration_run, 1}, "lot 1"));
  const RunCq whole = estimate_run_cq(run, options);
  int found = 0;
  for (std::size_t i = 0; i < whole.curves.size(); i += 7) {
    RunData alone = *run;
    alone.measurements = {run->measurements[whole.curves[i].measurement]};
    const RunCq single = estimate_run_cq(Run(std::move(alone)), options);
    REQUIRE(single.curves.size() == 1);
    const CqResult& one = single.curves.front().result;
    const CqResult& of_many = whole.curves[i].result;
    CHECK(one.status == of_many.status);
    CHECK(one.cq_cycles == of_many.cq_cycles);
    CHECK(one.standard_error_cycles == of_many.standard_error_cycles);
    CHECK(one.log10_n0 == of_many.log10_n0);
    CHECK(one.flags == of_many.flags);
    CHECK(one.reason.id == of_many.reason.id);
    CHECK(one.verdict == of_many.verdict);
    found += one.cq_cycles ? 1 : 0;
  }
  CHECK(found > 10);
  for (const GroupCq& group : whole.groups) CHECK(group.pinned);
}

TEST_CASE("a pinned calibration refuses targets and signals that it was not learned from") {
  const Run run = simulate_run(1);
  RunCqOptions options;
  options.calibration = to_pinned_calibration(calibrate_targets({&run, 1}, "lot 1"));
  options.calibration->shapes.front().target = "another";
  CHECK_THROWS_AS(estimate_run_cq(run, options), Error);
  options.calibration = to_pinned_calibration(calibrate_targets({&run, 1}, "lot 1"));
  options.calibration->shapes.front().kind = CurveKind::baseline_subtracted;
  CHECK_THROWS_AS(estimate_run_cq(run, options), Error);
  options.calibration = to_pinned_calibration(calibrate_targets({&run, 1}, "lot 1"));
  options.calibration->simulated = false;
  CHECK_THROWS_AS(estimate_run_cq(run, options), Error);
  options.calibration->simulated = true;
  options.cq.method = CqMethod::threshold;
  CHECK_THROWS_AS(estimate_run_cq(run, options), Error);
  options.calibration->shapes.clear();
  options.cq.method = CqMethod::common_shape;
  CHECK_THROWS_AS(estimate_run_cq(run, options), Error);
}

TEST_CASE("without a usable shape the recommended method falls back only where it may, and says so") {
  RunData data = *simulate_run(3);
  const RunCq whole = estimate_run_cq(Run(data), {});
  std::size_t amplified = 0;
  while (!whole.curves[amplified].result.amplified) ++amplified;
  data.measurements = {data.measurements[whole.curves[amplified].measurement]};
  const Run run(std::move(data));
  RunCqOptions options;
  const CqResult strict = estimate_run_cq(run, options).curves.front().result;
  CHECK(strict.status == CqStatus::fit_failed);
  CHECK(strict.reason.id == "curve_not_registered");
  options.fall_back = true;
  const CqResult other = estimate_run_cq(run, options).curves.front().result;
  CHECK(other.method == CqMethod::second_derivative_maximum);
  CHECK(other.status == CqStatus::found);
  REQUIRE(other.notes.size() == 1);
  CHECK(other.notes.front().id == "curve_no_common_shape");
  CHECK_FALSE(other.log10_n0.has_value());
}

}  // namespace
