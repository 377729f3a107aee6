// What the archive gives back is what it was given.
#include <cstring>
#include <filesystem>
#include <limits>
#include <string>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/store/run_archive.hpp"
#include "libqpcr/store/run_record.hpp"

namespace {

qpcr::Run example(const std::string& name) {
  qpcr::RunData data;
  data.name = name;
  data.plate = qpcr::PlateGeometry{8, 12};
  data.instrument = {"厂商", "M", "S1", "W", "1.0"};
  data.started_at = "2026-01-02T03:04:05";
  data.ended_at = "2026-01-02T05:00:00";
  data.operator_name = "O";
  data.plate_barcode = "B";
  data.notes = "n\nm";
  data.protocol = {{1, 1, 1, 95.0, 60.0, false}, {2, 1, 45, std::nullopt, 0.5, true}};
  data.vendor_tables = {{"标准曲线", {"a", "b"}, {{"1", ""}, {"x", "y"}}}};
  data.passive_reference_dye = "ROX";
  data.warnings = {"w"};
  data.provenance = {{{"a.rdml", std::string(64, 'a'), 12}}, "rdml", "0.1.0", {{"x", "y"}}};
  for (int column = 0; column < 3; ++column) {
    qpcr::Measurement m;
    m.well = qpcr::to_well({1, column});
    m.sample = "样本";
    m.target = "T";
    m.dye = "FAM";
    m.role = qpcr::SampleRole::standard;
    m.role_text = "Std";
    m.quantity = 1e5;
    m.quantity_unit = "copies";
    m.amplification.push_back(
        {qpcr::CurveKind::multicomponent, {1, 2, 3}, {0.1, std::numeric_limits<double>::quiet_NaN(), 1.0 / 3.0}});
    m.amplification.push_back({qpcr::CurveKind::normalised, {1}, {2}, {60.1}});
    m.melt.push_back({qpcr::CurveKind::unknown, {95, 94.5}, {3, -0.0}});
    m.vendor.cq_status = qpcr::CqStatus::found;
    m.vendor.cq_cycles = 23.456;
    m.vendor.baseline_first_cycle = 3;
    m.vendor.baseline_last_cycle = 15;
    m.vendor.quantity = 12.5;
    m.vendor.quantity_unit = "copies";
    m.vendor.melting_temperatures_celsius = {81.25, 90};
    m.vendor.flags = {"HIGHSD"};
    m.other_vendor_results.emplace_back().algorithm = "CRT";
    m.single_readings = {{qpcr::ReadStage::pre_read, qpcr::CurveKind::raw_filter, 4.5, 60.0},
                         {qpcr::ReadStage::end_point, qpcr::CurveKind::unknown, -1, std::nullopt}};
    m.subarray = "A1";
    m.note = "edge";
    m.excluded = column == 2;
    m.exclusion_reason = column == 2 ? "bubble" : "";
    data.measurements.push_back(m);
  }
  return qpcr::Run(data);
}

std::filesystem::path temporary() {
  return std::filesystem::temp_directory_path() / ("qpcr-test-archive-" + std::to_string(::getpid()) + ".h5");
}

}  // namespace

TEST_CASE("runs come back bit for bit") {
  const auto path = temporary();
  const std::vector<qpcr::Run> written{example("one"), example("two/run")};
  qpcr::write_archive(path, written);
  const std::vector<qpcr::Run> read = qpcr::read_archive(path);
  std::filesystem::remove(path);
  REQUIRE(read.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const qpcr::RunRecord before = qpcr::to_record(written[i]);
    const qpcr::RunRecord after = qpcr::to_record(read[i]);
    CHECK(after.record == before.record);
    REQUIRE(after.values.size() == before.values.size());
    CHECK(std::memcmp(after.values.data(), before.values.data(), before.values.size() * sizeof(double)) == 0);
  }
  CHECK(read[1]->measurements[2].excluded);
  CHECK(read[1]->protocol == written[1]->protocol);
  CHECK(read[1]->vendor_tables == written[1]->vendor_tables);
  CHECK(read[1]->notes == "n\nm");
  const qpcr::Measurement& m = read[0]->measurements[0];
  CHECK(m.amplification[1].temperatures_celsius == std::vector<double>{60.1});
  CHECK(m.vendor.melting_temperatures_celsius == std::vector<double>{81.25, 90});
  REQUIRE(m.other_vendor_results.size() == 1);
  CHECK(m.other_vendor_results.front().algorithm == "CRT");
  REQUIRE(m.single_readings.size() == 2);
  CHECK(m.single_readings[0].stage == qpcr::ReadStage::pre_read);
  CHECK(m.single_readings[1].fluorescence == -1);
  CHECK(read[0]->measurements[0].amplification[0].fluorescence[2] == 1.0 / 3.0);
}

TEST_CASE("an archive of no runs is an archive") {
  const auto path = temporary();
  qpcr::write_archive(path, {});
  CHECK(qpcr::read_archive(path).empty());
  std::filesystem::remove(path);
}

TEST_CASE("what is no archive is refused by name") {
  const auto path = temporary();
  CHECK_THROWS_WITH(qpcr::read_archive(path), Catch::Contains("no such file"));
  qpcr::write_file(path, "not HDF5 at all");
  CHECK_THROWS_WITH(qpcr::read_archive(path), Catch::Contains("not a readable archive"));
  const std::vector<qpcr::Run> runs{example("one")};
  qpcr::write_archive(path, runs);
  std::string bytes = qpcr::read_file(path);
  qpcr::write_file(path, bytes.substr(0, bytes.size() / 2));
  CHECK_THROWS_AS(qpcr::read_archive(path), qpcr::Error);
  std::filesystem::remove(path);
}

TEST_CASE("a record that points outside its values is refused") {
  qpcr::RunRecord record = qpcr::to_record(example("one"));
  record.values.resize(3);
  CHECK_THROWS_WITH(qpcr::parse_record(record), Catch::Contains("outside the array"));
  CHECK_THROWS_AS(qpcr::parse_record({"{}", {}}), qpcr::Error);
  CHECK_THROWS_AS(qpcr::parse_record({"", {}}), qpcr::Error);
}

TEST_CASE("a record of the first version reads, without what it could not say") {
  const std::string first =
      R"({"schema":"qpcr.run/1","name":"old","instrument":{"vendor":"V","model":"","serial_number":"",
    "software":"","software_version":""},"started_at":"","plate":[8,12],"passive_reference_dye":"","warnings":[],
    "provenance":{"sources":[],"not_read":[],"reader":"rdml","library_version":"0.1.0"},
    "measurements":[{"well":"A1","position":[0,0],"sample":"S","target":"T","dye":"FAM","role":"unknown","role_text":"",
    "quantity":null,"quantity_unit":"","excluded":false,"exclusion_reason":"","vendor":{"cq_status":"found",
    "cq_cycles":20.5,"cq_text":"20.5","algorithm":"","threshold":null,"cq_confidence":null,"call":""},
    "amplification":[{"kind":"unknown","offset":0,"length":2}],"melt":[]}]})";
  const qpcr::Run run = qpcr::parse_record({first, {1, 2, 10, 20}});
  REQUIRE(run->measurements.size() == 1);
  const qpcr::Measurement& m = run->measurements.front();
  CHECK(m.vendor.cq_cycles == 20.5);
  CHECK(m.amplification.front().fluorescence == std::vector<double>{10, 20});
  CHECK(m.amplification.front().temperatures_celsius.empty());
  CHECK(m.single_readings.empty());
  CHECK(run->protocol.empty());
}
