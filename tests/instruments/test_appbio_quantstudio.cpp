// Applied Biosystems .eds: joining its members, and what is wrong in one.
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "tests/instruments/check.hpp"
#include "tests/tabular/make_zip.hpp"

using namespace qpcr;
using qpcr::test::error_of;
using qpcr::test::find;

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

  std::vector<std::string> where;
  for (const NotRead& entry : run->provenance.not_read) where.push_back(entry.where);
  CHECK(where == std::vector<std::string>{
                     "plate_setup.xml: feature 'comment'", "multicomponentdata.xml: stage 1 step 1 point 1",
                     "multicomponentdata.xml: stage 2 step 1 point 1", "analysis_result.txt: column 'Avg Ct'",
                     "analysis_result.txt: Std Curve Results", "apldbio/sds/quant/"});
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

TEST_CASE("other layouts are refused by name") {
  const Error json = error_of(make_eds({{"summary.json", "{}"}, {"primary/multicomponent_data.json", "{}"}}), "a.eds");
  CHECK(json.code() == ErrorCode::unsupported_format);
  CHECK_THAT(json.what(), Catch::Contains("JSON layout"));
  const Error old =
      error_of(make_eds({{"APLDBIO\\SDS\\multicomponent_data.txt", "x"}, {"[Content_Types].xml", "x"}}), "a.eds");
  CHECK(old.code() == ErrorCode::unsupported_format);
  CHECK_THAT(old.what(), Catch::Contains("7500/StepOne layout"));
  const Error running =
      error_of(make_eds({{"apldbio/sds/experiment.xml", "<Experiment><RunState>RUNNING</RunState></Experiment>"},
                         {"apldbio/sds/quant/1.quant", "x"}}),
               "a.eds");
  CHECK(running.code() == ErrorCode::malformed_file);
  CHECK_THAT(running.what(), Catch::Contains("holds no curves") && Catch::Contains("RUNNING"));
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
