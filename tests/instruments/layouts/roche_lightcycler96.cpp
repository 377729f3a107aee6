// Writes the synthetic files of roche_lightcycler96 exports.
#include <string>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/tabular/make_zip.hpp"

namespace qpcr::test {
namespace {

constexpr const char* experiment_id = "11111111-2222-3333-4444-555555555555";
constexpr const char* run_id = "66666666-7777-8888-9999-000000000000";
constexpr const char* target_id = "FAM@aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

std::string sample_id(std::size_t i) { return fmt::format("{:08}-0000-0000-0000-000000000000", i); }
std::string graph_id(std::size_t i) { return fmt::format("{:08}-ffff-0000-0000-000000000000", i); }

/// The calls of the wells: the fourth is negative with a plausible number, the fifth invalid, the last negative with
/// 100, which the software writes for none.
const char* call_of(std::size_t i, std::size_t count) {
  if (i == 3 || i + 1 == count) return "Negative";
  return i == 4 ? "Invalid" : "Positive";
}

struct Project {
  std::string document;
  std::string app_data;
  std::string calculated_data;
  std::string instrument_data;
};

/// @param prefix of the software's elements, as in projects that were saved again: "d2:" or none.
Project make_project(const std::string& prefix) {
  KnownPlate options;
  options.cycles = 10;
  const RunData run = make_known_plate(options);
  const std::size_t count = run.measurements.size();
  std::string samples;
  std::string reacts;
  std::string graphs;
  std::string calculated;
  std::string rows;
  for (std::size_t i = 0; i < count; ++i) {
    const Measurement& m = run.measurements[i];
    const char* type = m.role == SampleRole::standard              ? "std"
                       : m.role == SampleRole::no_template_control ? "ntc"
                                                                   : "unkn";
    samples += fmt::format("  <sample id=\"{}\"><description>{}</description><type>{}</type></sample>\n", sample_id(i),
                           m.sample, type);
    const std::string point = m.vendor.cq_cycles ? format_double(*m.vendor.cq_cycles) : "100";
    reacts += fmt::format("<react id=\"{}\"><sample id=\"{}\"/><data><tar id=\"{}\"/><cq>{}</cq>\n", i + 1,
                          sample_id(i), target_id, point);
    std::string corrected;
    const AmplificationCurve& curve = m.amplification.front();
    for (std::size_t c = 0; c < curve.cycles.size(); ++c) {
      reacts += fmt::format("<adp><cyc>{}</cyc><tmp>60.{}</tmp><fluor>{}</fluor></adp>", c + 1, c,
                            format_double(curve.fluorescence[c]));
      corrected += fmt::format("<{0}normFlour><{0}cyc>{1}</{0}cyc><{0}fluor>{2}</{0}fluor></{0}normFlour>", prefix,
                               c + 1, format_double(curve.fluorescence[c] - 100));
    }
    reacts +=
        "<mdp><tmp>65.5</tmp><fluor>9</fluor></mdp><mdp><tmp>66</tmp><fluor>8</fluor></mdp><endPt>2.5</endPt></data>"
        "</react>\n";
    graphs += fmt::format(
        "<{0}react id=\"{1}\"><{0}condition>treated</{0}condition><{0}factGraph id=\"{2}\" targetId=\"{3}\" "
        "isExcluded=\"{4}\"{5}/></{0}react>\n",
        prefix, i + 1, graph_id(i), target_id, i == 2 ? "true" : "false", i == 0 ? " geneConcentration=\"20\"" : "");
    calculated += fmt::format(
        "<{0}react id=\"{1}\"><{0}factGraph id=\"{2}\" targetId=\"{3}\"><{0}call>{4}</{0}call><{0}slope>0.5</{0}slope>"
        "<{0}p1>1.5</{0}p1><{0}p7>17</{0}p7>{5}<{0}drvMel><{0}tmp>65.5</{0}tmp><{0}fluordrv>2</{0}fluordrv></{0}drvMel>"
        "</{0}factGraph></{0}react>\n",
        prefix, i + 1, graph_id(i), target_id, call_of(i, count), corrected);
    rows += fmt::format(
        "<absQuantDataSource><graphId>{}</graphId><call>{}</call><editedCall>{}</editedCall><concentration>{}"
        "</concentration></absQuantDataSource>\n",
        graph_id(i), call_of(i, count), i == 4 ? "true" : "false", i == 1 ? "46.5" : "");
  }
  Project project;
  project.document = fmt::format(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rdml version=\"1.1\" "
      "xmlns=\"http://www.rdml.org\">\n<id><publisher>made up</publisher></id><dye "
      "id=\"FAM\"/>\n{}<target id=\"{}\"><description>gene 1</description><type>toi</type><dyeId "
      "id=\"FAM\"/></target>\n"
      "<thermalCyclingConditions id=\"c\"><step><nr>1</nr><temperature><temperature>95</temperature><duration>120"
      "</duration></temperature></step><step><nr>2</nr><temperature><temperature>60</temperature><duration>30</"
      "duration>"
      "<measure>real time</measure></temperature></step><step><nr>3</nr><loop><goto>2</goto><repeat>9</repeat></loop>"
      "</step></thermalCyclingConditions>\n<experiment id=\"{}\"><run id=\"{}\"><instrument>LC96SN123</instrument>"
      "<dataCollectionSoftware><name>LightCycler&amp;#174; 96</name><version>1.01</version></dataCollectionSoftware>"
      "<thermalCyclingConditions id=\"c\"/><pcrFormat><rows>8</rows><columns>12</columns><rowLabel>ABC</rowLabel>"
      "<columnLabel>123</columnLabel></pcrFormat><runDate>2026-01-02T03:04:05</runDate>\n{}</run></experiment></"
      "rdml>\n",
      samples, target_id, experiment_id, run_id, reacts);
  const auto wrap = [&](const char* root, const std::string& attributes, const std::string& contents) {
    const std::string name_space = prefix.empty() ? "xmlns" : "xmlns:" + prefix.substr(0, prefix.size() - 1);
    return fmt::format("<?xml version=\"1.0\"?>\n<{0}{1} {2}=\"http://example.org/made-up\"{3}>{4}</{0}{1}>\n", prefix,
                       root, name_space, attributes, contents);
  };
  const std::string in_run =
      fmt::format("<{0}experiment id=\"{1}\"><{0}run id=\"{2}\">", prefix, experiment_id, run_id);
  project.app_data =
      wrap("rocheLC96AppExtension", " softwareVersion=\"1.1.0.1320\"",
           fmt::format("<{0}sample id=\"{1}\" note=\"kept cold\" preparationNote=\"\"/>", prefix, sample_id(1)) +
               in_run + graphs + fmt::format("</{0}run></{0}experiment>", prefix));
  project.calculated_data = wrap(
      "rocheLC96CalculatedData", "",
      in_run + calculated +
          fmt::format("</{0}run><{0}moduleCalculatedData><{0}module id=\"Analysis\"><absQuantDataModel><dataSource>"
                      "{1}</dataSource><settings><absQuantGeneSettings><id>g</id><slope>-3.25</slope>"
                      "<efficiency>2.03</efficiency></absQuantGeneSettings></settings><statisticalDataSource>"
                      "<absQuantStatisticalRow><graphIds><guid>{2}</guid><guid>{3}</guid></graphIds>"
                      "<cqError>0.5</cqError><cqMean>20.5</cqMean></absQuantStatisticalRow></statisticalDataSource>"
                      "</absQuantDataModel></{0}module></{0}moduleCalculatedData></{0}experiment>",
                      prefix, rows, graph_id(0), graph_id(1)));
  project.instrument_data = fmt::format(
      "<rocheLC96InstrumentData><experiment id=\"{}\" plateId=\"plate 7\"><measurementData runId=\"{}\"><startTime>"
      "2026-01-02T03:04:05</startTime><endTime>2026-01-02T04:05:06</endTime></measurementData></experiment>"
      "</rocheLC96InstrumentData>",
      experiment_id, run_id);
  return project;
}

ZipEntry entry(const char* name, const std::string& bytes) {
  ZipEntry result;
  result.name = name;
  result.bytes = bytes;
  return result;
}

std::string zip_project(const Project& project) {
  return make_zip({entry("rdml_data.xml", project.document), entry("app_data.xml", project.app_data),
                   entry("calculated_data.xml", project.calculated_data),
                   entry("instrument_data.xml", project.instrument_data),
                   entry("manifest.xml", "<lc96manifest Version=\"1.00.00\"/>")});
}

}  // namespace

std::vector<CorpusFile> corpus_roche_lightcycler96() {
  Project without_calls = make_project("");
  const std::string positive = "<call>Positive</call>";
  for (std::size_t at = 0; (at = without_calls.calculated_data.find(positive)) != std::string::npos;)
    without_calls.calculated_data.erase(at, positive.size());
  return {{"project.lc96p", zip_project(make_project(""))},
          {"copy.rdml", zip_project(make_project(""))},
          {"saved again.lc96p", zip_project(make_project("d2:"))},
          {"without calls.lc96p", zip_project(without_calls)}};
}

}  // namespace qpcr::test
