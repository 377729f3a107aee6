// Applied Biosystems .eds: joining its members in every layout, what is wrong in one, and the real files.
#include <bit>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"
#include "tests/tabular/make_zip.hpp"

using namespace qpcr;
using qpcr::test::error_of;
using qpcr::test::find;
namespace fs = std::filesystem;

namespace {

using Members = std::vector<std::pair<std::string, std::string>>;

std::string make_eds(const Members& members) {
  std::vector<test::ZipEntry> entries;
  for (const auto& [name, bytes] : members) {
    test::ZipEntry entry;
    entry.name = name;
    entry.bytes = bytes;
    entries.push_back(entry);
  }
  return test::make_zip(entries);
}

const std::string plate_setup = R"(<Plate><Rows>8</Rows><Columns>12</Columns>
<FeatureMap><Feature><Id>sample</Id></Feature>
 <FeatureValue><Index>0</Index><FeatureItem><Sample><Name>S1</Name></Sample></FeatureItem></FeatureValue>
 <FeatureValue><Index>13</Index><FeatureItem><Sample><Name>S2</Name></Sample></FeatureItem></FeatureValue></FeatureMap>
<FeatureMap><Feature><Id>detector-task</Id></Feature>
 <FeatureValue><Index>0</Index><FeatureItem><DetectorTaskList>
  <DetectorTask><Task>STANDARD</Task><Concentration>1000.0</Concentration><Detector><Name>T1</Name><Reporter>FAM</Reporter></Detector></DetectorTask>
  <DetectorTask><Task>NTC</Task><Concentration>1.0</Concentration><Detector><Name>T2</Name><Reporter>VIC</Reporter></Detector></DetectorTask>
 </DetectorTaskList></FeatureItem></FeatureValue></FeatureMap>
<FeatureMap><Feature><Id>comment</Id></Feature><FeatureValue><Index>0</Index></FeatureValue></FeatureMap>
<Wells><Well><Index>13</Index><IsOmit>true</IsOmit></Well></Wells>
<PassiveReferenceDye>ROX</PassiveReferenceDye></Plate>)";

const std::string protocol =
    R"(<TCProtocol><TCStage><StageFlag>PRE_CYCLING</StageFlag><NumOfRepetitions>1</NumOfRepetitions></TCStage>
<TCStage><StageFlag>CYCLING</StageFlag><NumOfRepetitions>3</NumOfRepetitions></TCStage>
<TCStage><StageFlag>MELT_CURVE</StageFlag><NumOfRepetitions>1</NumOfRepetitions></TCStage></TCProtocol>)";

/// A pre-read, three cycles with two steps each, a melt of two readings; one well, three dyes.
const std::string multicomponent = R"(<MulticomponentData><WellCount>1</WellCount>
<CollectionPoints>[[Stg:1 Cyc:1 Stp:1 Pt:1], [Stg:2 Cyc:1 Stp:1 Pt:1], [Stg:2 Cyc:1 Stp:2 Pt:1], [Stg:2 Cyc:2 Stp:1 Pt:1], [Stg:2 Cyc:2 Stp:2 Pt:1], [Stg:2 Cyc:3 Stp:1 Pt:1], [Stg:2 Cyc:3 Stp:2 Pt:1], [Stg:3 Cyc:1 Stp:1 Pt:1], [Stg:3 Cyc:1 Stp:1 Pt:2]]</CollectionPoints>
<SampleTemperatures>25	90	60	90	60	90	60	65.5	66</SampleTemperatures>
<DyeData WellIndex="0"><DyeList>[FAM, VIC, ROX]</DyeList></DyeData>
<SignalData WellIndex="0"><CycleData>[0, 1, 10, 2, 20, 3, 30, 7, 8]</CycleData><CycleData>[0, 1, 11, 2, 21, 3, 31, 7, 8]</CycleData><CycleData>[0, 1, 5, 2, 5, 3, 5, 7, 8]</CycleData></SignalData>
</MulticomponentData>)";

const std::string results =
    "Session Name\t\r\nWell\tSample Name\tDetector\tTask\tCt\tAvg Ct\tAmp Status\tCq Conf\r\n"
    "0\tS1\tT1\tStandard\t2.5\t\t1\t0.98\r\nRn values\t2\t4\t6\t\r\nDelta Rn values\t0\t2\t4.5E-1\r\n"
    "Std Curve Results 1\t1\r\n0\tS1\tT2\tNTC\t3.0\t\t-1\t0\r\nRn values\t2.2\t4.2\t6.2\r\nDelta Rn "
    "values\t0\t2\t4\r\n";

Members whole() {
  return {{"apldbio/sds/plate_setup.xml", plate_setup},
          {"apldbio/sds/tcprotocol.xml", protocol},
          {"apldbio/sds/multicomponentdata.xml", multicomponent},
          {"apldbio/sds/analysis_result.txt", results},
          {"apldbio/sds/quant/a.quant", "x"},
          {"apldbio/sds/quant/b.quant", "x"}};
}

Error error_with(const std::string& member, const std::string& bytes) {
  Members members = whole();
  for (auto& [name, content] : members) {
    if (name == "apldbio/sds/" + member) content = bytes;
  }
  const Error error = error_of(make_eds(members), "a.eds");
  CHECK_THAT(error.what(), Catch::Contains("a.eds:apldbio/sds/" + member));
  return error;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("set-up, signals and results are joined by well") {
  const std::vector<Run> runs = load_bytes(make_eds(whole()), "a.eds");
  REQUIRE(runs.size() == 1);
  const Run& run = runs.front();
  CHECK(run->passive_reference_dye == "ROX");
  CHECK(run->plate == PlateGeometry{8, 12});

  const Measurement& t1 = find(run, "A1", "T1");
  CHECK(t1.sample == "S1");
  CHECK(t1.dye == "FAM");
  CHECK(t1.role == SampleRole::standard);
  CHECK(t1.quantity == 1000.0);
  CHECK(t1.vendor.cq_cycles == 2.5);
  CHECK(t1.vendor.cq_confidence == 0.98);
  CHECK(t1.vendor.call == "1");
  REQUIRE(t1.amplification.size() == 3);
  // The last of the two steps that are read in every cycle.
  CHECK(find_curve(t1, CurveKind::multicomponent)->fluorescence == std::vector<double>{10, 20, 30});
  CHECK(find_curve(t1, CurveKind::multicomponent)->cycles == std::vector<double>{1, 2, 3});
  CHECK(find_curve(t1, CurveKind::normalised)->fluorescence == std::vector<double>{2, 4, 6});
  CHECK(find_curve(t1, CurveKind::baseline_subtracted)->fluorescence == std::vector<double>{0, 2, 0.45});
  CHECK(t1.melt.front().temperatures_celsius == std::vector<double>{65.5, 66});
  CHECK(t1.melt.front().fluorescence == std::vector<double>{7, 8});

  const Measurement& t2 = find(run, "A1", "T2");
  CHECK(t2.role == SampleRole::no_template_control);
  CHECK_FALSE(t2.quantity);
  // A Ct of the number of cycles is none.
  CHECK(t2.vendor.cq_status == CqStatus::no_amplification);
  CHECK(t2.vendor.cq_text == "3.0");

  const Measurement& reference = find(run, "A1", "", "ROX");
  CHECK(find_curve(reference, CurveKind::multicomponent)->fluorescence == std::vector<double>{5, 5, 5});

  // The hold before the cycles was read once.
  REQUIRE(t1.single_readings.size() == 1);
  CHECK(t1.single_readings.front().stage == ReadStage::pre_read);
  CHECK(t1.single_readings.front().kind == CurveKind::multicomponent);
  CHECK(t1.single_readings.front().fluorescence == 0);
  CHECK(t1.single_readings.front().temperature_celsius == 25.0);
  CHECK(find_curve(t1, CurveKind::multicomponent)->temperatures_celsius == std::vector<double>{60, 60, 60});

  REQUIRE(run->vendor_tables.size() == 1);
  CHECK(run->vendor_tables.front().name == "Std Curve Results");
  CHECK(run->vendor_tables.front().rows == std::vector<std::vector<std::string>>{{"T1", "Std Curve Results 1", "1"}});

  std::vector<std::string> where;
  for (const NotRead& entry : run->provenance.not_read) where.push_back(entry.where);
  CHECK(where == std::vector<std::string>{"plate_setup.xml: feature 'comment'",
                                          "multicomponentdata.xml: stage 2 step 1 point 1", "apldbio/sds/quant/"});
}

TEST_CASE("results without set-up and signals are read, as archive and as text") {
  const std::vector<Run> zipped = load_bytes(make_eds({{"apldbio/sds/analysis_result.txt", results}}), "a.eds");
  CHECK(find(zipped.front(), "A1", "T1").vendor.cq_cycles == 2.5);
  // The number of cycles is that of the readings.
  CHECK(find(zipped.front(), "A1", "T2").vendor.cq_status == CqStatus::no_amplification);
  CHECK(find(zipped.front(), "A1", "T1").dye.empty());
  CHECK(load_bytes(results, "analysis_result.txt").front()->measurements.size() == 2);
}

TEST_CASE("omitted wells are excluded") {
  Members members = whole();
  members[3].second += "13\tS2\tT1\tUnknown\t2.0\t\t1\t1\r\nRn values\t2\t4\t6\r\n";
  const std::vector<Run> runs = load_bytes(make_eds(members), "a.eds");
  CHECK(find(runs.front(), "B2", "T1").excluded);
  CHECK(find(runs.front(), "B2", "T1").sample == "S2");
  CHECK_FALSE(find(runs.front(), "A1", "T1").excluded);
}

TEST_CASE("an .eds without curves and results says what it holds") {
  const Error json = error_of(make_eds({{"summary.json", "{}"}, {"primary/multicomponent_data.json", "{}"}}), "a.eds");
  CHECK(json.code() == ErrorCode::malformed_file);
  CHECK_THAT(json.what(), Catch::Contains("holds no curves"));
  const Error images =
      error_of(make_eds({{"apldbio/sds/images/1.tiff", "x"}, {"apldbio/sds/images/2.tiff", "x"}}), "a.eds");
  CHECK_THAT(images.what(), Catch::Contains("2 camera images"));
  const Error running =
      error_of(make_eds({{"apldbio/sds/experiment.xml", "<Experiment><RunState>RUNNING</RunState></Experiment>"},
                         {"apldbio/sds/quant/1.quant", "x"}}),
               "a.eds");
  CHECK(running.code() == ErrorCode::malformed_file);
  CHECK_THAT(running.what(), Catch::Contains("RUNNING") && Catch::Contains("1 single exposures"));
}

TEST_CASE("a wrong .eds names member, line and field") {
  CHECK(error_with("multicomponentdata.xml", replaced(multicomponent, "[0, 1, 10,", "[0, Infinity, 10,"))
            .context()
            .line == 5);
  CHECK(error_with("multicomponentdata.xml", replaced(multicomponent, "[0, 1, 10,", "[0, 1, 10, 3,")).code() ==
        ErrorCode::malformed_file);
  CHECK(error_with("multicomponentdata.xml", replaced(multicomponent, "Cyc:2", "Cyc:x")).code() ==
        ErrorCode::invalid_value);
  CHECK(error_with("multicomponentdata.xml",
                   replaced(multicomponent, "SignalData WellIndex=\"0\"", "SignalData WellIndex=\"7\""))
            .code() == ErrorCode::invalid_value);
  CHECK(error_with("plate_setup.xml", replaced(plate_setup, "<Index>0</Index>", "<Index>96</Index>")).context().line ==
        3);
  CHECK(error_with("plate_setup.xml", replaced(plate_setup, "T2", "T1")).code() == ErrorCode::duplicate_entry);
  CHECK(error_with("plate_setup.xml", replaced(plate_setup, "<Rows>8", "<Rows>0")).code() == ErrorCode::invalid_value);
  const Error ct = error_with("analysis_result.txt", replaced(results, "2.5", "2.S"));
  CHECK(ct.context().line == 3);
  CHECK(ct.context().column == "Ct");
  CHECK(error_with("analysis_result.txt", replaced(results, "\tCt\t", "\tCx\t")).code() == ErrorCode::missing_column);
  CHECK(error_with("analysis_result.txt", replaced(results, "T2", "T1")).code() == ErrorCode::duplicate_entry);
  CHECK(error_with("analysis_result.txt", replaced(results, "4.5E-1", "Infinity")).context().line == 5);
  CHECK(error_with("analysis_result.txt", replaced(results, "\r\n0\tS1\tT2", "\r\n96\tS1\tT2")).context().line == 7);
  CHECK(error_with("tcprotocol.xml", "<TCProtocol>").code() == ErrorCode::malformed_file);
  CHECK(error_with("plate_setup.xml", "<!DOCTYPE x><Plate/>").code() == ErrorCode::malformed_file);
}

namespace {

std::map<std::string, std::string> read_corpus() {
  std::map<std::string, std::string> files;
  for (test::CorpusFile& file : test::corpus_appbio_quantstudio()) files[file.name] = std::move(file.bytes);
  return files;
}

Run load_corpus(const std::string& name) { return std::move(load_bytes(read_corpus().at(name), name).front()); }

const std::vector<double>& readings_of(const Measurement& m, CurveKind kind) {
  const AmplificationCurve* curve = find_curve(m, kind);
  REQUIRE(curve != nullptr);
  return curve->fluorescence;
}

/// Samples, roles, quantities, dyes and multicomponent signals are those of the known plate.
void check_plate(const Run& run, const RunData& known) {
  CHECK(run->plate == known.plate);
  CHECK(run->passive_reference_dye == "ROX");
  for (const Measurement& expected : known.measurements) {
    const Measurement& found = find(run, expected.well.label, expected.target);
    INFO(expected.well.label << " " << expected.target);
    CHECK(found.sample == expected.sample);
    CHECK(found.dye == expected.dye);
    CHECK(found.role == expected.role);
    CHECK(found.quantity == expected.quantity);
    CHECK(found.excluded == (expected.well.label == "A2"));
    CHECK(readings_of(found, CurveKind::multicomponent) == expected.amplification.front().fluorescence);
    CHECK(find_curve(found, CurveKind::multicomponent)->cycles == expected.amplification.front().cycles);
    const Measurement& reference = find(run, expected.well.label, "", "ROX");
    CHECK(readings_of(reference, CurveKind::multicomponent) ==
          std::vector<double>(expected.amplification.front().cycles.size(), 200));
  }
}

void check_results(const Run& run, const RunData& known) {
  for (const Measurement& expected : known.measurements) {
    const Measurement& found = find(run, expected.well.label, expected.target);
    CHECK(found.vendor.cq_status == expected.vendor.cq_status);
    CHECK(found.vendor.cq_cycles == expected.vendor.cq_cycles);
    CHECK(found.vendor.algorithm == "Ct");
    const std::vector<double>& rn = readings_of(found, CurveKind::normalised);
    REQUIRE(rn.size() == expected.amplification.front().fluorescence.size());
    for (std::size_t i = 0; i < rn.size(); ++i) CHECK(rn[i] == expected.amplification.front().fluorescence[i] / 200);
  }
}

RunData two_dyes() { return test::make_known_plate({{8, 12}, 4, {"FAM", "VIC"}, 40, CurveKind::multicomponent, 2}); }

RunData large_plate() { return test::make_known_plate({{16, 24}, 4, {"FAM"}, 40, CurveKind::multicomponent, 2}); }

}  // namespace

TEST_CASE("a whole .eds of the SDS layout gives all it holds") {
  const Run run = load_corpus("sds.eds");
  check_plate(run, two_dyes());
  check_results(run, two_dyes());
  CHECK(run->name == "Made-up run");
  CHECK(run->notes == "For tests");
  CHECK(run->operator_name == "Example Operator");
  CHECK(run->plate_barcode == "PLATE-7");
  CHECK(run->started_at == "2020-02-20T17:06:48.585Z");
  CHECK(run->ended_at == "2020-02-20T17:12:58.621Z");
  CHECK(run->instrument == Instrument{"Applied Biosystems", "QuantStudio 5", "SN-1", "Made-up Software", "1.5.1"});
  REQUIRE(run->protocol.size() == 4);
  CHECK(run->protocol[2] == ProtocolStep{3, 1, 40, 60.0, 15.0, true});
  CHECK_FALSE(run->protocol[1].collects);

  const Measurement& m = find(run, "A3", "target 1");
  CHECK(find_curve(m, CurveKind::multicomponent)->temperatures_celsius == std::vector<double>(40, 60.5));
  CHECK(find_curve(m, CurveKind::normalised)->temperatures_celsius == std::vector<double>(40, 60.5));
  REQUIRE(m.melt.size() == 2);
  CHECK(m.melt[0].kind == CurveKind::multicomponent);
  CHECK(m.melt[0].temperatures_celsius == std::vector<double>{75, 80, 85});
  CHECK(m.melt[0].fluorescence == std::vector<double>{5, 4, 3});
  CHECK(m.melt[1].kind == CurveKind::normalised);
  CHECK(m.melt[1].fluorescence == std::vector<double>{2.5, 2, 1.5});
  CHECK(m.vendor.melting_temperatures_celsius == std::vector<double>{80.25, 84.5});
  REQUIRE(m.single_readings.size() == 1);
  CHECK(m.single_readings.front().stage == ReadStage::pre_read);
  CHECK(m.single_readings.front().fluorescence == 7);
  CHECK(m.vendor.quantity == 125.5);
  CHECK(m.vendor.cq_confidence == 0.98);
  CHECK(m.vendor.call == "1");
  // Set by somebody for target 1; automatic, and not borne out by the curves, for target 2.
  CHECK(m.vendor.threshold == 0.25);
  CHECK(m.vendor.baseline_first_cycle == 3.0);
  CHECK(m.vendor.baseline_last_cycle == 12.0);
  CHECK(m.vendor.flags == std::vector<std::string>{"ROXLOW", "CC"});
  const Measurement& other = find(run, "A3", "target 2");
  CHECK_FALSE(other.vendor.threshold);
  CHECK_FALSE(other.vendor.baseline_first_cycle);
  CHECK(other.vendor.flags == std::vector<std::string>{"ROXLOW"});

  const Measurement& filter = find(run, "A3", "", "x4-m4");
  CHECK(readings_of(filter, CurveKind::raw_filter) == std::vector<double>{1002.75, 2003.25});
  CHECK(filter.amplification.front().temperatures_celsius == std::vector<double>{60.5, 60.5});
  CHECK(find(run, "H12", "", "x1-m1").amplification.front().fluorescence.front() == 1095.5);

  std::vector<std::string> tables;
  for (const VendorTable& table : run->vendor_tables) tables.push_back(table.name);
  CHECK(tables == std::vector<std::string>{"analysis_protocol.xml: IDetectorSettings", "analysis_result.txt",
                                           "Std Curve Results"});
  // A line below each well, one a target.
  CHECK(run->vendor_tables[2].rows.size() == 2);
  CHECK(run->vendor_tables[2].rows[0] ==
        std::vector<std::string>{"target 1", "Std Curve Results", "target 1", "0.999", "-3.32", "0", "38.5", "0"});
  // Six results have a Ct and so a mean.
  CHECK(run->vendor_tables[1].rows.size() == 6);
}

TEST_CASE("an automatic baseline window is told where the curves bear it out") {
  // Rn of the known protocol, and the line through cycles 1 and 2 of well A1 taken off it.
  Members members = whole();
  const std::string windows = "<P><JaxbAnalysisSettings><Type>a.IWellSettings</Type>{}</JaxbAnalysisSettings></P>";
  const auto value = [](const char* name, const char* text) {
    return fmt::format("<JaxbSettingValue><Name>{}</Name><JaxbValueItem><V>{}</V></JaxbValueItem></JaxbSettingValue>",
                       name, text);
  };
  const auto window = [&](const char* last) {
    return value("ObjectName", "T1") + value("WellIndex", "0") + value("AutoBaseline", "true") +
           value("UseDetectorDefaults", "true") + value("BaselineStart", "1") + value("BaselineStop", last);
  };
  members.emplace_back("apldbio/sds/analysis_protocol.xml", replaced(windows, "{}", window("2")));
  members[3].second = replaced(results, "Rn values\t2\t4\t6", "Rn values\t2\t4\t7");
  members[3].second = replaced(members[3].second, "Delta Rn values\t0\t2\t4.5E-1", "Delta Rn values\t0\t0\t1");
  CHECK(find(load_bytes(make_eds(members), "a.eds").front(), "A1", "T1").vendor.baseline_last_cycle == 2.0);
  members.back().second = replaced(windows, "{}", window("3"));
  CHECK_FALSE(find(load_bytes(make_eds(members), "a.eds").front(), "A1", "T1").vendor.baseline_last_cycle);
}

TEST_CASE("names with backslashes and capitals, other plates and files without results are read") {
  const Run renamed = load_corpus("sds_names_of_windows.eds");
  check_plate(renamed, large_plate());
  CHECK(find(renamed, "A1", "target 1").vendor.cq_status == CqStatus::not_measured);

  const Run array = load_corpus("sds_open_array.eds");
  check_plate(array, test::make_known_plate({{32, 96}, 12, {"FAM"}, 25, CurveKind::multicomponent, 1}));
  CHECK(find(array, "A8", "target 1").subarray == "A1");
  CHECK(find(array, "A9", "target 1").subarray == "A2");
}

TEST_CASE("a genotyping file gives its calls and its two readings") {
  const Run run = load_corpus("sds_genotyping.eds");
  CHECK(run->plate == PlateGeometry{4, 6});
  CHECK(run->passive_reference_dye.empty());
  REQUIRE(run->measurements.size() == 2);
  const Measurement& vic = find(run, "A1", "marker 1", "VIC");
  CHECK(vic.vendor.call == "1");
  CHECK(vic.vendor.cq_status == CqStatus::not_measured);
  CHECK(vic.sample == "sample 1");
  REQUIRE(vic.single_readings.size() == 2);
  CHECK(vic.single_readings[0].stage == ReadStage::pre_read);
  CHECK(vic.single_readings[1].stage == ReadStage::post_read);
  CHECK(vic.single_readings[1].fluorescence == 30.5);
  CHECK(find(run, "A1", "marker 1", "FAM").single_readings[1].fluorescence == 12.5);
  REQUIRE(run->vendor_tables.size() == 1);
  CHECK(run->vendor_tables.front().rows.front() ==
        std::vector<std::string>{"0", "sample 1", "marker 1", "1", "UNKNOWN", "2.5", "0.5", "200", "99.5", "Auto"});
}

TEST_CASE("a file that was saved during the run gives the raw filters so far") {
  const Run run = load_corpus("sds_running.eds");
  CHECK(run->measurements.size() == 96);
  CHECK(readings_of(find(run, "A2", "", "x1-m1"), CurveKind::raw_filter) == std::vector<double>{101.5, 202});
  REQUIRE(run->warnings.size() == 1);
  CHECK_THAT(run->warnings.front(), Catch::Contains("RUNNING"));
}

TEST_CASE("the 7500 layout loses no record to glued lines") {
  const Run run = load_corpus("7500.eds");
  check_plate(run, two_dyes());
  CHECK(run->instrument == Instrument{"Applied Biosystems", "sds7500fast", "", "7500 Software", "2.3"});
  CHECK(find(run, "A1", "target 1").vendor.cq_status == CqStatus::not_measured);
  CHECK(find_curve(find(run, "A1", "target 1"), CurveKind::multicomponent)->temperatures_celsius ==
        std::vector<double>(40, 60));
  // 0 is no temperature.
  CHECK(find_curve(find(run, "A3", "target 1"), CurveKind::multicomponent)->temperatures_celsius.empty());
  check_results(load_corpus("7500_analysed.eds"), two_dyes());

  const auto error_in = [](const std::string& records) {
    return error_of(make_eds({{"apldbio/sds/multicomponent_data.txt", "WELL\tCYCLE\tDYE LIST\r\n" + records}}),
                    "a.eds");
  };
  CHECK(error_in("0\t0\tFAM\t1\t2\t1.0\r\n0\t0\tFAM\t1\t2\t1.0").code() == ErrorCode::duplicate_entry);
  CHECK(error_in("0\t0\tFAM\t1\t2\t1.0\r\n0\t1\tFAM\t1\tx\t1.0").context().line == 3);
  CHECK(error_in("0\t60000\tFAM\t1\t2\t1.0").code() == ErrorCode::malformed_file);
  CHECK(error_in("99999\t0\tFAM\t1\t2\t1.0").context().field == "WELL");
  CHECK(error_in("0\t0").code() == ErrorCode::invalid_value);
}

TEST_CASE("more targets or flags of one well than there can be are refused") {
  constexpr int too_many = 1001;
  std::string tasks =
      "<Plate><FeatureMap><Feature><Id>detector-task</Id></Feature><FeatureValue><Index>0</Index>"
      "<FeatureItem><DetectorTaskList>\n";
  std::string flags = "<Plate><Wells><Well><Index>0</Index>\n";
  std::string wells = R"({"wells": [{"index": 0, "targetAssignments": [)";
  std::string rows = "Session Name\t\r\nWell\tSample Name\tDetector\tTask\tCt\r\n";
  for (int i = 0; i < too_many; ++i) {
    tasks += fmt::format("<DetectorTask><Detector><Name>T{}</Name></Detector></DetectorTask>\n", i);
    flags += fmt::format("<FlagName>F{}</FlagName>\n", i);
    wells += fmt::format("{}{{\"targetName\": \"T{}\"}}", i == 0 ? "" : ",", i);
    rows += fmt::format("0\ts\tT{}\tUnknown\t2.5\r\n", i);
  }
  const Error task =
      error_with("plate_setup.xml", tasks + "</DetectorTaskList></FeatureItem></FeatureValue></FeatureMap></Plate>");
  CHECK(task.code() == ErrorCode::malformed_file);
  CHECK(task.context().line == too_many + 1);
  const Error flag = error_with("plate_setup.xml", flags + "</Well></Wells></Plate>");
  CHECK(flag.code() == ErrorCode::malformed_file);
  CHECK(flag.context().line == too_many + 1);
  const Error result = error_with("analysis_result.txt", rows);
  CHECK(result.code() == ErrorCode::malformed_file);
  CHECK(result.context().line == too_many + 2);
  const Error json = error_of(make_eds({{"summary.json", "{}"}, {"setup/plate_setup.json", wells + "]}]}"}}), "a.eds");
  CHECK(json.code() == ErrorCode::malformed_file);
  CHECK_THAT(json.what(), Catch::Contains("more than 1000 targets") && Catch::Contains("plate_setup.json"));
}

TEST_CASE("the JSON layout is read, bare NaN and all") {
  const Run run = load_corpus("json.eds");
  check_plate(run, large_plate());
  check_results(run, large_plate());
  CHECK(run->instrument == Instrument{"Applied Biosystems", "QS6PRO", "SN-2", "qPCR File API", "2.5.6"});
  CHECK(run->operator_name == "Example Operator");
  CHECK(run->ended_at == "2020-02-20T17:12:58.621Z");
  REQUIRE(run->protocol.size() == 2);
  CHECK(run->protocol[1] == ProtocolStep{2, 1, 40, 60.0, 15.0, true});
  const Measurement& m = find(run, "A1", "target 1");
  CHECK(m.vendor.threshold == 0.25);
  CHECK(m.vendor.baseline_first_cycle == 3.0);
  CHECK(m.vendor.call == "AMP");
  CHECK(m.vendor.flags == std::vector<std::string>{"HIGHSD"});
  CHECK(m.vendor.quantity == 1001.5);
  CHECK(m.vendor.melting_temperatures_celsius == std::vector<double>{80.25});
  CHECK_FALSE(find(run, "A3", "target 1").vendor.quantity);
  const Measurement& control = find(run, "A4", "target 1");
  CHECK(control.vendor.cq_status == CqStatus::no_amplification);
  CHECK(control.vendor.cq_text == "-1");
  CHECK_FALSE(control.vendor.cq_confidence);
  const std::vector<double>& raw = readings_of(find(run, "A2", "", "X1_M1"), CurveKind::raw_filter);
  CHECK(raw.front() == 2.5);
  CHECK(std::isnan(raw.back()));
  REQUIRE(run->vendor_tables.size() == 2);
  CHECK(run->vendor_tables[0].columns == std::vector<std::string>{"cqMean", "cqSD", "sampleName"});
  CHECK(run->vendor_tables[0].rows.front() == std::vector<std::string>{"20.5", "", "sample \"NaN\""});
  CHECK(run->vendor_tables[1].name == "standardCurves");

  const Run mixed = load_corpus("json_mixed.eds");
  check_plate(mixed, large_plate());
  CHECK(mixed->instrument.model == "QS6PRO");
  CHECK(find(mixed, "A1", "target 1").single_readings.size() == 1);

  const auto error_in = [](const std::string& name, const std::string& bytes) {
    return error_of(make_eds({{"summary.json", "{}"}, {name, bytes}}), "a.eds");
  };
  const Error broken = error_in("primary/multicomponent_data.json", "{\n\"wellData\": [1, }");
  CHECK(broken.code() == ErrorCode::malformed_file);
  CHECK(broken.context().line == 2);
  CHECK(error_in("primary/analysis_result.json", std::string(100, '[')).code() == ErrorCode::malformed_file);
  CHECK(error_in("primary/multicomponent_data.json", "{\"wellData\":[{\"wellIndex\":-1}]}").code() ==
        ErrorCode::invalid_value);
  CHECK(error_in("primary/multicomponent_data.json",
                 "{\"collectionPoints\":[],\"wellData\":[{\"wellIndex\":0,\"dyeData\":[{\"dyeName\":\"FAM\","
                 "\"fluorescences\":[1]}]}]}")
            .code() == ErrorCode::malformed_file);
}

TEST_CASE("analysis_result.txt alone gives the results of the plate") {
  const Run run = load_corpus("analysis_result.txt");
  check_results(run, two_dyes());
  CHECK(run->plate == PlateGeometry{8, 12});
}

TEST_CASE("the real .eds files are each one reader's, and all open", "[reference]") {
  std::size_t opened = 0;
  for (const char* folder : {"abi_eds", "abi_eds_synthetic"}) {
    for (const fs::path& path : test::list_files(test::reference_data() / "instruments/files" / folder)) {
      INFO(path);
      const std::vector<Run> runs = load_runs({path});
      REQUIRE(runs.size() == 1);
      CHECK(runs.front()->provenance.reader == "appbio_quantstudio");
      for (const Measurement& m : runs.front()->measurements) {
        for (const AmplificationCurve& curve : m.amplification) {
          if (m.vendor.cq_cycles) CHECK(*m.vendor.cq_cycles < curve.cycles.back());
        }
      }
      ++opened;
    }
  }
  CHECK(opened == 7);
}

TEST_CASE("the multicomponent signals of real .eds files are the expected ones, bit by bit", "[reference]") {
  const fs::path instruments = test::reference_data() / "instruments";
  std::size_t points = 0;
  for (const char* name : {"qslib_test.eds", "qslib_v2_test.eds", "sce_7500.eds"}) {
    const fs::path file = instruments / "files/abi_eds" / name;
    const std::vector<Run> runs = load_runs({file});
    std::map<std::pair<std::string, std::string>, const AmplificationCurve*> curves;
    std::size_t found = 0;
    for (const Measurement& m : runs.front()->measurements) {
      const AmplificationCurve* curve = find_curve(m, CurveKind::multicomponent);
      if (curve == nullptr) continue;
      curves[{m.well.label, m.dye}] = curve;
      found += curve->cycles.size();
    }
    const fs::path expected = instruments / "expected" / (std::string(name) + ".multicomponent.csv");
    const CsvTable table = read_csv_table(read_file(expected), expected.string());
    std::size_t wrong = 0;
    for (const CsvRow& row : table.rows()) {
      const auto curve = curves.find({row.cells[0], row.cells[1]});
      REQUIRE(curve != curves.end());
      const auto cycle = static_cast<std::size_t>(parse_integer(row.cells[2]).value());
      const double value = parse_double(row.cells[3]).value();
      const std::vector<double>& readings = curve->second->fluorescence;
      if (cycle > readings.size() ||
          std::bit_cast<std::uint64_t>(readings[cycle - 1]) != std::bit_cast<std::uint64_t>(value))
        ++wrong;
    }
    INFO(name);
    CHECK(wrong == 0);
    CHECK(found == table.rows().size());
    points += found;
  }
  CHECK(points == 768 + 80 + 2880);
}

TEST_CASE("a running instrument's file gives its raw filters, and a finished one those beside the dyes",
          "[reference]") {
  const fs::path folder = test::reference_data() / "instruments/files/abi_eds";
  const auto count = [&](const char* name) {
    std::map<std::string, std::size_t> readings;
    const std::vector<Run> runs = load_runs({folder / name});
    for (const Measurement& m : runs.front()->measurements) {
      if (const AmplificationCurve* raw = find_curve(m, CurveKind::raw_filter)) readings[m.dye] += raw->cycles.size();
    }
    return readings;
  };
  CHECK(count("qslib_mid-run.eds") ==
        std::map<std::string, std::size_t>{{"x1-m1", 192}, {"x2-m2", 192}, {"x3-m5", 192}});
  CHECK(count("qslib_test.eds").size() == 10);
  CHECK(count("qslib_test.eds").at("x1-m1") == 4 * 96);
  CHECK(count("qslib_v2_test.eds").at("X1_M1") == 3 * 384);
}
