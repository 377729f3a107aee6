// What is written is read back by the readers of the instruments to the same values.
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "instruments/registry.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/exchange/cfx_csv.hpp"
#include "libqpcr/exchange/rdes.hpp"
#include "libqpcr/exchange/rdml.hpp"
#include "tests/exchange/fixture.hpp"

namespace {

using namespace qpcr;

const Measurement& find(const Run& run, const Measurement& wanted) {
  for (const Measurement& measurement : run->measurements) {
    if (measurement.well == wanted.well && measurement.dye == wanted.dye) return measurement;
  }
  FAIL("well " << wanted.well.label << " " << wanted.dye << " was not read back");
  return run->measurements.front();
}

void check_common(const Run& read, const RunData& written) {
  REQUIRE(read->measurements.size() == written.measurements.size());
  for (const Measurement& expected : written.measurements) {
    const Measurement& measurement = find(read, expected);
    INFO(expected.well.label << " " << expected.dye);
    CHECK(measurement.sample == expected.sample);
    CHECK(measurement.target == expected.target);
    CHECK(measurement.role == expected.role);
    CHECK(measurement.quantity == expected.quantity);
    CHECK(measurement.vendor.cq_cycles == expected.vendor.cq_cycles);
    REQUIRE(measurement.amplification.size() == 1);
  }
}

TEST_CASE("RDML reads back to the same values") {
  const RunData written = test::make_run();
  const Run run(written);
  const std::vector<Run> read = load_bytes(render_rdml({&run, 1}).bytes, "run.rdml");
  REQUIRE(read.size() == 1);
  CHECK(read[0]->name == written.name);
  CHECK(read[0]->started_at == written.started_at);
  CHECK(read[0]->plate == written.plate);
  check_common(read[0], written);
  for (const Measurement& expected : written.measurements) {
    const Measurement& measurement = find(read[0], expected);
    CHECK(measurement.excluded == expected.excluded);
    CHECK(measurement.exclusion_reason == expected.exclusion_reason);
    const bool gap = &expected == &written.measurements[0];
    if (gap) continue;
    CHECK(measurement.amplification[0].cycles == expected.amplification[0].cycles);
    CHECK(measurement.amplification[0].fluorescence == expected.amplification[0].fluorescence);
  }
  const Measurement& gap = find(read[0], written.measurements[0]);
  CHECK(gap.amplification[0].cycles == std::vector<double>{1, 2, 4, 5});
  CHECK(gap.melt[0].temperatures_celsius == std::vector<double>{65, 65.5});
  CHECK(find(read[0], written.measurements[1]).vendor.cq_status == CqStatus::no_amplification);
  CHECK(find(read[0], written.measurements[2]).vendor.cq_status == CqStatus::not_measured);
}

TEST_CASE("Two experiments of several runs read back under their names") {
  std::vector<Run> runs;
  for (const char* name : {"e1/r1", "e1/r2", "e2/r1"}) {
    RunData data = test::make_run();
    data.name = name;
    runs.emplace_back(data);
  }
  const std::vector<Run> read = load_bytes(render_rdml(runs).bytes, "run.rdml");
  REQUIRE(read.size() == 3);
  for (std::size_t i = 0; i < read.size(); ++i) CHECK(read[i]->name == runs[i]->name);
}

TEST_CASE("CFX CSV reads back to the same values") {
  RunData written = test::make_run();
  written.name = "Trial run 1";
  written.instrument.serial_number = "SIMULATED";
  const std::filesystem::path folder = std::filesystem::path(QPCR_BINARY_DIR) / "test_exchange_cfx";
  std::filesystem::remove_all(folder);
  OutputFiles output(folder);
  for (const auto& [name, bytes] : render_cfx_csv(Run(written)).files) output.add(name, bytes);
  const std::vector<Run> read = load_runs(output.commit());
  std::filesystem::remove_all(folder);
  REQUIRE(read.size() == 1);
  CHECK(is_simulated(*read[0]));
  CHECK(read[0]->warnings.empty());
  CHECK(read[0]->name == written.name);
  std::erase_if(written.measurements, [](const Measurement& measurement) { return measurement.excluded; });
  CHECK(read[0]->started_at == written.started_at);
  check_common(read[0], written);
  for (const Measurement& expected : written.measurements) {
    const Measurement& measurement = find(read[0], expected);
    CHECK(measurement.amplification[0].kind == CurveKind::baseline_subtracted);
    CHECK(measurement.amplification[0].cycles == expected.amplification[1].cycles);
    CHECK(measurement.amplification[0].fluorescence == expected.amplification[1].fluorescence);
  }
}

/// CFX files with what makes a round trip hard: wells without a sample in different roles, one dye without a target, a
/// target in two dyes, a role that is no role, a well without a curve.
std::vector<Run> read_awkward_cfx() {
  std::vector<InputFile> files;
  files.push_back({"r -  Quantification Amplification Results_FAM.csv",
                   {},
                   ",Cycle,A1,A2,A3,B1\n,1,-0.5,1,2,3\n"
                   ",2,0.25,1.5,2.5,3.125\n"});
  files.push_back({"r -  Quantification Amplification Results_HEX.csv",
                   {},
                   ",Cycle,A1,A2,A3,B1\n,1,7,8,9,10\n,2,7,8,9,"
                   "11\n"});
  files.push_back({"r -  Quantification Cq Results.csv",
                   {},
                   ",Well,Fluor,Target,Content,Sample,Biological Set Name,Cq,Starting Quantity (SQ)\n"
                   ",A01,FAM,T,Unkn-01,S1,,21.5,NaN\n,A01,HEX,,Unkn-01,S1,,NaN,NaN\n"
                   ",A02,FAM,T,NTC,,,NaN,NaN\n,A02,HEX,T,NTC,,,38.25,NaN\n"
                   ",A03,FAM,T,Pos Ctrl,,,20,NaN\n,A03,HEX,,Pos Ctrl,,,20.5,NaN\n"
                   ",B01,FAM,,miR-101,S2,,30,NaN\n,B01,HEX,IC,miR-101,S2,,31,NaN\n"
                   ",B02,FAM,T,Std-1,,,25,1000\n,B03,FAM,T,Std-2,,,28,100\n"});
  for (InputFile& file : files) file.name = file.path;
  return load_files(std::move(files));
}

TEST_CASE("CFX to RDML and back is the same run") {
  const std::vector<Run> cfx = read_awkward_cfx();
  REQUIRE(cfx.size() == 1);
  REQUIRE(cfx[0]->measurements.size() == 10);
  const WrittenDocument document = render_rdml(cfx);
  const std::vector<Run> rdml = load_bytes(document.bytes, "run.rdml");
  REQUIRE(rdml.size() == 1);
  REQUIRE(rdml[0]->measurements.size() == cfx[0]->measurements.size());
  for (std::size_t i = 0; i < cfx[0]->measurements.size(); ++i) {
    const Measurement& expected = cfx[0]->measurements[i];
    const Measurement& found = rdml[0]->measurements[i];
    INFO(expected.well.label << " " << expected.dye);
    CHECK(found.well == expected.well);
    CHECK(found.sample == expected.sample);
    CHECK(found.target == expected.target);
    CHECK(found.dye == expected.dye);
    CHECK(found.role == expected.role);
    CHECK(found.quantity == expected.quantity);
    CHECK(found.vendor.cq_status == expected.vendor.cq_status);
    CHECK(found.vendor.cq_cycles == expected.vendor.cq_cycles);
    REQUIRE(found.amplification.size() == expected.amplification.size());
    for (std::size_t k = 0; k < found.amplification.size(); ++k) {
      CHECK(found.amplification[k].kind == CurveKind::baseline_subtracted);
      CHECK(found.amplification[k].cycles == expected.amplification[k].cycles);
      CHECK(found.amplification[k].fluorescence == expected.amplification[k].fluorescence);
    }
  }
  // What is no role does not become one on the way.
  CHECK(rdml[0]->measurements[6].role_text == "miR-101");
  CHECK(rdml[0]->measurements[6].role == SampleRole::unspecified);
  CHECK(render_rdml(rdml).bytes.size() > 0);
}

TEST_CASE("A control whose role has no code is no patient after a round trip") {
  std::vector<InputFile> files;
  files.push_back({"q -  Quantification Amplification Results_FAM.csv", {}, ",Cycle,A1,A2\n,1,1,2\n,2,1.5,2.5\n"});
  files.push_back({"q -  Quantification Cq Results.csv",
                   {},
                   ",Well,Fluor,Target,Content,Sample,Biological Set Name,Cq,Starting Quantity (SQ)\n"
                   ",A01,FAM,T,QC-1,S1,,21.5,NaN\n,A02,FAM,T,Unkn-01,S1,,22.5,NaN\n"});
  for (InputFile& file : files) file.name = file.path;
  const std::vector<Run> cfx = load_files(std::move(files));
  REQUIRE(cfx.size() == 1);
  REQUIRE(cfx[0]->measurements.at(0).role == SampleRole::unspecified);
  REQUIRE(cfx[0]->measurements.at(0).role_text == "QC-1");
  const auto check = [](const std::vector<Run>& read) {
    REQUIRE(read.size() == 1);
    REQUIRE(read[0]->measurements.size() == 2);
    CHECK(read[0]->measurements[0].sample == "S1");
    CHECK(read[0]->measurements[0].role == SampleRole::unspecified);
    CHECK(read[0]->measurements[0].role_text == "QC-1");
    CHECK(read[0]->measurements[0].vendor.cq_cycles == 21.5);
    CHECK(read[0]->measurements[1].role == SampleRole::unknown);
  };
  const auto lists = [](const WrittenDocument& document, const std::string& text) {
    for (const auto& entry : document.not_written) {
      if (entry.why.find(text) != std::string::npos) return true;
    }
    return false;
  };
  RdmlOptions older;
  older.version = RdmlVersion::v1_2;
  const WrittenDocument rdml = render_rdml(cfx, older);
  check(load_bytes(rdml.bytes, "q.rdml"));
  CHECK(lists(rdml, "RDML 1.2 demands a role"));
  check(load_bytes(render_rdml(cfx).bytes, "q.rdml"));
  const WrittenDocument rdes = render_rdes(cfx[0]);
  check(load_bytes(rdes.bytes, "q.amplification.tsv"));
  CHECK(lists(rdes, "roles without a code"));

  // A text that another reader would take for a patient's stays a text.
  RunData data = test::make_run();
  data.measurements = {test::make_measurement(0, 0, "S", "T", "FAM"), test::make_measurement(0, 1, "C", "T", "FAM")};
  data.measurements[0].role = SampleRole::unspecified;
  data.measurements[0].role_text = "unkn";
  data.measurements[1].role = SampleRole::calibrator;
  const Run awkward(data);
  for (const std::string& bytes : {render_rdes(awkward).bytes, render_rdml({&awkward, 1}, older).bytes}) {
    const Run read = load_bytes(bytes, "r.tsv").front();
    CHECK(read->measurements[0].role == SampleRole::unspecified);
    CHECK(read->measurements[0].role_text == "unkn");
    CHECK(read->measurements[1].role == SampleRole::calibrator);
  }
}

TEST_CASE("Cq of LightCycler 96 that had a call keep their meaning in RDML of this software") {
  RunData data = test::make_run();
  data.instrument = {"Roche", "LightCycler 96", {}, "LightCycler\u00ae 96", "1.1"};
  for (Measurement& measurement : data.measurements) {
    measurement.amplification.resize(1);
    measurement.amplification[0].kind = CurveKind::unknown;
  }
  const Run run(data);
  const std::vector<Run> read = load_bytes(render_rdml({&run, 1}).bytes, "run.rdml");
  CHECK(find(read[0], data.measurements[0]).vendor.cq_cycles == data.measurements[0].vendor.cq_cycles);
  CHECK(find(read[0], data.measurements[0]).amplification[0].kind == CurveKind::unknown);
}

TEST_CASE("Kinds of curves that differ within a run and wells without data survive RDML") {
  RunData data = test::make_run();
  data.measurements[1].amplification.erase(data.measurements[1].amplification.begin());
  data.measurements[4].amplification[0].kind = CurveKind::normalised;
  Measurement bare;
  bare.well = to_well({3, 3});
  bare.sample = "S-empty";
  bare.role = SampleRole::positive_control;
  Measurement plain = test::make_measurement(3, 4, "S-plain", "", "");
  data.measurements.push_back(bare);
  data.measurements.push_back(plain);
  const Run run(data);
  const std::vector<Run> read = load_bytes(render_rdml({&run, 1}).bytes, "run.rdml");
  CHECK(find(read[0], data.measurements[0]).amplification[0].kind == CurveKind::multicomponent);
  CHECK(find(read[0], data.measurements[1]).amplification[0].kind == CurveKind::baseline_subtracted);
  CHECK(find(read[0], data.measurements[4]).amplification[0].kind == CurveKind::normalised);
  CHECK(find(read[0], bare).sample == "S-empty");
  CHECK(find(read[0], bare).role == SampleRole::positive_control);
  CHECK(find(read[0], bare).amplification.empty());
  CHECK(find(read[0], plain).target.empty());
  CHECK(find(read[0], plain).amplification.size() == 1);
}

TEST_CASE("A converted run keeps the mark of simulated data") {
  RunData data = test::make_run();
  data.instrument.serial_number = "SIMULATED";
  const Run run(data);
  CHECK(is_simulated(*load_bytes(render_rdml({&run, 1}).bytes, "run.rdml")[0]));
}

}  // namespace
