// Random runs through RDML of both versions and RDES and back: nothing is lost that the format can say.
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <pugixml.hpp>

#include "instruments/registry.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/rdes.hpp"
#include "libqpcr/exchange/rdml.hpp"
#include "tests/exchange/equal_runs.hpp"

namespace {

using namespace qpcr;

/// Draws runs; the same seed gives the same run on every machine.
class RunMaker {
 public:
  explicit RunMaker(std::uint64_t seed) : engine_(seed) {}

  RunData make() {
    RunData run;
    run.name = fmt_name("exp") + "/" + fmt_name("run");
    run.notes = chance(3) ? "notes <of> \"the\" run & more" : "";
    run.started_at = chance(2) ? "2026-03-01T08:15:30" : "";
    if (chance(2))
      run.protocol = {{1, 1, 1, 95, 600, false}, {2, 1, 45, 95, 10, false}, {2, 2, 45, number(), 30, true}};
    const std::vector<PlateGeometry> plates{{4, 6}, {8, 12}, {16, 24}, {32, 48}};
    const PlateGeometry plate = plates[below(plates.size())];
    const bool rotor = chance(4);
    if (!rotor) run.plate = plate;
    const std::size_t targets = 1 + below(4);
    const std::vector<std::string> dyes{"FAM", "HEX", "SYBR Green I", "", "Cy 5 <x>"};
    for (std::size_t well = 0; well < 24; ++well) {
      if (chance(5)) continue;
      const WellId id = rotor
                            ? WellId{std::to_string(well + 1), {}}
                            : to_well({static_cast<int>(well) / plate.columns, static_cast<int>(well) % plate.columns});
      add_well(run, id, targets, dyes);
    }
    return run;
  }

  bool chance(std::uint64_t one_in) { return below(one_in) == 0; }

 private:
  std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
  double number() { return static_cast<double>(engine_() >> 11U) * 0x1p-53 * 100; }
  std::string fmt_name(const std::string& stem) { return stem + " " + std::to_string(below(1000)); }

  void add_well(RunData& run, const WellId& well, std::size_t targets, const std::vector<std::string>& dyes) {
    const std::vector<SampleRole> roles{
        SampleRole::unspecified,      SampleRole::unknown,
        SampleRole::standard,         SampleRole::no_template_control,
        SampleRole::positive_control, SampleRole::no_amplification_control,
        SampleRole::negative_control, SampleRole::no_reverse_transcriptase_control,
        SampleRole::calibrator,
    };
    const std::string sample = chance(6) ? "" : "样本 " + std::to_string(below(5));
    const SampleRole role = roles[below(roles.size())];
    const std::string text = role == SampleRole::unspecified && chance(2) ? "Zzz-1" : "";
    for (std::size_t target = 0; target < targets; ++target) {
      Measurement measurement;
      measurement.well = well;
      measurement.sample = sample;
      measurement.target = "T" + std::to_string(target);
      measurement.dye = dyes[(target + (chance(9) ? 1 : 0)) % dyes.size()];
      measurement.role = role;
      measurement.role_text = text;
      if (chance(3)) measurement.quantity = std::ldexp(number(), static_cast<int>(below(40)) - 20);
      if (measurement.quantity) measurement.quantity_unit = "ng";
      fill(measurement);
      run.measurements.push_back(std::move(measurement));
    }
  }

  void fill(Measurement& measurement) {
    const std::vector<CurveKind> kinds{CurveKind::multicomponent, CurveKind::unknown, CurveKind::baseline_subtracted,
                                       CurveKind::normalised};
    AmplificationCurve curve;
    curve.kind = kinds[chance(5) ? below(kinds.size()) : 0];
    const bool temperatures = chance(2);
    double cycle = 0;
    for (std::uint64_t i = 0; i < 10; ++i) {
      cycle += chance(20) ? 2.5 : 1;
      curve.cycles.push_back(cycle);
      curve.fluorescence.push_back(chance(15) ? std::numeric_limits<double>::quiet_NaN()
                                              : std::ldexp(number() - 50, static_cast<int>(below(60)) - 30));
      if (temperatures) curve.temperatures_celsius.push_back(60 + number() / 100);
    }
    if (!chance(6)) measurement.amplification.push_back(std::move(curve));
    if (chance(3)) {
      MeltCurve melt;
      for (int i = 0; i < 6; ++i) {
        melt.temperatures_celsius.push_back(60 + i * 0.3);
        melt.fluorescence.push_back(number());
      }
      measurement.melt.push_back(std::move(melt));
      measurement.vendor.melting_temperatures_celsius = {60 + number() / 10};
    }
    const std::uint64_t status = below(3);
    if (status == 0) {
      measurement.vendor.cq_status = CqStatus::found;
      measurement.vendor.cq_cycles = 1 + number() / 3;
      if (chance(2)) measurement.vendor.threshold = number();
    } else if (status == 1) {
      measurement.vendor.cq_status = CqStatus::no_amplification;
    }
    measurement.excluded = chance(8);
    if (measurement.excluded) measurement.exclusion_reason = "bubble & <foam>";
    if (chance(6)) measurement.note = "a note";
    if (chance(6)) measurement.single_readings.push_back({ReadStage::end_point, CurveKind::unknown, number(), {}});
  }

  std::mt19937_64 engine_;
};

void check_measurement(const Measurement& read, const Measurement& written) {
  INFO("well " << written.well.label << ", target " << written.target << ", dye " << written.dye);
  CHECK(read.well == written.well);
  CHECK(read.sample == written.sample);
  CHECK(read.target == written.target);
  CHECK(read.dye == written.dye);
  CHECK(read.excluded == written.excluded);
  CHECK(read.exclusion_reason == written.exclusion_reason);
  CHECK(read.vendor.cq_status == written.vendor.cq_status);
  CHECK(read.vendor.cq_cycles == written.vendor.cq_cycles);
  CHECK(test::analysis_readings(read) == test::analysis_readings(written));
  CHECK(test::melt_readings(read) == test::melt_readings(written));
}

/// Fields by the schema's elements, in the order of the run: an independent parser sees the digits that were written.
void check_elements(const std::string& xml, const RunData& run, RdmlVersion version) {
  pugi::xml_document document;
  REQUIRE(document.load_string(xml.c_str()));
  const pugi::xml_node node = document.child("rdml").child("experiment").child("run");
  CHECK(std::string(node.child_value("description")) == run.notes);
  CHECK(std::string(node.child_value("runDate")) == run.started_at);
  CHECK(static_cast<bool>(node.child("thermalCyclingConditions")) == !run.protocol.empty());
  pugi::xml_node react = node.child("react");
  pugi::xml_node data = react.child("data");
  for (const Measurement& measurement : run.measurements) {
    while (!data && react) {
      react = react.next_sibling("react");
      data = react.child("data");
    }
    INFO("well " << measurement.well.label << ", target " << measurement.target);
    const auto number = [&](const char* name) { return parse_double(data.child_value(name)); };
    const VendorResult& vendor = measurement.vendor;
    CHECK(number("quantFluor") == vendor.threshold);
    CHECK(number("endPt") == (measurement.single_readings.empty()
                                  ? std::nullopt
                                  : std::optional(measurement.single_readings.front().fluorescence)));
    if (version == RdmlVersion::v1_3) {
      CHECK(number("meltTemp") == (vendor.melting_temperatures_celsius.empty()
                                       ? std::nullopt
                                       : std::optional(vendor.melting_temperatures_celsius.front())));
    }
    std::vector<double> temperatures;
    for (const pugi::xml_node point : data.children("adp")) {
      if (point.child("tmp")) temperatures.push_back(*parse_double(point.child_value("tmp")));
    }
    std::vector<double> expected;
    if (const AmplificationCurve* curve = find_analysis_curve(measurement); curve != nullptr) {
      for (std::size_t i = 0; i < curve->temperatures_celsius.size(); ++i) {
        if (!std::isnan(curve->fluorescence[i])) expected.push_back(curve->temperatures_celsius[i]);
      }
    }
    CHECK(temperatures == expected);
    data = data.next_sibling("data");
  }
}

TEST_CASE("Random runs survive RDML 1.3 and 1.2") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const RunData written = RunMaker(seed).make();
    if (written.measurements.empty()) continue;
    for (const RdmlVersion version : {RdmlVersion::v1_3, RdmlVersion::v1_2}) {
      INFO("seed " << seed << ", version 1." << (version == RdmlVersion::v1_2 ? 2 : 3));
      const Run run(written);
      RdmlOptions options;
      options.version = version;
      const std::string xml = render_rdml_xml({&run, 1}, options).bytes;
      check_elements(xml, written, version);
      const std::vector<Run> read = load_bytes(xml, "run.rdml");
      REQUIRE(read.size() == 1);
      CHECK(read[0]->name == written.name);
      CHECK(read[0]->plate == written.plate);
      REQUIRE(read[0]->measurements.size() == written.measurements.size());
      for (std::size_t i = 0; i < written.measurements.size(); ++i) {
        const Measurement& expected = written.measurements[i];
        const Measurement& found = read[0]->measurements[i];
        check_measurement(found, expected);
        const bool none_in_1_2 =
            version == RdmlVersion::v1_2 && expected.role == SampleRole::unspecified && expected.role_text.empty();
        CHECK(found.role == (none_in_1_2 ? SampleRole::unknown : expected.role));
        if (expected.role == SampleRole::unspecified && !none_in_1_2) CHECK(found.role_text == expected.role_text);
        // RDML 1.2 has one quantity a sample; where a well holds several, that is listed.
        if (version == RdmlVersion::v1_3) CHECK(found.quantity == expected.quantity);
        if (expected.amplification.empty() || version == RdmlVersion::v1_2) continue;
        if (test::analysis_readings(expected).empty()) continue;
        CHECK(found.amplification.front().kind == expected.amplification.front().kind);
      }
    }
  }
}

TEST_CASE("Random runs survive RDES") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const RunData written = RunMaker(seed).make();
    INFO("seed " << seed);
    const Run run(written);
    const std::vector<Run> curves = load_bytes(render_rdes(run).bytes, "run.amplification.tsv");
    std::size_t row = 0;
    for (const Measurement& expected : written.measurements) {
      if (expected.amplification.empty() && expected.vendor.cq_status == CqStatus::not_measured) continue;
      REQUIRE(row < curves[0]->measurements.size());
      const Measurement& found = curves[0]->measurements[row++];
      INFO("well " << expected.well.label << ", target " << expected.target);
      CHECK(found.well == expected.well);
      CHECK(found.sample == expected.sample);
      CHECK(found.target == expected.target);
      CHECK(found.dye == expected.dye);
      const bool none = expected.role == SampleRole::unspecified && expected.role_text.empty();
      CHECK(found.role == (none ? SampleRole::unknown : expected.role));
      if (found.role == SampleRole::unspecified) CHECK(found.role_text == expected.role_text);
      CHECK(found.vendor.cq_status == expected.vendor.cq_status);
      CHECK(found.vendor.cq_cycles == expected.vendor.cq_cycles);
      CHECK(test::analysis_readings(found) == test::analysis_readings(expected));
    }
    CHECK(row == curves[0]->measurements.size());
  }
}

}  // namespace
