// Writes the synthetic files of appbio_quantstudio exports: .eds archives of every layout from the known plate.
#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/tabular/make_zip.hpp"

namespace qpcr::test {
namespace {

using Members = std::vector<std::pair<std::string, std::string>>;

constexpr double rox = 200;

std::string make_eds(const Members& members) {
  std::vector<ZipEntry> entries;
  for (const auto& [name, bytes] : members) {
    ZipEntry entry;
    entry.name = name;
    entry.bytes = bytes;
    entries.push_back(entry);
  }
  return make_zip(entries);
}

/// The measurements of a plate by their zero-based well index.
std::map<long, std::vector<const Measurement*>> by_well(const RunData& run) {
  std::map<long, std::vector<const Measurement*>> wells;
  for (const Measurement& m : run.measurements)
    wells[static_cast<long>(m.well.position->row) * run.plate->columns + m.well.position->column].push_back(&m);
  return wells;
}

std::string to_task(const Measurement& m) {
  if (m.role == SampleRole::standard) return "STANDARD";
  return m.role == SampleRole::no_template_control ? "NTC" : "UNKNOWN";
}

std::string join_numbers(const std::vector<double>& numbers, const char* separator) {
  std::string text;
  for (const double number : numbers) text += (text.empty() ? "" : separator) + format_double(number);
  return text;
}

std::string plate_setup_xml(const RunData& run) {
  std::string samples;
  std::string tasks;
  for (const auto& [well, measurements] : by_well(run)) {
    samples += fmt::format(
        "<FeatureValue><Index>{}</Index><FeatureItem><Sample><Name>{}</Name></Sample></FeatureItem></FeatureValue>\n",
        well, measurements.front()->sample);
    tasks += fmt::format("<FeatureValue><Index>{}</Index><FeatureItem><DetectorTaskList>", well);
    for (const Measurement* m : measurements) {
      tasks += fmt::format(
          "<DetectorTask><Task>{}</Task><Concentration>{}</Concentration><Detector><Name>{}</Name>"
          "<Reporter>{}</Reporter></Detector></DetectorTask>",
          to_task(*m), m->quantity ? format_double(*m->quantity) : "1.0", m->target, m->dye);
    }
    tasks += "</DetectorTaskList></FeatureItem></FeatureValue>\n";
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Plate><BarCode>PLATE-7</BarCode><Rows>{}</Rows>"
      "<Columns>{}</Columns>\n<FeatureMap><Feature><Id>sample</Id></Feature>\n{}</FeatureMap>\n"
      "<FeatureMap><Feature><Id>detector-task</Id></Feature>\n{}</FeatureMap>\n"
      "<Wells><Well><Index>1</Index><IsOmit>true</IsOmit></Well><Well><Index>2</Index><IsOmit>false</IsOmit>"
      "<FlagName>ROXLOW</FlagName><FlagName>CC-target 1</FlagName></Well></Wells>\n"
      "<PassiveReferenceDye>ROX</PassiveReferenceDye></Plate>\n",
      run.plate->rows, run.plate->columns, samples, tasks);
}

std::string tc_stage(const char* flag, int repetitions, double temperature, int seconds, int collects) {
  return fmt::format(
      "<TCStage><StageFlag>{}</StageFlag><NumOfRepetitions>{}</NumOfRepetitions><TCStep><CollectionFlag>{}"
      "</CollectionFlag><Temperature>{}</Temperature><Temperature>{}</Temperature><HoldTime>{}</HoldTime></TCStep>"
      "</TCStage>\n",
      flag, repetitions, collects, temperature, temperature, seconds);
}

/// A pre-read, a hold, cycles, and a melt.
std::string tcprotocol_xml(int cycles) {
  return "<TCProtocol>" + tc_stage("PRE_READ", 1, 25, 30, 1) + tc_stage("PRE_CYCLING", 1, 95, 120, 0) +
         tc_stage("CYCLING", cycles, 60, 15, 1) + tc_stage("DISSOCIATION", 1, 95, 15, 2) + "</TCProtocol>";
}

const char* const experiment_xml =
    "<Experiment><Name>Made-up run</Name><Description>For tests</Description><Operator>Example Operator</Operator>"
    "<RunState>COMPLETE</RunState><RunStartTime>1582218408585</RunStartTime><RunEndTime>1582218778621</RunEndTime>"
    "<InstrumentTypeId>appletini</InstrumentTypeId><ExperimentProperty type=\"InstrumentInfo\">"
    "<PropertyValue key=\"instrumentType\"><String>QuantStudio 5</String></PropertyValue>"
    "<PropertyValue key=\"instrumentSerialNumber\"><String>SN-1</String></PropertyValue></ExperimentProperty>"
    "</Experiment>";

const char* const manifest =
    "Manifest-Version: 1.0\r\nImplementation-Title: Made-up Software\r\nImplementation-Version: 1.5.1\r\n";

std::string setting(const char* name, std::string_view value) {
  return fmt::format(
      "<JaxbSettingValue><Name>{}</Name><JaxbValueItem><StringValue>{}</StringValue></JaxbValueItem></"
      "JaxbSettingValue>",
      name, value);
}

/// Target 1 has a threshold and a baseline that somebody set; the others are automatic.
std::string analysis_protocol_xml() {
  const auto detector = [](const char* object, const char* automatic) {
    return "<JaxbAnalysisSettings><Type>a.b.IDetectorSettings</Type>" + setting("ObjectName", object) +
           setting("Threshold", "0.25") + setting("AutoCt", automatic) + setting("AutoBaseline", automatic) +
           setting("BaselineStart", "3") + setting("BaselineStop", "12") + "</JaxbAnalysisSettings>\n";
  };
  return "<JaxbAnalysisProtocol>" + detector("AnalysisProtocol.DEFAULT_SETTINGS", "true") +
         detector("target 1", "false") + "<JaxbAnalysisSettings><Type>a.b.IDataSelectSettings</Type>" +
         setting("StageNum", "3") + setting("StepNum", "1") + setting("PointNum", "1") + setting("MeltStageNum", "4") +
         "</JaxbAnalysisSettings></JaxbAnalysisProtocol>";
}

/// Readings of one dye: a pre-read of 7, the cycles, a melt of 5, 4, 3.
std::vector<double> to_readings(const std::vector<double>& cycles, const std::vector<double>& melt) {
  std::vector<double> readings{7};
  readings.insert(readings.end(), cycles.begin(), cycles.end());
  readings.insert(readings.end(), melt.begin(), melt.end());
  return readings;
}

const std::vector<double> melt_of_reporter{5, 4, 3};
const std::vector<double> melt_of_reference{2, 2, 2};

std::string multicomponent_xml(const RunData& run) {
  const std::size_t cycles = run.measurements.front().amplification.front().cycles.size();
  std::string points = "[Stg:1 Cyc:1 Stp:1 Pt:1]";
  std::string temperatures = "25.0";
  for (std::size_t cycle = 1; cycle <= cycles; ++cycle) {
    points += fmt::format(", [Stg:3 Cyc:{} Stp:1 Pt:1]", cycle);
    temperatures += "\t60.5";
  }
  for (int point = 1; point <= 3; ++point) {
    points += fmt::format(", [Stg:4 Cyc:1 Stp:1 Pt:{}]", point);
    temperatures += fmt::format("\t{}", 70 + 5 * point);
  }
  const long wells = static_cast<long>(run.plate->rows) * run.plate->columns;
  std::string dye_lists;
  std::string signals;
  long last = 0;
  for (const auto& [well, measurements] : by_well(run)) {
    last = well;
    std::vector<std::string> dyes;
    signals += fmt::format("<SignalData WellIndex=\"{}\">\n", well);
    for (const Measurement* m : measurements) {
      dyes.push_back(m->dye);
      signals += "<CycleData>[" +
                 join_numbers(to_readings(m->amplification.front().fluorescence, melt_of_reporter), ", ") +
                 "]</CycleData>\n";
    }
    dyes.emplace_back("ROX");
    signals += "<CycleData>[" + join_numbers(to_readings(std::vector<double>(cycles, rox), melt_of_reference), ", ") +
               "]</CycleData>\n</SignalData>\n";
    dye_lists +=
        fmt::format("<DyeData WellIndex=\"{}\"><DyeList>[{}]</DyeList></DyeData>\n", well, fmt::join(dyes, ", "));
  }
  const long count = std::min(wells, last + 1);
  std::string all_temperatures;
  for (long well = 0; well < count; ++well) all_temperatures += temperatures + "\t";
  return fmt::format(
      "<MulticomponentData><WellCount>{}</WellCount><CycleCount>{}</CycleCount>\n<CollectionPoints>[{}]"
      "</CollectionPoints>\n<SampleTemperatures>{}</SampleTemperatures>\n<MSE>1.5</MSE>\n{}{}</MulticomponentData>\n",
      count, cycles + 4, points, all_temperatures, dye_lists, signals);
}

std::string filterdata_xml(long wells) {
  std::string text = "<PlatePointDataCollection><Name>FilterData</Name>\n";
  for (int cycle = 1; cycle <= 2; ++cycle) {
    text += fmt::format("<PlatePointData><Stage>3</Stage><Cycle>{}</Cycle><Step>1</Step><Point>1</Point>\n", cycle);
    for (const char* filter : {"x1-m1", "x4-m4"}) {
      text += fmt::format("<PlateData><Rows>1</Rows><Cols>{}</Cols><WellData>", wells);
      for (long well = 0; well < wells; ++well)
        text += fmt::format("{}\t", 1000.5 * cycle + static_cast<double>(well) + (filter[1] == '4' ? 0.25 : 0));
      text +=
          fmt::format("</WellData><Attribute><key>FILTER_SET</key><value>{}</value></Attribute></PlateData>\n", filter);
    }
    text += "</PlatePointData>\n";
  }
  return text + "</PlatePointDataCollection>";
}

/// A Ct of the number of cycles stands for none.
std::string analysis_result_txt(const RunData& run) {
  std::string text =
      "Session Name\t\r\nWell\tSample Name\tDetector\tTask\tCt\tAvg Ct\tCt SD\tDelta Ct\tQty\tAvg Qty\tQty SD\t"
      "Amp Status\tCq Conf\t\r\n";
  for (const auto& [well, measurements] : by_well(run)) {
    for (const Measurement* m : measurements) {
      const std::vector<double>& signal = m->amplification.front().fluorescence;
      const std::string ct =
          m->vendor.cq_cycles ? format_double(*m->vendor.cq_cycles) : fmt::format("{}.0", signal.size());
      text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t\t\t{}\t\t\t{}\t{}\t\r\n", well, m->sample, m->target, to_task(*m),
                          ct, m->vendor.cq_cycles ? ct : "", m->vendor.cq_cycles ? "125.5" : "",
                          m->vendor.cq_cycles ? "1" : "-1", m->vendor.cq_cycles ? "0.98" : "0");
      text += fmt::format("Std Curve Results\t{}\t0.999\t-3.32\t0\t38.5\t0\t\r\n", m->target);
      std::vector<double> rn;
      std::vector<double> delta_rn;
      for (const double value : signal) {
        rn.push_back(value / rox);
        delta_rn.push_back(value / rox - signal.front() / rox);
      }
      text +=
          "Rn values\t" + join_numbers(rn, "\t") + "\t\r\nDelta Rn values\t" + join_numbers(delta_rn, "\t") + "\t\r\n";
    }
  }
  return text;
}

std::string melt_result_txt(const RunData& run) {
  std::string text = "Session Name\t\r\nWell\tSample Name\tDetector\tTask\tTm\t\r\n";
  for (const auto& [well, measurements] : by_well(run)) {
    for (const Measurement* m : measurements) {
      text += fmt::format(
          "{}\t{}\t{}\t{}\t80.25,84.5\t\r\nSample Temperatures\t75.0\t80.0\t85.0\t\r\nRn values\t2.5\t2.0\t1.5\t\r\n"
          "Delta Rn Sample Temperatures\t77.5\t82.5\t\r\nDelta Rn values\t0.1\t0.1\t\r\n",
          well, m->sample, m->target, to_task(*m));
    }
  }
  return text;
}

Members sds_members(const RunData& run) {
  const int cycles = static_cast<int>(run.measurements.front().amplification.front().cycles.size());
  return {{"apldbio/sds/Manifest.mf", manifest},
          {"apldbio/sds/experiment.xml", experiment_xml},
          {"apldbio/sds/plate_setup.xml", plate_setup_xml(run)},
          {"apldbio/sds/tcprotocol.xml", tcprotocol_xml(cycles)},
          {"apldbio/sds/analysis_protocol.xml", analysis_protocol_xml()},
          {"apldbio/sds/multicomponentdata.xml", multicomponent_xml(run)}};
}

/// As 7500 software writes it: slots without a dye have no line end, and coefficients stand on lines of their own.
std::string multicomponent_data_txt(const RunData& run) {
  std::string text =
      "StepOne v2.0 MulticomponentData\r\n\r\nWELL\tCYCLE\tDYE LIST\tMSE\tSIGNAL DATA\tPURE_DYE_DATA\r\n";
  for (const auto& entry : by_well(run)) {
    const long well = entry.first;
    const std::vector<const Measurement*>& measurements = entry.second;
    const std::size_t cycles = measurements.front()->amplification.front().cycles.size();
    for (std::size_t i = 0; i < cycles; ++i) {
      const auto add = [&](const std::string& dye, double signal) {
        text +=
            fmt::format("{}\t{}\t{}\t6.5\t{}\t1.0\r\n\t\t\t\t\t0.0676\r\n\t\t\t\t\t6.2E-4\r\n", well, i, dye, signal);
      };
      for (const Measurement* m : measurements) add(m->dye, m->amplification.front().fluorescence[i]);
      add("ROX", rox);
      text += fmt::format("{}\t{}\t6.5\t{}\t{}\t6.5\t", well, i, well, i);
    }
  }
  return text;
}

Members seven_five_hundred_members(const RunData& run) {
  const int cycles = static_cast<int>(run.measurements.front().amplification.front().cycles.size());
  std::string temperatures = "#Mon Feb 08 15:19:43 MSK 2016\r\n";
  for (int image = 2 * cycles - 1; image >= 0; --image)
    temperatures += fmt::format("{}=60.0,60.0,0.0,60.0,60.0,60.0\r\n", image);
  return {{"[Content_Types].xml", "<Types/>"},
          {"xl/workbook.xml", "<workbook/>"},
          {"apldbio/sds/Manifest.mf", "Implementation-Version: 7500 Software v2.3\r\n"},
          {"apldbio/sds/experiment.xml",
           "<Experiment><Name>7500 run</Name><RunState>COMPLETE</RunState>"
           "<InstrumentTypeId>sds7500fast</InstrumentTypeId></Experiment>"},
          {"apldbio/sds/plate_setup.xml", plate_setup_xml(run)},
          {"apldbio/sds/tcprotocol.xml", "<TCProtocol>" + tc_stage("PRE_CYCLING", 1, 95, 600, 0) +
                                             tc_stage("CYCLING", cycles, 60, 60, 1) + "</TCProtocol>"},
          {"apldbio/sds/multicomponent_data.txt", multicomponent_data_txt(run)},
          {"apldbio/sds/images/temperatures.txt", temperatures},
          {"apldbio/sds/images/stage2-cycle000-point1-1.tiff", "II*"},
          {"APLDBIO\\SDS\\CALIBRATIONS/background.ini", "[head]"}};
}

std::string json_plate_setup(const RunData& run) {
  std::string wells;
  std::map<std::string, std::string> targets;
  for (const auto& [well, measurements] : by_well(run)) {
    std::string assignments;
    for (const Measurement* m : measurements) {
      targets[m->target] = m->dye;
      assignments += fmt::format("{}{{\"quantity\":{},\"targetName\":\"{}\",\"task\":\"{}\"}}",
                                 assignments.empty() ? "" : ",", m->quantity.value_or(0), m->target, to_task(*m));
    }
    wells +=
        fmt::format("{}{{\"index\":{},\"sampleName\":\"{}\",\"targetAssignments\":[{}]{}}}", wells.empty() ? "" : ",",
                    well, measurements.front()->sample, assignments, well == 1 ? ",\"omitted\":true" : "");
  }
  std::string list;
  for (const auto& [target, dye] : targets)
    list += fmt::format("{}{{\"name\":\"{}\",\"reporter\":\"{}\"}}", list.empty() ? "" : ",", target, dye);
  return fmt::format(
      "{{\"blockType\":\"BLOCK_{}W\",\"passiveReference\":\"ROX\",\"samples\":[],\"targets\":[{}],\"wells\":[{}]}}",
      run.plate->rows * run.plate->columns, list, wells);
}

std::string json_multicomponent(const RunData& run) {
  std::string points;
  std::string temperatures;
  const std::size_t cycles = run.measurements.front().amplification.front().cycles.size();
  for (std::size_t cycle = 1; cycle <= cycles; ++cycle) {
    const char* comma = cycle > 1 ? "," : "";
    points += fmt::format("{}{{\"cycle\":{},\"point\":1,\"stage\":2,\"step\":1}}", comma, cycle);
    temperatures += fmt::format("{}60.5", comma);
  }
  std::string wells;
  for (const auto& [well, measurements] : by_well(run)) {
    std::string dyes;
    for (const Measurement* m : measurements) {
      dyes += fmt::format("{{\"dyeName\":\"{}\",\"fluorescences\":[{}]}},", m->dye,
                          join_numbers(m->amplification.front().fluorescence, ","));
    }
    dyes += fmt::format("{{\"dyeName\":\"ROX\",\"fluorescences\":[{}]}}",
                        join_numbers(std::vector<double>(cycles, rox), ","));
    wells += fmt::format("{}{{\"wellIndex\":{},\"dyeData\":[{}],\"temperatures\":[{}]}}", wells.empty() ? "" : ",",
                         well, dyes, temperatures);
  }
  return fmt::format("{{\"collectionPoints\":[{}],\"wellData\":[{}]}}", points, wells);
}

std::string json_results(const RunData& run) {
  std::string wells;
  for (const auto& [well, measurements] : by_well(run)) {
    std::string reactions;
    for (const Measurement* m : measurements) {
      std::vector<double> rn;
      for (const double value : m->amplification.front().fluorescence) rn.push_back(value / rox);
      const std::string none = m->vendor.cq_cycles ? "" : "NaN";
      reactions += fmt::format(
          "{}{{\"targetName\":\"{}\",\"task\":\"{}\",\"resultQCIssues\":[\"HIGHSD\"],\"amplificationResult\":{{"
          "\"rn\":[{}],\"deltaRn\":[],\"cq\":{},\"cqConf\":{},\"ctThreshold\":0.25,\"ctBaselineStart\":3,"
          "\"ctBaselineEnd\":12,\"ampStatus\":\"{}\"}},\"meltResult\":{{\"tm\":[80.25],\"odd\":1}}}}",
          reactions.empty() ? "" : ",", m->target, to_task(*m), join_numbers(rn, ","),
          m->vendor.cq_cycles ? format_double(*m->vendor.cq_cycles) : "-1.0", none.empty() ? "0.98" : none,
          none.empty() ? "AMP" : "NO_AMP");
    }
    wells += fmt::format("{}{{\"wellIndex\":{},\"sampleName\":\"{}\",\"reactionResults\":[{}]}}",
                         wells.empty() ? "" : ",", well, measurements.front()->sample, reactions);
  }
  return "{\"replicateGroupResults\":[{\"cqMean\":20.5,\"cqSD\":NaN,\"sampleName\":\"sample \\\"NaN\\\"\"}],\n"
         "\"wellResults\":[" +
         wells + "]}";
}

const char* const summary_json =
    "{\"name\":\"Made-up run\",\"blockType\":\"BLOCK_384W\",\"instrumentType\":\"QS6PRO\",\"runStatus\":\"COMPLETED\"}";
const char* const run_summary_json =
    "{\"instrumentSerialNumber\":\"SN-2\",\"operator\":\"Example Operator\",\"startTime\":1582218408585,"
    "\"endTime\":1582218778621}";

Members json_members(const RunData& run) {
  const std::size_t cycles = run.measurements.front().amplification.front().cycles.size();
  return {{"Manifest.mf", "Implementation-Title: qPCR File API\nImplementation-Version: 2.5.6\n"},
          {"summary.json", summary_json},
          {"run/run_summary.json", run_summary_json},
          {"setup/plate_setup.json", json_plate_setup(run)},
          {"setup/run_method.json",
           fmt::format("{{\"stages\":[{{\"repeat\":1,\"steps\":[{{\"hold\":{{\"duration\":20}},\"ramp\":"
                       "{{\"temperature\":95.0}}}}],\"type\":\"HOLD\"}},{{\"repeat\":{},\"steps\":[{{\"hold\":{{"
                       "\"collectionProfile\":{{\"processing\":\"QUANT\"}},\"duration\":15}},\"ramp\":{{"
                       "\"temperature\":60.0}}}}]}}]}}",
                       cycles)},
          {"primary/multicomponent_data.json", json_multicomponent(run)},
          {"primary/analysis_result.json", json_results(run)},
          {"run/filter_data.json",
           "[{\"collectionPoint\":{\"cycle\":1,\"point\":1,\"stage\":2,\"step\":1},\"filterData\":[{\"filterSet\":"
           "\"X1_M1\",\"wellFluorescences\":[-1.5,2.5]}]},{\"collectionPoint\":{\"cycle\":2,\"point\":1,\"stage\":2,"
           "\"step\":1},\"filterData\":[{\"filterSet\":\"X1_M1\",\"wellFluorescences\":[3.5,NaN]}]}]"},
          {"extensions/am.sc/standard_curve_result.json",
           "{\"standardCurves\":[{\"targetName\":\"target 1\",\"slope\":-3.32,\"r2\":0.999}],"
           "\"reactions\":[{\"wellIndex\":0,\"targetName\":\"target 1\",\"quantity\":1001.5},"
           "{\"wellIndex\":2,\"targetName\":\"target 1\",\"quantity\":-1}]}"}};
}

/// Pre-read and post-read only, with the calls of a marker.
Members genotyping_members() {
  return {
      {"apldbio/sds/plate_setup.xml",
       "<Plate><Rows>4</Rows><Columns>6</Columns><FeatureMap><Feature><Id>marker-task</Id></Feature><FeatureValue>"
       "<Index>0</Index><FeatureItem><MarkerTaskList><MarkerTask><Task>UNKNOWN</Task><Marker><Name>marker 1</Name>"
       "<Allele1><Name>A</Name><Reporter>VIC</Reporter></Allele1><Allele2><Name>G</Name><Reporter>FAM</Reporter>"
       "</Allele2></Marker></MarkerTask></MarkerTaskList></FeatureItem></FeatureValue></FeatureMap>"
       "<PassiveReferenceDye>NULL</PassiveReferenceDye></Plate>"},
      {"apldbio/sds/tcprotocol.xml",
       "<TCProtocol>" + tc_stage("PRE_READ", 1, 60, 30, 1) + tc_stage("POST_READ", 1, 60, 30, 1) + "</TCProtocol>"},
      {"apldbio/sds/multicomponentdata.xml",
       "<MulticomponentData><WellCount>24</WellCount><CollectionPoints>[[Stg:1 Cyc:1 Stp:1 Pt:1], "
       "[Stg:2 Cyc:1 Stp:1 Pt:1]]</CollectionPoints><DyeData WellIndex=\"0\"><DyeList>[VIC, FAM]</DyeList></DyeData>"
       "<SignalData WellIndex=\"0\"><CycleData>[10.5, 30.5]</CycleData><CycleData>[11.5, 12.5]</CycleData>"
       "</SignalData></MulticomponentData>"},
      {"apldbio/sds/analysis_result.txt",
       "Session Name\t\nWell\tSample Name\tCall\tMarker Name\tTask\tRnX\tRnY\tRef\tConfidence\tMethod\n"
       "0\tsample 1\t1\tmarker 1\tUNKNOWN\t2.5\t0.5\t200\t99.5\tAuto\n"}};
}

Members running_members() {
  Members members{{"apldbio/sds/experiment.xml", "<Experiment><RunState>RUNNING</RunState></Experiment>"},
                  {"apldbio/sds/plate_setup.xml", "<Plate><Rows>8</Rows><Columns>12</Columns></Plate>"},
                  {"apldbio/sds/tcprotocol.xml", "<TCProtocol>" + tc_stage("CYCLING", 40, 60, 60, 1) + "</TCProtocol>"},
                  {"apldbio/sds/quant/S01_C001_T01_P0001_M1_X1_E1.quant", "x"}};
  for (int cycle = 1; cycle <= 2; ++cycle) {
    std::string readings;
    for (int well = 0; well < 96; ++well) readings += fmt::format("{} ", 100.5 * cycle + well);
    members.emplace_back(
        fmt::format("apldbio/sds/filter/S01_C{:03}_T01_P0001_M1_X1_filterdata.xml", cycle),
        fmt::format("<PlatePointDataCollection><PlatePointData><Stage>1</Stage><Cycle>{}</Cycle><Step>1</Step>"
                    "<Point>1</Point><PlateData><Rows>8</Rows><Cols>12</Cols><WellData>{}</WellData><Attribute>"
                    "<key>FILTER_SET</key><value>x1-m1</value></Attribute></PlateData></PlatePointData>"
                    "</PlatePointDataCollection>",
                    cycle, readings));
  }
  return members;
}

}  // namespace

std::vector<CorpusFile> corpus_appbio_quantstudio() {
  const RunData two_dyes = make_known_plate({{8, 12}, 4, {"FAM", "VIC"}, 40, CurveKind::multicomponent, 2});
  const RunData large = make_known_plate({{16, 24}, 4, {"FAM"}, 40, CurveKind::multicomponent, 2});
  const RunData array = make_known_plate({{32, 96}, 12, {"FAM"}, 25, CurveKind::multicomponent, 1});

  Members whole = sds_members(two_dyes);
  whole.emplace_back("apldbio/sds/filterdata.xml", filterdata_xml(96));
  whole.emplace_back("apldbio/sds/analysis_result.txt", analysis_result_txt(two_dyes));
  whole.emplace_back("apldbio/sds/meltcuve_result.txt", melt_result_txt(two_dyes));
  whole.emplace_back("apldbio/sds/quant/a.quant", "x");
  whole.emplace_back("apldbio/sds/quant/b.quant", "x");

  Members renamed = sds_members(large);
  for (auto& [name, bytes] : renamed) {
    std::replace(name.begin(), name.end(), '/', '\\');
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  }

  Members analysed = seven_five_hundred_members(two_dyes);
  analysed.emplace_back("apldbio/sds/analysis_result.txt", analysis_result_txt(two_dyes));

  const Members json = json_members(large);
  // Set up in Design & Analysis, run by older firmware.
  Members mixed = sds_members(large);
  std::erase_if(mixed, [](const auto& member) { return member.first.ends_with("plate_setup.xml"); });
  for (const auto& [name, bytes] : json) {
    if (name == "summary.json" || name == "setup/plate_setup.json") mixed.emplace_back(name, bytes);
  }

  return {{"sds.eds", make_eds(whole)},
          {"sds_names_of_windows.eds", make_eds(renamed)},
          {"sds_open_array.eds", make_eds(sds_members(array))},
          {"sds_genotyping.eds", make_eds(genotyping_members())},
          {"sds_running.eds", make_eds(running_members())},
          {"7500.eds", make_eds(seven_five_hundred_members(two_dyes))},
          {"7500_analysed.eds", make_eds(analysed)},
          {"json.eds", make_eds(json)},
          {"json_mixed.eds", make_eds(mixed)},
          {"analysis_result.txt", analysis_result_txt(two_dyes)}};
}

}  // namespace qpcr::test
