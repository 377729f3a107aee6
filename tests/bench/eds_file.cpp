// The plate is the same in every run: logistic curves on a drift, with seeded noise.
#include "tests/bench/eds_file.hpp"

#include <array>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <zip.h>

#include "tests/curve/curve_data.hpp"

namespace qpcr::test {
namespace {

constexpr int cycles = 45;
constexpr std::array dyes{"FAM", "VIC", "NED", "CY5", "ROX"};
constexpr std::size_t targets = dyes.size() - 1;

struct Plate {
  std::string signals;
  std::string results;
  std::string setup;
};

Plate make_plate(int wells) {
  Random random(1);
  Plate plate;
  std::string points;
  std::string temperatures;
  for (int cycle = 1; cycle <= cycles; ++cycle)
    points += fmt::format("{}[Stg:2 Cyc:{} Stp:2 Pt:1]", cycle > 1 ? ", " : "", cycle);
  for (int i = 0; i < wells * cycles; ++i) temperatures += "60.0038\t";
  std::string lists;
  std::string data;
  plate.results =
      "Session Name\t\r\nWell\tSample Name\tDetector\tTask\tCt\tAvg Ct\tCt SD\tDelta Ct\tQty\tAvg Qty\tQty SD\t"
      "Amp Status\tCq Conf\t\r\n";
  std::string samples;
  std::string tasks;
  for (int well = 0; well < wells; ++well) {
    lists += fmt::format("    <DyeData WellIndex=\"{}\">\n        <DyeList>[{}]</DyeList>\n    </DyeData>\n", well,
                         fmt::join(dyes, ", "));
    data += fmt::format("    <SignalData WellIndex=\"{}\">\n", well);
    samples += fmt::format(
        "<FeatureValue>\n<Index>{}</Index>\n<FeatureItem>\n<Sample>\n<Name>S{}</Name>\n<Color>-5236961</Color>\n"
        "</Sample>\n</FeatureItem>\n</FeatureValue>\n",
        well, well);
    tasks += fmt::format("<FeatureValue>\n<Index>{}</Index>\n<FeatureItem>\n<DetectorTaskList>\n", well);
    for (std::size_t dye = 0; dye < dyes.size(); ++dye) {
      const bool is_reference = dye == targets;
      const double middle = 20.0 + 18.0 * random.uniform();
      const double height = is_reference ? 0 : 200'000.0 + 100'000.0 * random.uniform();
      std::string rn = "Rn values";
      std::string delta_rn = "Delta Rn values";
      data += "        <CycleData>[";
      for (int cycle = 1; cycle <= cycles; ++cycle) {
        const double reading = 15'000.0 + 30.0 * cycle + height / (1.0 + std::exp((middle - cycle) / 1.6)) +
                               200.0 * (random.uniform() - 0.5);
        data += fmt::format("{}{:.3f}", cycle > 1 ? ", " : "", reading);
        rn += fmt::format("\t{:.7f}", reading / 20'000);
        delta_rn += fmt::format("\t{:.7E}", (reading - 15'000) / 20'000);
      }
      data += "]</CycleData>\n";
      if (is_reference) continue;
      tasks += fmt::format(
          "<DetectorTask>\n<Task>UNKNOWN</Task>\n<Concentration>1.0</Concentration>\n<Detector>\n<Name>T-{0}</Name>\n"
          "<Reporter>{0}</Reporter>\n<Quencher>NFQ-MGB</Quencher>\n</Detector>\n</DetectorTask>\n",
          dyes[dye]);
      plate.results += fmt::format("{}\tS{}\tT-{}\tTarget\t{:.6f}\t\t\t\t\t\t\t1\t0.98\t\r\n{}\t\r\n{}\t\r\n", well,
                                   well, dyes[dye], middle - 4, rn, delta_rn);
    }
    data += "    </SignalData>\n";
    tasks += "</DetectorTaskList>\n</FeatureItem>\n</FeatureValue>\n";
  }
  plate.signals = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<MulticomponentData>\n    <WellCount>{}"
      "</WellCount>\n    <CycleCount>{}</CycleCount>\n    <CollectionPoints>[{}]</CollectionPoints>\n"
      "    <SampleTemperatures>{}</SampleTemperatures>\n{}{}</MulticomponentData>\n",
      wells, cycles, points, temperatures, lists, data);
  plate.setup = fmt::format(
      "<Plate>\n<Rows>{}</Rows>\n<Columns>{}</Columns>\n<FeatureMap>\n<Feature>\n<Id>sample</Id>\n</Feature>\n{}"
      "</FeatureMap>\n<FeatureMap>\n<Feature>\n<Id>detector-task</Id>\n</Feature>\n{}</FeatureMap>\n"
      "<PassiveReferenceDye>ROX</PassiveReferenceDye>\n</Plate>\n",
      wells == 96 ? 8 : 16, wells == 96 ? 12 : 24, samples, tasks);
  return plate;
}

const Plate& plate_of(int wells) {
  static std::map<int, Plate> plates;
  const auto known = plates.find(wells);
  return known != plates.end() ? known->second : plates.emplace(wells, make_plate(wells)).first->second;
}

std::string make_archive(const Plate& plate) {
  const std::string protocol = fmt::format(
      "<TCProtocol><TCStage><StageFlag>PRE_CYCLING</StageFlag></TCStage><TCStage><StageFlag>CYCLING</StageFlag>"
      "<NumOfRepetitions>{}</NumOfRepetitions></TCStage></TCProtocol>",
      cycles);
  const std::vector<std::pair<const char*, const std::string*>> members{
      {"apldbio/sds/plate_setup.xml", &plate.setup},
      {"apldbio/sds/tcprotocol.xml", &protocol},
      {"apldbio/sds/multicomponentdata.xml", &plate.signals},
      {"apldbio/sds/analysis_result.txt", &plate.results}};
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, nullptr);
  zip_source_keep(target);
  zip_t* archive = zip_open_from_source(target, ZIP_TRUNCATE, nullptr);
  for (const auto& [name, bytes] : members) {
    zip_file_add(archive, name, zip_source_buffer(archive, bytes->data(), bytes->size(), 0), ZIP_FL_ENC_UTF_8);
  }
  zip_close(archive);
  zip_source_open(target);
  zip_stat_t status;
  zip_source_stat(target, &status);
  std::string bytes(status.size, '\0');
  zip_source_read(target, bytes.data(), bytes.size());
  zip_source_close(target);
  zip_source_free(target);
  return bytes;
}

}  // namespace

const std::string& eds_signals(int wells) { return plate_of(wells).signals; }

const std::string& eds_archive(int wells) {
  static std::map<int, std::string> archives;
  const auto known = archives.find(wells);
  return known != archives.end() ? known->second : archives.emplace(wells, make_archive(plate_of(wells))).first->second;
}

}  // namespace qpcr::test
