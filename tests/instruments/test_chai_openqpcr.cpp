// Chai Open qPCR: tables joined by channel and well, and what is wrong in one.
#include <cmath>
#include <map>
#include <string>
#include <tuple>

#include <catch2/catch.hpp>

#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using qpcr::test::error_of;

namespace {

std::vector<Run> load_corpus(const std::string& prefix) {
  std::vector<InputFile> files;
  for (const test::CorpusFile& file : test::corpus_chai_openqpcr()) {
    if (!file.name.starts_with(prefix)) continue;
    CHECK(identify_bytes(file.bytes, file.name, file.name).reader_id == "chai_openqpcr");
    files.push_back({file.name, file.name, file.bytes, nullptr, std::nullopt});
  }
  return load_files(std::move(files));
}

}  // namespace

TEST_CASE("the tables of an Open qPCR run become one run") {
  const RunData known = test::make_known_plate({{2, 8}, 16, {"ch1", "ch2"}, 20});
  const std::vector<Run> runs = load_corpus("dual");
  REQUIRE(runs.size() == 1);
  const Run& run = runs[0];
  CHECK(run->plate == PlateGeometry{2, 8});
  CHECK(run->provenance.sources.size() == 3);
  REQUIRE(run->measurements.size() == 32);
  for (std::size_t i = 0; i < 32; ++i) {
    const Measurement& m = run->measurements[i];
    const Measurement& k = known.measurements[i];
    INFO(m.well.label << " " << m.dye);
    CHECK(m.well.position == k.well.position);
    CHECK(m.dye == k.dye);
    CHECK(m.vendor.cq_status == k.vendor.cq_status);
    CHECK(m.vendor.cq_cycles == k.vendor.cq_cycles);
    REQUIRE(m.amplification.size() == 3);
    const std::vector<double>& expected = k.amplification[0].fluorescence;
    for (const auto& [kind, ground] :
         {std::pair{CurveKind::baseline_subtracted, 100.0}, std::pair{CurveKind::background_subtracted, 50.0},
          std::pair{CurveKind::unknown, 0.0}}) {
      const AmplificationCurve* curve = find_curve(m, kind);
      REQUIRE(curve != nullptr);
      CHECK(curve->cycles == k.amplification[0].cycles);
      for (std::size_t c = 0; c < expected.size(); ++c) CHECK(curve->fluorescence[c] == expected[c] - ground);
    }
    const int number = m.well.position->row * 8 + m.well.position->column + 1;
    CHECK(m.well.label == std::to_string(number));
    CHECK(m.role == (number == 1    ? SampleRole::standard
                     : number == 2  ? SampleRole::unknown
                     : number == 16 ? SampleRole::no_template_control
                                    : SampleRole::unspecified));
    CHECK(m.quantity.value_or(0) == (number == 1 ? 2500 : 0));
    CHECK(m.excluded == (number == 2));
  }
}

TEST_CASE("one channel, other columns and a melting curve are read") {
  const std::vector<Run> single = load_corpus("single");
  REQUIRE(single.at(0)->measurements.size() == 10);
  const Measurement& m = single[0]->measurements[1];
  CHECK(m.dye.empty());
  REQUIRE(m.amplification.size() == 1);
  CHECK(m.amplification[0].kind == CurveKind::background_subtracted);
  CHECK(std::isnan(m.amplification[0].fluorescence.at(3)));
  CHECK(m.amplification[0].fluorescence.at(4) ==
        test::make_known_plate({{2, 8}, 10, {"x"}, 10}).measurements[1].amplification[0].fluorescence[4]);
  CHECK(m.vendor.cq_status == CqStatus::not_measured);

  const std::vector<Run> melt = load_corpus("melt");
  REQUIRE(melt.at(0)->measurements.size() == 2);
  CHECK(melt[0]->measurements[0].melt.at(0).temperatures_celsius == std::vector<double>{60, 60.5});
  CHECK(melt[0]->measurements[0].melt.at(0).fluorescence == std::vector<double>{900, 850.5});
  CHECK(melt[0]->measurements[0].melt.at(0).kind == CurveKind::normalised);
  CHECK_THAT(melt[0]->provenance.not_read.at(0).where, Catch::Contains("'derivative_data'"));
}

TEST_CASE("wrong Open qPCR tables name the place") {
  const std::string header = "fluorescence_value,channel,well_num,cycle_num\n";
  const Error twice = error_of(header + "5,1,1,1\n5,1,1,1\n", "a.csv");
  CHECK(twice.code() == ErrorCode::duplicate_entry);
  CHECK(twice.context().line == 3);
  CHECK(error_of(header + "5,1,17,1\n", "a.csv").context().column == "well_num");
  CHECK(error_of(header + "5,1,0,1\n", "a.csv").context().column == "well_num");
  CHECK(error_of(header + "5,1,1,\n", "a.csv").context().column == "cycle_num");
  CHECK(error_of(header + "S,1,1,1\n", "a.csv").context().column == "fluorescence_value");
  CHECK(error_of("channel,well_num,cq\n1,1,20\n1,1,21\n", "a.csv").code() == ErrorCode::duplicate_entry);
  CHECK(error_of("channel,well_num,cq\n1,1,2O\n", "a.csv").context().column == "cq");
  CHECK(error_of("well_num,well_type\n1,unknown\n", "a.csv").code() == ErrorCode::malformed_file);
  const std::vector<Run> only_cq = load_bytes("channel,well_num,cq\n2,9,20.5\n", "cq.csv");
  CHECK(only_cq.at(0)->measurements.at(0).well.position == GridPosition{1, 0});
  CHECK_THAT(only_cq.at(0)->warnings.at(0), Catch::Contains("holds no curve"));
}

TEST_CASE("real Open qPCR tables equal the values of an independent program", "[reference]") {
  const auto folder = test::reference_data() / "instruments/files/chai_openqpcr";
  for (const auto& file : test::list_files(folder)) CHECK(identify(file).reader_id == "chai_openqpcr");
  const auto file = folder / "amplification.csv";
  if (!std::filesystem::exists(file)) return;
  const std::vector<Run> runs = load_runs({file});
  std::map<std::tuple<std::string, std::string, double>, double> found;
  std::map<std::pair<std::string, std::string>, const Measurement*> measurements;
  for (const Measurement& m : runs.at(0)->measurements) {
    measurements[{m.well.label, m.dye}] = &m;
    const AmplificationCurve* curve = find_curve(m, CurveKind::unknown);
    REQUIRE(curve != nullptr);
    for (std::size_t i = 0; i < curve->cycles.size(); ++i)
      found[{m.well.label, m.dye, curve->cycles[i]}] = curve->fluorescence[i];
  }
  const auto expected = test::reference_data() / "instruments/expected";
  const CsvTable curves = read_csv_table(read_file(expected / "amplification.csv.fluor.csv"), "fluor");
  CHECK(curves.rows().size() == found.size());
  for (const CsvRow& row : curves.rows()) {
    const auto entry = found.find({row.cells[0], row.cells[1], parse_double(row.cells[2]).value()});
    REQUIRE(entry != found.end());
    CHECK(entry->second == parse_double(row.cells[3]).value());
  }
  const CsvTable cq = read_csv_table(read_file(expected / "amplification.csv.cq.csv"), "cq");
  CHECK(cq.rows().size() == measurements.size());
  for (const CsvRow& row : cq.rows()) {
    const VendorResult& vendor = measurements.at({row.cells[0], row.cells[1]})->vendor;
    CHECK(vendor.cq_cycles == parse_double(row.cells[2]));
    CHECK(vendor.cq_status == (row.cells[2].empty() ? CqStatus::no_amplification : CqStatus::found));
  }
}
