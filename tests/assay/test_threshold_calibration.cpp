// Calibration of thresholds: made, accepted, refused, written, read, chosen.
#include <algorithm>
#include <random>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "libqpcr/assay/calendar_day.hpp"
#include "libqpcr/assay/log_linear_window.hpp"
#include "libqpcr/assay/threshold_estimation.hpp"
#include "libqpcr/assay/threshold_record.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/canonical.hpp"
#include "tests/assay/support.hpp"

using namespace qpcr;
using assay_test::error_of;
using assay_test::has_reason;

namespace {

constexpr double nominal = 200.0;

CqLimit limit(const std::string& target, LimitKind kind, std::optional<double> lower = {},
              std::optional<double> upper = {}) {
  CqLimit made;
  made.target = target;
  made.kind = kind;
  made.lower = lower;
  made.upper = upper;
  return made;
}

ControlDefinition control(const std::string& id, ControlKind kind, std::vector<CqLimit> limits) {
  ControlDefinition made;
  made.id = id;
  made.kind = kind;
  made.sample_names = {id};
  made.limits = std::move(limits);
  return made;
}

AssayTarget target(const std::string& id, const std::string& dye, TargetRole role, double assigned) {
  AssayTarget made;
  made.id = id;
  made.dye = dye;
  made.role = role;
  made.threshold = nominal;
  made.assigned_cq_cycles = assigned;
  return made;
}

/// A fictional assay: marker T in FAM, reference R in VIC; calibrator at 26 and 24, weak positive at 33 and 26.
AssayDefinition make_definition() {
  AssayDefinition definition;
  definition.id = "demo-calibrated";
  definition.version = "1.0.0";
  definition.status = AssayStatus::simulated;
  definition.cq.options.method = CqMethod::threshold;
  definition.cq.options.baseline.method = BaselineMethod::linear;
  definition.cq.cycles = 45;
  definition.cq.signal = SignalScale::fluorescence;
  definition.cq.threshold_origin = ThresholdOrigin::calibrated;
  definition.targets = {target("T", "FAM", TargetRole::target, 26), target("R", "VIC", TargetRole::reference, 24)};
  definition.controls = {control("NTC", ControlKind::no_template,
                                 {limit("T", LimitKind::not_detected), limit("R", LimitKind::not_detected)}),
                         control("CAL", ControlKind::calibrator, {}),
                         control("WP", ControlKind::weak_positive,
                                 {limit("T", LimitKind::within, 32, 34), limit("R", LimitKind::within, 25, 27)})};
  ThresholdCalibrationPlan plan;
  plan.calibrator = "CAL";
  plan.weak_positive = "WP";
  plan.maximum_shift_factor = 1.5;
  plan.tolerance_cycles = 0.2;
  plan.bias_limit_cycles = 0.3;
  plan.minimum_wells = 3;
  plan.valid_days = 180;
  definition.threshold_calibration = plan;
  ValueDefinition value;
  value.id = "dT";
  value.kind = ValueKind::delta_cq;
  value.target = "T";
  value.references = {"R"};
  definition.values = {value};
  return definition;
}

/// What the optics and the reagents of a plate do.
struct Lot {
  double gain_t = 1.0;  ///< of the whole signal of FAM
  double gain_r = 1.0;
  double noise_sd = 0.0;
  double calibrator_delay = 0.0;  ///< of T
  double weak_delay = 0.0;        ///< of T in the weak positive
  double weak_delay_r = 0.0;
  int calibrators = 3;
  int weak_positives = 2;
  int blanks = 3;
  unsigned seed = 1;
};

/// A logistic rise of 5 000 that doubles early on and crosses 200 at the Cq, on a sloping ground, times the gain.
AmplificationCurve make_curve(std::optional<double> cq_cycles, double gain, double noise_sd, std::mt19937& random) {
  constexpr double plateau = 5000;
  const double width = 1 / std::log(2.0);
  std::normal_distribution<double> noise(0.0, 1.0);
  AmplificationCurve curve;
  curve.kind = CurveKind::multicomponent;
  for (int cycle = 1; cycle <= 45; ++cycle) {
    double signal = 1800 + 1.5 * cycle + 0.02 * std::sin(2.3 * cycle);
    if (cq_cycles) {
      const double middle = *cq_cycles + width * std::log(plateau / nominal - 1);
      signal += plateau / (1 + std::exp(-(cycle - middle) / width));
    }
    curve.cycles.push_back(cycle);
    curve.fluorescence.push_back(gain * signal + noise_sd * noise(random));
  }
  return curve;
}

RunData make_data(const Lot& lot, const std::string& name = "cal") {
  std::mt19937 random(lot.seed);
  RunData run;
  run.name = name;
  run.instrument.serial_number = "SN-7";
  run.plate = PlateGeometry{8, 12};
  run.provenance.sources = {{name + ".rdml", std::string(63, '0') + (name == "cal" ? "1" : "2"), 1000}};
  int place = 0;
  const auto add = [&](const std::string& sample, std::optional<double> t, std::optional<double> r) {
    for (const bool is_t : {true, false}) {
      Measurement measurement;
      measurement.well = to_well({place / 12, place % 12});
      measurement.sample = sample;
      measurement.target = is_t ? "T" : "R";
      measurement.dye = is_t ? "FAM" : "VIC";
      measurement.amplification.push_back(
          make_curve(is_t ? t : r, is_t ? lot.gain_t : lot.gain_r, lot.noise_sd, random));
      run.measurements.push_back(std::move(measurement));
    }
    ++place;
  };
  for (int i = 0; i < lot.blanks; ++i) add("NTC", {}, {});
  for (int i = 0; i < lot.calibrators; ++i) add("CAL", 26 + lot.calibrator_delay, 24);
  for (int i = 0; i < lot.weak_positives; ++i) add("WP", 33 + lot.weak_delay, 26 + lot.weak_delay_r);
  return run;
}

std::vector<Run> make_runs(const Lot& lot) { return {Run(make_data(lot))}; }

ThresholdCalibrationRequest make_request(ThresholdMethod method = ThresholdMethod::calibrator_anchored) {
  ThresholdCalibrationRequest request;
  request.name = "SN-7 lot L1";
  request.reagent_lot = "L1";
  request.method = method;
  request.date = "2026-01-05";
  request.operator_name = "technician1";
  request.approver = "director";
  return request;
}

ThresholdCalibration calibrate(const Lot& lot, const AssayDefinition& definition = make_definition(),
                               const ThresholdCalibrationRequest& request = make_request()) {
  return calibrate_thresholds(make_runs(lot), definition, request);
}

/// Mean Cq of the curves of a kind at a threshold, by the Cq method itself: what an analysis will do.
double read_cq(double cq_cycles, double gain, double threshold) {
  std::mt19937 random(1);
  const AmplificationCurve curve = make_curve(cq_cycles, gain, 0.0, random);
  CqOptions options = make_definition().cq.options;
  options.threshold = threshold;
  return estimate_cq(to_view(curve), options).cq_cycles.value();
}

/// Assigned values as the nominal plate reads them, so that a gain alone is to be found.
AssayDefinition assign_as_read(AssayDefinition definition) {
  definition.targets[0].assigned_cq_cycles = read_cq(26, 1, nominal);
  definition.targets[1].assigned_cq_cycles = read_cq(24, 1, nominal);
  return definition;
}

std::set<std::string> ids(const std::vector<Message>& messages) {
  std::set<std::string> found;
  for (const Message& message : messages) found.insert(message.id);
  return found;
}

/// Every finding is worded in both languages with the values it carries.
void check_words(const std::vector<Message>& messages) {
  static const nlohmann::json words = nlohmann::json::parse(
      read_file(std::filesystem::path(QPCR_SOURCE_DIR) / "libqpcr/report/messages/threshold.json"));
  for (const Message& message : messages) {
    INFO(message.id);
    REQUIRE(words.contains(message.id));
    for (const char* language : {"zh", "en"}) {
      const std::string text = words[message.id][language].get<std::string>();
      for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{', open + 1)) {
        const std::string name = text.substr(open + 1, text.find_first_of("|}", open) - open - 1);
        INFO(name);
        CHECK_FALSE(find_value(message, name).empty());
      }
    }
  }
}

std::string with_identity(nlohmann::json document) {
  document.erase("identity");
  const std::string identity = canonical_sha256(document);
  document["identity"] = identity;
  return document.dump(1);
}

}  // namespace

TEST_CASE("a dye that shines differently is found again", "[threshold]") {
  const AssayDefinition definition = assign_as_read(make_definition());
  for (const double gain : {0.7, 0.95, 1.0, 1.3, 1.45}) {
    INFO(gain);
    Lot lot;
    lot.gain_t = gain;
    const ThresholdCalibration record = calibrate(lot, definition);
    CHECK(ids(record.findings).empty());
    CHECK(record.accepted);
    const CalibratedThreshold& t = *find_threshold(record, "T");
    const CalibratedThreshold& r = *find_threshold(record, "R");
    CHECK(t.dye_gain == Approx(gain).epsilon(1e-9));
    CHECK(t.threshold == Approx(nominal * gain).epsilon(1e-9));
    CHECK(r.dye_gain == Approx(1.0).epsilon(1e-9));
    CHECK(t.wells == 3);
    CHECK(*t.calibrator_mean_cq_cycles == Approx(*definition.targets[0].assigned_cq_cycles).margin(1e-9));
    CHECK(*t.calibrator_sd_cycles == Approx(0.0).margin(1e-9));
    CHECK((t.log_linear_lower < t.threshold && t.threshold < t.log_linear_upper));
    CHECK((*t.baseline_first_cycle >= 1 && *t.baseline_last_cycle < 30));
    // A sample reads the Cq that the nominal instrument gives it, which the uncorrected threshold would not.
    CHECK(read_cq(31.4, gain, t.threshold) == Approx(read_cq(31.4, 1, nominal)).margin(1e-9));
    if (std::abs(gain - 1) > 0.2) CHECK(std::abs(read_cq(31.4, gain, nominal) - read_cq(31.4, 1, nominal)) > 0.3);
    REQUIRE(record.weak_positive.size() == 1);
    CHECK(record.weak_positive[0].value == "dT");
    CHECK(record.weak_positive[0].assigned_cycles == 7.0);
    CHECK(record.weak_positive[0].bias_cycles == *record.weak_positive_bias_cycles);
    CHECK(std::abs(*record.weak_positive_bias_cycles) < 0.1);
    CHECK(record.colour_matrix == "none");
  }
}

TEST_CASE("with noise the Cq of samples is recovered within 0.05 cycles", "[threshold]") {
  const AssayDefinition definition = assign_as_read(make_definition());
  double worst = 0.0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    Lot lot;
    lot.gain_t = 1.3;
    lot.noise_sd = 4;
    lot.calibrators = 8;
    lot.weak_positives = 4;
    lot.seed = seed;
    const ThresholdCalibration record = calibrate(lot, definition);
    const CalibratedThreshold& t = *find_threshold(record, "T");
    worst = std::max(worst, std::abs(read_cq(31.4, 1.3, t.threshold) - read_cq(31.4, 1, nominal)));
    CHECK(record.accepted);
    CHECK(t.dye_gain == Approx(1.3).epsilon(0.04));
  }
  INFO("largest error " << worst);
  CHECK(worst < 0.05);
}

TEST_CASE("a lot whose loss the anchor would hide is refused by the weak positive", "[threshold]") {
  const AssayDefinition definition = assign_as_read(make_definition());
  struct Case {
    const char* what;
    Lot lot;
    std::set<std::string> findings;
  };
  Lot late;  // the calibrator still anchors: a threshold lower by 2^-0.4, within the factor
  late.calibrator_delay = 0.4;
  late.weak_delay = 1.1;
  Lot both;  // marker and reference alike: the ΔCq sees nothing, the control's own limits do
  both.weak_delay = 1.4;
  both.weak_delay_r = 1.4;
  Lot early;
  early.weak_delay = -0.7;
  Lot slight = late;  // the bias alone is beyond its limit
  slight.calibrator_delay = 0.0;
  slight.weak_delay = 0.5;
  const std::vector<Case> cases{{"anchored and late", late, {"threshold_weak_positive_bias"}},
                                {"both late", both, {"threshold_control_limit"}},
                                {"early", early, {"threshold_weak_positive_bias"}},
                                {"late within the limits of the control", slight, {"threshold_weak_positive_bias"}}};
  for (const Case& each : cases) {
    INFO(each.what);
    const ThresholdCalibration record = calibrate(each.lot, definition);
    CHECK_FALSE(record.accepted);
    CHECK(ids(record.findings) == each.findings);
    check_words(record.findings);
    // The calibrator itself reads its assigned Cq: without the weak positive nothing would show.
    CHECK(*find_threshold(record, "T")->calibrator_mean_cq_cycles ==
          Approx(*definition.targets[0].assigned_cq_cycles).margin(1e-9));
  }
}

TEST_CASE("every broken condition is a finding of its own and none is accepted", "[threshold]") {
  struct Case {
    const char* finding;
    AssayDefinition definition;
    Lot lot;
    ThresholdCalibrationRequest request;
  };
  std::vector<Case> cases;
  const AssayDefinition plain = make_definition();
  const auto fixed = [](double t) {
    ThresholdCalibrationRequest request = make_request(ThresholdMethod::fixed);
    request.fixed = {{"T", t}, {"R", nominal}};
    return request;
  };
  Lot bright;
  bright.gain_t = 1.7;
  cases.push_back({"threshold_shift_too_large", plain, bright, make_request()});
  Lot dim;
  dim.gain_t = 0.5;
  cases.push_back({"threshold_shift_too_large", plain, dim, make_request()});
  AssayDefinition wide = plain;
  wide.threshold_calibration->maximum_shift_factor = 100;
  wide.threshold_calibration->tolerance_cycles = 20;
  wide.threshold_calibration->bias_limit_cycles = 20;
  cases.push_back({"threshold_outside_window", wide, Lot{}, fixed(3000)});
  Lot noisy;
  noisy.noise_sd = 4;
  cases.push_back({"threshold_outside_window", wide, noisy, fixed(4)});
  cases.push_back({"threshold_calibrator_off_assigned", plain, Lot{}, fixed(240)});
  cases.push_back({"threshold_well_without_cq", wide, Lot{}, fixed(15000)});
  Lot few;
  few.calibrators = 2;
  cases.push_back({"threshold_too_few_wells", plain, few, make_request()});
  Lot without;
  without.calibrators = 0;
  cases.push_back({"threshold_not_determined", plain, without, make_request()});
  Lot no_weak;
  no_weak.weak_positives = 0;
  cases.push_back({"threshold_weak_positive_missing", plain, no_weak, make_request()});
  AssayDefinition unassigned = plain;
  unassigned.controls[2].limits[1] = limit("R", LimitKind::at_most, {}, 27);
  cases.push_back({"threshold_weak_positive_unassigned", unassigned, Lot{}, make_request()});
  AssayDefinition longer = plain;
  longer.cq.cycles = 50;
  cases.push_back({"threshold_curve_short", longer, Lot{}, make_request()});
  AssayDefinition unreachable = plain;
  unreachable.targets[0].assigned_cq_cycles = 60;
  cases.push_back({"threshold_calibrator_off_assigned", unreachable, Lot{}, make_request()});
  ThresholdCalibrationRequest blanks = make_request(ThresholdMethod::blank_deviations);
  blanks.blank_factor = 10;
  Lot one_blank;
  one_blank.blanks = 1;
  one_blank.noise_sd = 4;
  cases.push_back({"threshold_too_few_blanks", wide, one_blank, blanks});
  for (const Case& each : cases) {
    INFO(each.finding);
    const ThresholdCalibration record = calibrate(each.lot, each.definition, each.request);
    CHECK(has_reason(record.findings, each.finding));
    CHECK_FALSE(record.accepted);
    check_words(record.findings);
    CHECK(parse_threshold_calibration(render_threshold_calibration(record), "r.json") == record);
  }
}

TEST_CASE("blanks that amplify and wells that do not are findings", "[threshold]") {
  RunData data = make_data(Lot{});
  std::mt19937 random(3);
  data.measurements[0].amplification = {make_curve(30.0, 1, 0, random)};          // T of the first blank
  data.measurements[6].amplification = {make_curve(std::nullopt, 1, 0, random)};  // T of the first calibrator
  data.measurements[12].excluded = true;                                          // T of the first weak positive
  data.measurements[12].exclusion_reason = "bubble";
  const ThresholdCalibration record =
      calibrate_thresholds(std::vector<Run>{Run(data)}, make_definition(), make_request());
  CHECK(ids(record.findings) == std::set<std::string>{"threshold_control_limit", "threshold_well_without_cq",
                                                      "threshold_no_log_linear_phase", "threshold_too_few_wells",
                                                      "threshold_well_excluded"});
  check_words(record.findings);
  CHECK_FALSE(record.accepted);
}

TEST_CASE("a well omitted with a reason is noted and does not refuse the rest", "[threshold]") {
  Lot lot;
  lot.calibrators = 4;
  RunData data = make_data(lot);
  data.measurements[6].excluded = true;
  data.measurements[6].exclusion_reason = "bubble";
  const ThresholdCalibration record =
      calibrate_thresholds(std::vector<Run>{Run(data)}, make_definition(), make_request());
  CHECK(record.accepted);
  CHECK(ids(record.findings) == std::set<std::string>{"threshold_well_excluded"});
  CHECK(find_threshold(record, "T")->wells == 3);
  CHECK(find_threshold(record, "R")->wells == 4);
}

TEST_CASE("thresholds k standard deviations above the blanks", "[threshold]") {
  AssayDefinition definition = make_definition();
  ThresholdCalibrationRequest request = make_request(ThresholdMethod::blank_deviations);
  request.blank_factor = 10;
  Lot lot;
  lot.noise_sd = 20;
  lot.blanks = 40;
  const ThresholdCalibration record = calibrate(lot, definition, request);
  const CalibratedThreshold& t = *find_threshold(record, "T");
  CHECK(t.threshold == *request.blank_factor * *t.blank_sd);
  // 40 blanks with some 40 readings each: 2 % for the standard deviation.
  CHECK(*t.blank_sd == Approx(20).epsilon(0.08));
  // The naive way: one pooled standard deviation of readings about a line through each blank's whole curve.
  const std::vector<Run> runs = make_runs(lot);
  double squares = 0.0;
  double freedom = 0.0;
  for (const Measurement& measurement : runs[0]->measurements) {
    if (measurement.sample != "NTC" || measurement.target != "T") continue;
    const AmplificationCurve& curve = measurement.amplification[0];
    const auto n = static_cast<double>(curve.cycles.size());
    double mean_x = 0, mean_y = 0, sxx = 0, sxy = 0;
    for (std::size_t i = 0; i < curve.cycles.size(); ++i)
      mean_x += curve.cycles[i] / n, mean_y += curve.fluorescence[i] / n;
    for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
      sxx += (curve.cycles[i] - mean_x) * (curve.cycles[i] - mean_x);
      sxy += (curve.cycles[i] - mean_x) * (curve.fluorescence[i] - mean_y);
    }
    for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
      const double residual = curve.fluorescence[i] - mean_y - sxy / sxx * (curve.cycles[i] - mean_x);
      squares += residual * residual;
    }
    freedom += n - 2;
  }
  CHECK(*t.blank_sd == Approx(std::sqrt(squares / freedom)).epsilon(0.05));
}

TEST_CASE("the order of wells and files does not enter, nor does splitting change who is counted", "[threshold]") {
  Lot lot;
  lot.noise_sd = 4;
  lot.calibrators = 6;
  RunData first = make_data(lot);
  lot.seed = 2;
  lot.gain_t = 1.1;
  RunData second = make_data(lot, "other");
  const AssayDefinition definition = make_definition();
  const ThresholdCalibration record =
      calibrate_thresholds(std::vector<Run>{Run(first), Run(second)}, definition, make_request());
  CHECK(find_threshold(record, "T")->wells == 12);
  std::mt19937 random(5);
  for (int i = 0; i < 5; ++i) {
    std::shuffle(first.measurements.begin(), first.measurements.end(), random);
    std::shuffle(second.measurements.begin(), second.measurements.end(), random);
    CHECK(calibrate_thresholds(std::vector<Run>{Run(second), Run(first)}, definition, make_request()) == record);
  }
}

TEST_CASE("requests without meaning are errors", "[threshold]") {
  const AssayDefinition definition = make_definition();
  const std::vector<Run> runs = make_runs(Lot{});
  const auto refused = [&](const auto& change) {
    ThresholdCalibrationRequest request = make_request();
    change(request);
    return error_of([&] { calibrate_thresholds(runs, definition, request); });
  };
  using Request = ThresholdCalibrationRequest;
  CHECK(refused([](Request& r) { r.approver = " Technician1 "; }).find("another person") != std::string::npos);
  // Invisible and full-width characters make no second person.
  for (const char* same : {"technician1\u00a0", "technician1\u200b", "\uff54echnician1"})
    CHECK(refused([&](Request& r) { r.approver = same; }).find("another person") != std::string::npos);
  CHECK(refused([](Request& r) { r.operator_name = " "; }).find("invalid_value") == 0);
  const std::string number = refused([](Request& r) { r.operator_name = "11010519491231002X"; });
  CHECK(number.find("personal_data") == 0);
  CHECK(number.find("11010519491231002X") == std::string::npos);
  CHECK(refused([](Request& r) { r.approver = "13800138000"; }).find("personal_data") == 0);
  CHECK(refused([](Request& r) { r.date = "2026-02-30"; }).find("date") != std::string::npos);
  CHECK(refused([](Request& r) { r.reagent_lot = ""; }).find("lot") != std::string::npos);
  CHECK(refused([](Request& r) { r.instrument_serial = "SN-8"; }).find("one instrument") != std::string::npos);
  CHECK(refused([](Request& r) { r.blank_factor = 10; }).find("blank_deviations") != std::string::npos);
  CHECK(refused([](Request& r) { r.method = ThresholdMethod::blank_deviations; }).find("'k'") != std::string::npos);
  CHECK(refused([](Request& r) { r.fixed = {{"T", 200}}; }).find("fixed") != std::string::npos);
  const auto fixed = [&](std::map<std::string, double> thresholds) {
    return refused([&](Request& r) {
      r.method = ThresholdMethod::fixed;
      r.fixed = thresholds;
    });
  };
  CHECK(fixed({{"T", 200}}).find("no threshold for target R") != std::string::npos);
  CHECK(fixed({{"T", 200}, {"R", -1}}).find("above 0") != std::string::npos);
  CHECK(fixed({{"T", 200}, {"R", 200}, {"X", 1}}).find("a target of the assay") != std::string::npos);
  CHECK(fixed({{"T", 200}, {"R", 200}}).empty());

  CHECK(error_of([&] { calibrate_thresholds({}, definition, make_request()); }).find("no calibration run") !=
        std::string::npos);
  RunData other = make_data(Lot{}, "other");
  other.instrument.serial_number = "SN-8";
  CHECK(error_of([&] {
          calibrate_thresholds(std::vector<Run>{runs[0], Run(other)}, definition, make_request());
        }).find("one instrument") != std::string::npos);
  other.instrument.serial_number = "SN-7";
  other.instrument.model = "SIMULATED";
  CHECK(error_of([&] {
          calibrate_thresholds(std::vector<Run>{runs[0], Run(other)}, definition, make_request());
        }).find("mixed") != std::string::npos);
  CHECK(error_of([&] {
          calibrate_thresholds(std::vector<Run>{runs[0], runs[0]}, definition, make_request());
        }).find("duplicate_entry") == 0);
  RunData normalised = make_data(Lot{});
  for (Measurement& measurement : normalised.measurements) measurement.amplification[0].kind = CurveKind::normalised;
  CHECK(error_of([&] {
          calibrate_thresholds(std::vector<Run>{Run(normalised)}, definition, make_request());
        }).find("assay_mismatch") == 0);
  RunData unnamed = make_data(Lot{});
  unnamed.instrument.serial_number = "";
  CHECK(error_of([&] {
          calibrate_thresholds(std::vector<Run>{Run(unnamed)}, definition, make_request());
        }).find("must be given") != std::string::npos);

  const auto mismatch = [&](const auto& change) {
    AssayDefinition changed = make_definition();
    change(changed);
    return error_of([&] { calibrate_thresholds(runs, changed, make_request()); });
  };
  using Definition = AssayDefinition;
  CHECK(mismatch([](Definition& d) { d.threshold_calibration.reset(); }).find("assay_mismatch") == 0);
  CHECK(mismatch([](Definition& d) { d.cq.threshold_origin = ThresholdOrigin::fixed; }).find("assay_mismatch") == 0);
  CHECK(mismatch([](Definition& d) { d.threshold_calibration->weak_positive = "CAL"; }).find("independent") !=
        std::string::npos);
  CHECK(mismatch([](Definition& d) { d.threshold_calibration->calibrator = "X"; }).find("no control") !=
        std::string::npos);
  CHECK(mismatch([](Definition& d) { d.threshold_calibration->bias_limit_cycles = 0; }).find("limit of the plan") !=
        std::string::npos);
  CHECK(mismatch([](Definition& d) { d.targets[0].assigned_cq_cycles.reset(); }).find("target T") != std::string::npos);
  CHECK(mismatch([](Definition& d) { d.status = AssayStatus::template_only; }).find("assay_refused") == 0);
}

TEST_CASE("a calibration cannot be dated otherwise than its runs", "[threshold]") {
  const AssayDefinition definition = make_definition();
  RunData data = *make_runs(Lot{}).front();
  data.started_at = "2026-01-04T10:00:00";
  std::vector<Run> runs;
  runs.emplace_back(data);
  const std::string error = error_of([&] { calibrate_thresholds(runs, definition, make_request()); });
  CHECK(error.find("2026-01-04") != std::string::npos);
  data.started_at = "2026-01-05T23:00:00";
  runs.clear();
  runs.emplace_back(data);
  CHECK_NOTHROW(calibrate_thresholds(runs, definition, make_request()));
}

TEST_CASE("a simulated run makes a simulated record", "[threshold]") {
  RunData data = make_data(Lot{});
  data.instrument.serial_number = "SIMULATED";
  CHECK(calibrate_thresholds(std::vector<Run>{Run(data)}, make_definition(), make_request()).simulated);
  CHECK_FALSE(calibrate(Lot{}).simulated);
}

TEST_CASE("records read back the same and only unchanged", "[threshold]") {
  Lot lot;
  lot.noise_sd = 4;
  const ThresholdCalibration record = calibrate(lot);
  const std::string text = render_threshold_calibration(record);
  CHECK(record.identity == identify_threshold_calibration(record));
  CHECK(record.expiry == "2026-07-04");
  CHECK(parse_threshold_calibration(text, "r.json") == record);
  nlohmann::json document = nlohmann::json::parse(text);
  CHECK(parse_threshold_calibration(document.dump(), "r.json") == record);
  CHECK(with_identity(document) == document.dump(1));

  document["thresholds"][0]["wells"] = 4;
  CHECK(error_of([&] { parse_threshold_calibration(document.dump(), "r.json"); }).find("integrity_failure") == 0);

  const nlohmann::json good = nlohmann::json::parse(text);
  using Change = std::function<void(nlohmann::json&)>;
  const std::vector<std::pair<const char*, Change>> changes{
      {"schema", [](auto& d) { d["schema"] = "qpcr.calibration/1"; }},
      {"extra", [](auto& d) { d["extra"] = 1; }},
      {"thresholds[0].extra", [](auto& d) { d["thresholds"][0]["extra"] = 1; }},
      {"baseline.extra", [](auto& d) { d["baseline"]["extra"] = 1; }},
      {"accepted", [](auto& d) { d.erase("accepted"); }},
      {"accepted", [](auto& d) { d["accepted"] = 1; }},
      {"accepted", [](auto& d) { d["thresholds"] = nlohmann::json::array(); }},
      {"approver", [](auto& d) { d["approver"] = d["operator"]; }},
      {"date", [](auto& d) { d["date"] = "2026-13-01"; }},
      {"expiry", [](auto& d) { d["expiry"] = "2025-01-01"; }},
      {"method", [](auto& d) { d["method"] = "guess"; }},
      {"baseline.method", [](auto& d) { d["baseline"]["method"] = "guess"; }},
      {"thresholds[0].threshold", [](auto& d) { d["thresholds"][0]["threshold"] = -1; }},
      {"thresholds[0].threshold", [](auto& d) { d["thresholds"][0]["threshold"] = "200"; }},
      {"thresholds[0].threshold", [](auto& d) { d["thresholds"][0]["threshold"] = nullptr; }},
      {"thresholds[0].dye_gain", [](auto& d) { d["thresholds"][0]["dye_gain"] = 2; }},
      {"thresholds[0].wells", [](auto& d) { d["thresholds"][0]["wells"] = 2.5; }},
      {"thresholds[0].wells", [](auto& d) { d["thresholds"][0]["wells"] = -3; }},
      {"thresholds[0].wells", [](auto& d) { d["thresholds"][0]["wells"] = 1e30; }},
      {"thresholds[1].target", [](auto& d) { d["thresholds"][1]["target"] = "T"; }},
      {"thresholds", [](auto& d) { d["thresholds"] = 3; }},
      {"thresholds[0]", [](auto& d) { d["thresholds"] = {3}; }},
      {"sources[0].sha256", [](auto& d) { d["sources"][0]["sha256"] = "00"; }},
      {"findings[0].values",
       [](auto& d) {
         d["findings"] = {{{"id", "x"}, {"values", {1}}}};
       }},
      {"assay_sha256", [](auto& d) { d["assay_sha256"] = ""; }},
      {"identity", [](auto& d) { d["name"] = std::string("other"); }},
  };
  for (const auto& [field, change] : changes) {
    INFO(field);
    nlohmann::json changed = good;
    change(changed);
    const bool is_content = std::string_view(field) == "identity";
    const std::string error = error_of([&, &altered = changed] {
      parse_threshold_calibration(is_content ? altered.dump() : with_identity(altered), "r.json");
    });
    CHECK(error.find(is_content ? "integrity_failure" : "malformed_file") == 0);
    CHECK(error.find(field) != std::string::npos);
    CHECK(error.find("r.json") != std::string::npos);
  }
}

TEST_CASE("a damaged record is an error or the same record, never another one", "[threshold]") {
  const ThresholdCalibration record = calibrate(Lot{});
  const std::string text = render_threshold_calibration(record);
  std::mt19937 random(11);
  int refused = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string damaged = text;
    const std::size_t place = random() % damaged.size();
    switch (i % 4) {
      case 0:
        damaged[place] = static_cast<char>(random() % 256);
        break;
      case 1:
        damaged.erase(place, 1 + random() % 40);
        break;
      case 2:
        damaged.insert(place, damaged.substr(random() % damaged.size(), random() % 60));
        break;
      default:
        damaged.resize(place);
    }
    try {
      const ThresholdCalibration read = parse_threshold_calibration(damaged, "r.json");
      if (!(read == record)) FAIL("another record was read: " << damaged);
    } catch (const Error& error) {
      ++refused;
      if (error.code() != ErrorCode::malformed_file && error.code() != ErrorCode::integrity_failure) FAIL(error.what());
    }
  }
  CHECK(refused > 3500);
  for (const char* nonsense : {"", "[]", "null", "{}", "{\"schema\":\"qpcr.threshold_calibration/1\"}", "\xff\xfe",
                               "{\"schema\":1}", "{\"schema\":\"qpcr.threshold_calibration/1\",\"name\":1e999}"})
    CHECK(error_of([&] { parse_threshold_calibration(nonsense, "r.json"); }).find("malformed_file") == 0);
  CHECK(error_of([&] { parse_threshold_calibration(std::string(100000, '['), "r.json"); }).find("malformed_file") == 0);
}

TEST_CASE("the record that holds for a run", "[threshold]") {
  const AssayDefinition definition = make_definition();
  ThresholdCalibration good = calibrate(Lot{});
  REQUIRE(good.accepted);
  good.signature_verified = true;
  struct Row {
    const char* what;
    std::function<void(ThresholdCalibration&)> change;
    std::string serial = "SN-7";
    std::string lot = "L1";
    std::string date = "2026-03-01";
    std::set<std::string> problems;
    bool given = true;
  };
  const auto nothing = [](ThresholdCalibration&) {};
  const std::vector<Row> rows{
      {"valid", nothing, "SN-7", "L1", "2026-03-01", {}, true},
      {"spaces around", nothing, " SN-7 ", "L1 ", "2026-03-01", {}, true},
      {"first day", nothing, "SN-7", "L1", "2026-01-05", {}, true},
      {"last day, with a time", nothing, "SN-7", "L1", "2026-07-04T23:59:00", {}, true},
      {"day after", nothing, "SN-7", "L1", "2026-07-05", {"calibration_expired"}, true},
      {"day before", nothing, "SN-7", "L1", "2026-01-04", {"calibration_not_yet_valid"}, true},
      {"no date", nothing, "SN-7", "L1", "", {"calibration_date_unknown"}, true},
      {"no such date", nothing, "SN-7", "L1", "2026-02-30", {"calibration_date_unknown"}, true},
      {"other instrument", nothing, "SN-8", "L1", "2026-03-01", {"calibration_missing"}, false},
      {"other lot", nothing, "SN-7", "L2", "2026-03-01", {"calibration_missing"}, false},
      {"no lot stated", nothing, "SN-7", "", "2026-03-01", {"calibration_missing"}, false},
      {"other assay", [](auto& r) { r.assay_id = "x"; }, "SN-7", "L1", "2026-03-01", {"calibration_missing"}, false},
      {"other version",
       [](auto& r) { r.assay_sha256 = std::string(64, 'a'); },
       "SN-7",
       "L1",
       "2026-03-01",
       {"calibration_other_definition"},
       true},
      {"not accepted",
       [](auto& r) { r.accepted = false; },
       "SN-7",
       "L1",
       "2026-03-01",
       {"calibration_not_accepted"},
       true},
      {"unsigned",
       [](auto& r) { r.signature_verified = false; },
       "SN-7",
       "L1",
       "2026-03-01",
       {"calibration_unsigned"},
       true},
      {"simulated", [](auto& r) { r.simulated = true; }, "SN-7", "L1", "2026-03-01", {"calibration_simulated"}, true},
      {"much",
       [](auto& r) { r.simulated = true, r.accepted = false, r.signature_verified = false; },
       "SN-7",
       "L1",
       "2027-03-01",
       {"calibration_simulated", "calibration_not_accepted", "calibration_unsigned", "calibration_expired"},
       true},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    std::vector<ThresholdCalibration> records{good};
    row.change(records[0]);
    const CalibrationChoice choice = find_threshold_calibration(records, definition, row.serial, row.lot, row.date);
    CHECK(ids(choice.problems) == row.problems);
    CHECK((choice.record != nullptr) == row.given);
    check_words(choice.problems);
  }
  CHECK(ids(find_threshold_calibration({}, definition, "SN-7", "L1", "2026-03-01").problems) ==
        std::set<std::string>{"calibration_missing"});
}

TEST_CASE("of several records the latest valid one holds", "[threshold]") {
  const AssayDefinition definition = make_definition();
  ThresholdCalibration first = calibrate(Lot{});
  first.signature_verified = true;
  ThresholdCalibration second = first;
  second.date = "2026-02-01";
  ThresholdCalibration future = first;
  future.date = "2026-06-01";
  const auto choose = [&](std::vector<ThresholdCalibration> records, std::string_view date = "2026-03-01") {
    const CalibrationChoice choice = find_threshold_calibration(records, definition, "SN-7", "L1", date);
    return std::pair<std::string, std::set<std::string>>{choice.record->date, ids(choice.problems)};
  };
  using Choice = std::pair<std::string, std::set<std::string>>;
  CHECK(choose({first, second, future}) == Choice{"2026-02-01", {}});
  CHECK(choose({future, second, first}) == Choice{"2026-02-01", {}});
  CHECK(choose({future, second, first}, "2026-06-10") == Choice{"2026-06-01", {}});
  ThresholdCalibration unsigned_later = second;
  unsigned_later.signature_verified = false;
  CHECK(choose({first, unsigned_later}) == Choice{"2026-01-05", {}});
  ThresholdCalibration simulated_later = second;
  simulated_later.simulated = true;
  CHECK(choose({first, simulated_later}) == Choice{"2026-01-05", {}});
  // A later calibration that was refused must not be hidden behind an earlier one that was accepted.
  ThresholdCalibration refused_later = second;
  refused_later.accepted = false;
  CHECK(choose({first, refused_later}) == Choice{"2026-01-05", {"calibration_later_refused"}});
  CHECK(choose({first, refused_later}, "2026-01-20") == Choice{"2026-01-05", {}});
  ThresholdCalibration repeated = second;
  repeated.date = "2026-02-02";
  CHECK(choose({first, refused_later, repeated}) == Choice{"2026-02-02", {}});
  ThresholdCalibration refused_same_day = first;
  refused_same_day.accepted = false;
  CHECK(choose({first, refused_same_day}) == Choice{"2026-01-05", {}});
}

TEST_CASE("the log-linear window lies where the curve is straight on the logarithmic scale", "[threshold]") {
  std::mt19937 random(1);
  const AmplificationCurve curve = make_curve(26, 1, 2, random);
  const Baseline baseline = estimate_baseline(to_view(curve), BaselineOptions{});
  const std::optional<LogLinearWindow> window = derive_log_linear_window(to_view(curve), baseline);
  REQUIRE(window);
  CHECK(window->lower >= 5 * baseline.noise_sd);
  CHECK(window->lower < 60);
  // The logistic's steepest acceleration stands at 0.2113 of its rise; the window ends below it.
  CHECK(window->upper < 0.2113 * 5000);
  CHECK(window->upper > 250);
  AmplificationCurve doubled = curve;
  for (double& reading : doubled.fluorescence) reading *= 2;
  const std::optional<LogLinearWindow> larger =
      derive_log_linear_window(to_view(doubled), estimate_baseline(to_view(doubled), BaselineOptions{}));
  REQUIRE(larger);
  CHECK(larger->lower == Approx(2 * window->lower).epsilon(1e-6));
  CHECK(larger->upper == Approx(2 * window->upper).epsilon(1e-6));
  const AmplificationCurve flat = make_curve(std::nullopt, 1, 2, random);
  CHECK_FALSE(derive_log_linear_window(to_view(flat), estimate_baseline(to_view(flat), BaselineOptions{})));
  CHECK(intersect({1, 3}, {2, 4}) == LogLinearWindow{2, 3});
  CHECK_FALSE(intersect({1, 2}, {2, 4}));
}

TEST_CASE("days of the calendar", "[threshold]") {
  using std::chrono::days;
  CHECK(render_calendar_day(*parse_calendar_day("2026-01-05") + days(180)) == "2026-07-04");
  CHECK(render_calendar_day(*parse_calendar_day("2027-12-31") + days(1)) == "2028-01-01");
  CHECK(render_calendar_day(*parse_calendar_day("2028-02-28") + days(1)) == "2028-02-29");
  for (const char* text : {"", "2026-1-5", "2026-02-29", "2026-13-01", "2026-00-10", "26-01-05", "2026/01/05",
                           "2026-01-05 ", "2026-01-05T10:00", "２０２６-01-05"})
    CHECK_FALSE(parse_calendar_day(text));
}
