// MxPro and AriaMx exports: read as written, refused where wrong.
#include <filesystem>
#include <map>
#include <memory>
#include <tuple>

#include <catch2/catch.hpp>

#include "instruments/agilent_mxpro/reader.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "libqpcr/tabular/grid.hpp"
#include "libqpcr/tabular/workbook.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using qpcr::test::error_of;
using qpcr::test::find;

namespace {

const std::string raw_header = "Segment\tRamp/Plateau\tRamp/Plateau #\tWell\tDye\tCycle #\tFluorescence\tTemperature\n";
const std::string results_header = "Well\tAssay\tWell Type\tThreshold (dRn)\tCt (dRn)\tQuantity (copies)\n";

const test::CorpusFile& corpus_file(const std::vector<test::CorpusFile>& files, const std::string& name) {
  for (const test::CorpusFile& file : files) {
    if (file.name == name) return file;
  }
  FAIL("no " << name);
  return files.front();
}

InputFile to_input(const test::CorpusFile& file) { return {file.name, file.name, file.bytes, nullptr, std::nullopt}; }

}  // namespace

TEST_CASE("MxPro: each file is claimed by this reader only") {
  for (const test::CorpusFile& file : test::corpus_agilent_mxpro()) {
    INFO(file.name);
    CHECK(identify_bytes(file.bytes, file.name, file.name).reader_id == "agilent_mxpro");
  }
}

TEST_CASE("MxPro: fluorescence with pre-read, cycles, melt, and sample information beside it") {
  const auto files = test::corpus_agilent_mxpro();
  const std::vector<Run> runs = load_files(
      {to_input(corpus_file(files, "mxpro_stages_SampleInfo.txt")), to_input(corpus_file(files, "mxpro_stages.txt"))});
  REQUIRE(runs.size() == 1);
  const Run& run = runs.front();
  test::KnownPlate options;
  options.dyes = {"FAM", "HEX"};
  options.cycles = 25;
  options.decimals = 0;
  const RunData known = test::make_known_plate(options);
  CHECK(run->name == "a run");
  CHECK(run->instrument.software == "MxPro");
  CHECK(run->plate == PlateGeometry{8, 12});
  CHECK(run->warnings.empty());
  CHECK(run->provenance.not_read.empty());
  REQUIRE(run->vendor_tables.size() == 1);
  CHECK(run->vendor_tables[0].rows.size() == 6);
  REQUIRE(run->measurements.size() == known.measurements.size());
  for (const Measurement& expected : known.measurements) {
    const Measurement& m = find(run, expected.well.label, expected.target);
    CHECK(m.dye.empty());
    CHECK(m.role == (expected.role == SampleRole::standard              ? SampleRole::calibrator
                     : expected.role == SampleRole::no_template_control ? SampleRole::negative_control
                                                                        : SampleRole::unknown));
    CHECK(m.vendor.cq_status == CqStatus::not_measured);
    REQUIRE(m.amplification.size() == 1);
    CHECK(m.amplification[0].kind == CurveKind::unknown);
    CHECK(m.amplification[0].cycles == expected.amplification[0].cycles);
    CHECK(m.amplification[0].fluorescence == expected.amplification[0].fluorescence);
    CHECK(m.amplification[0].temperatures_celsius == std::vector<double>(25, 59.7));
    REQUIRE(m.melt.size() == 1);
    CHECK(m.melt[0].temperatures_celsius == std::vector<double>{55, 65, 75, 85, 95});
    CHECK(m.melt[0].fluorescence == std::vector<double>{500, 400, 300, 200, 100});
    REQUIRE(m.single_readings.size() == 1);
    CHECK(m.single_readings[0].stage == ReadStage::pre_read);
    CHECK(m.single_readings[0].fluorescence == 50);
    CHECK(m.single_readings[0].temperature_celsius == 25.0);
  }
}

TEST_CASE("MxPro: where no assay is named, the dye is target and dye; decimal commas") {
  const auto files = test::corpus_agilent_mxpro();
  const test::CorpusFile& file = corpus_file(files, "mxpro_dyes_comma.txt");
  const std::vector<Run> runs = load_bytes(file.bytes, file.name);
  test::KnownPlate options;
  options.dyes = {"FAM", "HEX"};
  options.cycles = 25;
  options.decimals = 1;
  for (const Measurement& expected : test::make_known_plate(options).measurements) {
    const Measurement& m = find(runs[0], expected.well.label, expected.dye, expected.dye);
    CHECK(m.amplification[0].fluorescence == expected.amplification[0].fluorescence);
    CHECK(m.role == SampleRole::unspecified);
  }
}

TEST_CASE("MxPro: text report") {
  const auto files = test::corpus_agilent_mxpro();
  const test::CorpusFile& file = corpus_file(files, "mxpro_report.txt");
  const std::vector<Run> runs = load_bytes(file.bytes, file.name);
  const RunData known = test::make_known_plate();
  REQUIRE(runs[0]->measurements.size() == known.measurements.size());
  for (const Measurement& expected : known.measurements) {
    const Measurement& m = find(runs[0], expected.well.label, "SYBR", "SYBR");
    CHECK(m.role == expected.role);
    CHECK(m.vendor.cq_status == expected.vendor.cq_status);
    CHECK(m.vendor.cq_cycles == expected.vendor.cq_cycles);
    CHECK(m.vendor.algorithm == "Ct (dRn)");
    CHECK(m.vendor.threshold == 0.0044);
    CHECK(m.quantity == expected.quantity);
    const bool computed = !expected.quantity && expected.vendor.cq_cycles;
    CHECK(m.vendor.quantity == (computed ? std::optional(250.0) : std::nullopt));
    if (expected.quantity) CHECK(m.quantity_unit == "copies");
  }
  REQUIRE(runs[0]->vendor_tables.size() == 2);
  CHECK(runs[0]->vendor_tables[0].columns == std::vector<std::string>{"Assay", "RSq (dRn)", "Slope (dRn)"});
  CHECK(runs[0]->vendor_tables[0].rows == std::vector<std::vector<std::string>>{{"SYBR", "0,997", "-3,338"}});
  CHECK(runs[0]->vendor_tables[1].rows.size() == 6);
}

TEST_CASE("AriaMx: tabular results") {
  const auto files = test::corpus_agilent_mxpro();
  const test::CorpusFile& file = corpus_file(files, "aria_tabular.txt");
  const std::vector<Run> runs = load_bytes(file.bytes, file.name);
  test::KnownPlate options;
  options.dyes = {"FAM", "HEX"};
  for (const Measurement& expected : test::make_known_plate(options).measurements) {
    const Measurement& m = find(runs[0], expected.well.label, expected.target, expected.dye);
    CHECK(m.sample == expected.sample);
    CHECK(m.vendor.cq_cycles == expected.vendor.cq_cycles);
    CHECK(m.vendor.threshold == 120.5);
    CHECK(m.quantity == expected.quantity);
  }
}

TEST_CASE("AriaMx: a workbook's tabular results; its other sheets are listed") {
  const auto files = test::corpus_agilent_mxpro();
  auto workbook = std::make_shared<Workbook>();
  workbook->sheets.resize(2);
  workbook->sheets[0].name = "Plate Setup";
  workbook->sheets[1].name = "Tabular Results";
  workbook->sheets[1].grid = parse_text_grid(corpus_file(files, "aria_tabular.txt").bytes, "a.xlsx:Tabular Results");
  FileHead head;
  head.name = "a.xlsx";
  head.is_zip = true;
  head.workbook = workbook.get();
  CHECK(agilent_mxpro::reader().sniff(head).confidence == Confidence::certain);
  const Run run(agilent_mxpro::reader().read({{"a.xlsx", "a.xlsx", "PK", workbook, std::nullopt}}).front());
  CHECK(find(run, "A2", "target 2", "HEX").vendor.cq_cycles == 22.0);
  REQUIRE(run->provenance.not_read.size() == 1);
  CHECK(run->provenance.not_read[0].where == "a.xlsx: sheet 'Plate Setup'");
  workbook->sheets.pop_back();
  CHECK(agilent_mxpro::reader().sniff(head).confidence == Confidence::no);
}

TEST_CASE("MxPro: two plateaus read in each cycle are warned of, and the first is taken") {
  const std::vector<Run> runs = load_bytes(
      raw_header +
          "2\tP\t2\t1\tX\t1\t10\t60\n2\tP\t3\t1\tX\t1\t20\t72\n2\tP\t2\t1\tX\t2\t11\t60\n2\tP\t3\t1\tX\t2\t21\t72\n",
      "m.txt");
  CHECK(find(runs[0], "A1", "X").amplification[0].fluorescence == std::vector<double>{10, 11});
  CHECK(runs[0]->warnings.size() == 1);
  REQUIRE(runs[0]->provenance.not_read.size() == 1);
  CHECK(runs[0]->provenance.not_read[0].where == "m.txt: segment 2, plateau 3");
}

TEST_CASE("MxPro: results without names leave those of the fluorescence; contradicting ones are of another plate") {
  const std::string raw =
      "Segment\tRamp/Plateau\tRamp/Plateau #\tWell\tWell Name\tWell Type\tDye\tCycle #\tFluorescence\n"
      "2\tP\t2\tA1\ts1\tNTC\tX\t1\t10\n2\tP\t2\tA1\t\t\tX\t2\t11\n";
  const auto read = [&](const std::string& results) {
    const InputFile curves{"a.txt", "a.txt", raw, nullptr, std::nullopt};
    const InputFile table{"b.txt", "b.txt", results, nullptr, std::nullopt};
    return Run(agilent_mxpro::reader().read({curves, table}).front());
  };
  for (const std::string results :
       {"Well\tAssay\tCt (dRn)\nA1\tX\t20.5\n", "Well\tAssay\tWell Name\tWell Type\tCt (dRn)\nA1\tX\t\t\t20.5\n",
        "Well\tAssay\tWell Name\tWell Type\tCt (dRn)\nA1\tX\ts1\tNTC\t20.5\n"}) {
    const Run run = read(results);
    REQUIRE(run->measurements.size() == 1);
    CHECK(run->measurements[0].sample == "s1");
    CHECK(run->measurements[0].role == SampleRole::no_template_control);
    CHECK(run->measurements[0].role_text == "NTC");
    CHECK(run->measurements[0].vendor.cq_cycles == 20.5);
    CHECK(run->measurements[0].amplification.size() == 1);
  }
  for (const std::string row : {"A1\tX\ts2\tNTC\t20.5\n", "A1\tX\ts1\tUnknown\t20.5\n"}) {
    try {
      read("Well\tAssay\tWell Name\tWell Type\tCt (dRn)\n" + row);
      FAIL("results of another plate were joined");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::ambiguous_format);
      CHECK(error.context().path == "b.txt");
      CHECK(error.context().line == 2);
    }
  }
}

TEST_CASE("MxPro: what is wrong names line and column") {
  const std::string name = "m.txt";
  const Error reading = error_of(raw_header + "2\tP\t2\t1\tX\t1\t1o\t60\n", name);
  CHECK(reading.code() == ErrorCode::invalid_value);
  CHECK(reading.context().line == 2);
  CHECK(reading.context().column == "Fluorescence");
  CHECK(error_of(raw_header + "2\tP\t2\t97\tX\t1\t10\t60\n", name).context().column == "Well");
  CHECK(error_of(raw_header + "2\tQ\t2\t1\tX\t1\t10\t60\n", name).context().column == "Ramp/Plateau");
  CHECK(error_of(raw_header + "2\tP\t2\t1\tX\t99999999\t10\t60\n", name).context().column == "Cycle #");
  const Error twice =
      error_of(raw_header + "2\tP\t2\t1\tX\t1\t10\t60\n2\tP\t2\t1\tX\t2\t10\t60\n2\tP\t2\t1\tX\t1\t10\t60\n", name);
  CHECK(twice.code() == ErrorCode::duplicate_entry);
  CHECK(twice.context().line == 4);
  CHECK(error_of(raw_header, name).code() == ErrorCode::malformed_file);
  CHECK(error_of(results_header + "A1\tX\tUnknown\t0,1\t2O,5\t\n", name).context().column == "Ct (dRn)");
  CHECK(error_of(results_header + "A1\tX\tUnknown\t0,1\t20,5\t\nA1\tX\tUnknown\t0,1\t20,5\t\n", name).code() ==
        ErrorCode::duplicate_entry);
  CHECK(error_of(results_header, name).code() == ErrorCode::malformed_file);
  const auto files = test::corpus_agilent_mxpro();
  CHECK_THAT(error_of(corpus_file(files, "mxpro_stages_SampleInfo.txt").bytes, "x_SampleInfo.txt").what(),
             Catch::Contains("belongs beside"));
}

TEST_CASE("MxPro and AriaMx projects are refused with what to do instead") {
  const Reader& reader = agilent_mxpro::reader();
  std::string project("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
  project.resize(600);
  project += std::string(
      "S\0t\0o\0r\0a\0g\0e\0"
      "0\0",
      16);
  FileHead head;
  head.name = "a.mxp";
  head.bytes = project;
  CHECK(reader.sniff(head).confidence == Confidence::certain);
  std::vector<InputFile> files{{"a.mxp", "a.mxp", project, nullptr, std::nullopt}};
  CHECK_THROWS_WITH(reader.read(files), Catch::Contains("export text from MxPro"));
  const Error aria = error_of(std::string("\0\1\2\3", 4) + "binary", "plate.amxd");
  CHECK(aria.code() == ErrorCode::unsupported_format);
  CHECK_THAT(aria.what(), Catch::Contains("AriaMx"));
}

TEST_CASE("MxPro: every reading of the real fluorescence", "[reference]") {
  const auto folder = test::reference_data() / "instruments";
  std::size_t points = 0;
  for (const auto& path : test::list_files(folder / "files/agilent_mx3000p")) {
    INFO(path);
    CHECK(identify(path).reader_id == "agilent_mxpro");
    const std::vector<Run> runs = load_runs({path});
    REQUIRE(runs.size() == 1);
    CHECK(runs[0]->provenance.sources.size() == 2);
    CHECK(runs[0]->plate == PlateGeometry{8, 12});
    for (const Measurement& m : runs[0]->measurements) CHECK(m.role != SampleRole::unspecified);
    const auto expected = folder / "expected" / (path.filename().string() + ".fluor.csv");
    if (!std::filesystem::exists(expected)) continue;
    std::map<std::pair<std::string, std::string>, const Measurement*> by_key;
    for (const Measurement& m : runs[0]->measurements) by_key[{m.well.label, m.target}] = &m;
    const CsvTable table = read_csv_table(read_file(expected), expected.string());
    std::size_t wrong = 0;
    for (const CsvRow& row : table.rows()) {
      const AmplificationCurve& curve = by_key.at({row.cells[0], row.cells[1]})->amplification.at(0);
      const auto cycle = static_cast<std::size_t>(*parse_integer(row.cells[2]));
      wrong += curve.cycles.at(cycle - 1) != static_cast<double>(cycle) ||
               curve.fluorescence.at(cycle - 1) != parse_double(row.cells[3]);
      ++points;
    }
    CHECK(wrong == 0);
    std::size_t read = 0;
    for (const Measurement& m : runs[0]->measurements) read += m.amplification[0].cycles.size();
    CHECK(read == table.rows().size());
  }
  CHECK(points >= 6120);
}

TEST_CASE("MxPro: every row of the real report", "[reference]") {
  std::size_t rows = 0;
  for (const auto& path : test::list_files(test::reference_data() / "instruments/files/pyqpcr_samples")) {
    if (!path.filename().string().starts_with("Stratagene")) continue;
    INFO(path);
    CHECK(identify(path).reader_id == "agilent_mxpro");
    const std::vector<Run> runs = load_runs({path});
    std::size_t here = 0;
    const std::string bytes = read_file(path);
    for (const std::string_view line : split(bytes, '\n')) {
      std::string plain(line);
      for (char& c : plain) c = c == ',' ? '.' : c;
      const std::vector<std::string_view> cells = split(plain, '\t');
      if (cells.size() < 7 || !parse_label(cells[0])) continue;
      ++here;
      const Measurement& m = find(runs[0], std::string(trim(cells[0])), std::string(trim(cells[1])));
      CHECK(m.role_text == trim(cells[2]));
      CHECK(m.role != SampleRole::unspecified);
      CHECK(m.vendor.threshold == parse_double(trim(cells[4])));
      CHECK(m.vendor.cq_cycles == parse_double(trim(cells[5])));
      CHECK((m.role == SampleRole::standard ? m.quantity : m.vendor.quantity) == parse_double(trim(cells[6])));
    }
    CHECK(here == runs[0]->measurements.size());
    rows += here;
  }
  CHECK(rows >= 96);
}
