// Applied Biosystems workbooks, text and CSV of StepOne, 7500, ViiA 7, QuantStudio and Design & Analysis: read as
// written, refused where wrong.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "instruments/appbio_export/file_name.hpp"
#include "instruments/appbio_export/header.hpp"
#include "instruments/appbio_export/reader.hpp"
#include "instruments/appbio_export/wells.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using qpcr::test::error_of;
using qpcr::test::find;
using qpcr::test::list_files;
using qpcr::test::reference_data;
namespace fs = std::filesystem;

namespace {

std::string corpus_bytes(const std::string& name) {
  for (const test::CorpusFile& file : test::corpus_appbio_export()) {
    if (file.name == name) return file.bytes;
  }
  FAIL("no corpus file " << name);
  return {};
}

Run read_corpus(const std::string& name) {
  const std::vector<Run> runs = load_bytes(corpus_bytes(name), name);
  REQUIRE(runs.size() == 1);
  CHECK(runs.front()->provenance.reader == "appbio_export");
  return runs.front();
}

RunData known_plate(PlateGeometry plate, std::vector<std::string> dyes) {
  test::KnownPlate options;
  options.plate = plate;
  options.dyes = std::move(dyes);
  options.wells = 4;
  options.cycles = 30;
  return test::make_known_plate(options);
}

/// Counts readings that are not `known` + `offset` as three decimals hold it.
std::size_t count_wrong(const AmplificationCurve* curve, const AmplificationCurve& known, double offset,
                        double divisor = 1) {
  if (curve == nullptr || curve->cycles != known.cycles) return known.cycles.size();
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < known.cycles.size(); ++i) {
    const double expected = parse_double(format_fixed(known.fluorescence[i] / divisor + offset, 3)).value();
    wrong += curve->fluorescence[i] == expected ? 0U : 1U;
  }
  return wrong;
}

const VendorTable* find_table(const Run& run, const std::string& name) {
  for (const VendorTable& table : run->vendor_tables) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

std::string replace(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

const std::string small =
    "* Block Type = 96well\n* Instrument Type = x\n\n[Results]\n"
    "Well\tSample Name\tTarget Name\tTask\tReporter\tCT\tQuantity\nA1\ts\tt\tUNKNOWN\tFAM\t20.5\t\n";

}  // namespace

TEST_CASE("two targets, thousands separators, numbered wells and an omitted well of a sectioned text") {
  const Run run = read_corpus("flex.txt");
  CHECK(run->name == "flex run");
  CHECK(run->instrument == Instrument{"Applied Biosystems", "ViiA 7", "12345", "", ""});
  CHECK(run->ended_at == "2024-01-02 10:11:12 AM UTC");
  CHECK(run->plate_barcode.empty());
  CHECK(run->passive_reference_dye == "ROX");
  CHECK(run->plate == PlateGeometry{16, 24});
  const RunData known = known_plate({16, 24}, {"FAM", "VIC"});
  for (const Measurement& k : known.measurements) {
    INFO(k.well.label << ' ' << k.target);
    const Measurement& m = find(run, k.well.label, k.target);
    CHECK(m.dye == k.dye);
    CHECK(m.sample == k.sample);
    CHECK(m.role == k.role);
    CHECK(m.quantity == k.quantity);
    CHECK(count_wrong(find_curve(m, CurveKind::normalised), k.amplification[0], 0) == 0);
    CHECK(count_wrong(find_curve(m, CurveKind::baseline_subtracted), k.amplification[0], -100) == 0);
    CHECK(count_wrong(find_curve(m, CurveKind::multicomponent), k.amplification[0], 1000) == 0);
    if (k.well.label == "A3") {
      CHECK(m.vendor.cq_status == CqStatus::not_measured);
      continue;
    }
    CHECK(m.vendor.cq_status == k.vendor.cq_status);
    CHECK(m.vendor.cq_cycles == k.vendor.cq_cycles);
    CHECK(m.vendor.algorithm == "Ct");
    CHECK(m.vendor.threshold == 0.2);
    CHECK(m.vendor.baseline_first_cycle == 3.0);
    CHECK(m.vendor.baseline_last_cycle == 15.0);
    CHECK(m.vendor.cq_confidence == 0.9);
    CHECK(m.vendor.melting_temperatures_celsius == std::vector<double>{80.5});
    CHECK(m.vendor.flags == (k.vendor.cq_cycles ? std::vector<std::string>{} : std::vector<std::string>{"NOAMP"}));
  }
  CHECK(find(run, "A1", "target 1").note == "first");
  const Measurement& reference = find(run, "A2", "", "ROX");
  CHECK(find_curve(reference, CurveKind::multicomponent)->fluorescence == std::vector<double>(30, 5000.0));
  CHECK(run->measurements.size() == known.measurements.size() + 4);
  CHECK(run->warnings == std::vector<std::string>{"some wells have a target but no row in the results: A3"});
  const VendorTable* head = find_table(run, "Header");
  REQUIRE(head != nullptr);
  CHECK(std::count(head->rows.begin(), head->rows.end(), std::vector<std::string>{"Reference Sample", "sample 2"}) ==
        1);
  std::vector<std::string> where;
  for (const NotRead& entry : run->provenance.not_read) where.push_back(entry.where);
  CHECK(where ==
        std::vector<std::string>{"header: folder of 'Experiment File Name'", "Sample Setup: column 'Sample Color'"});
}

TEST_CASE("StepOne: decimal comma, Cyrillic letters, CR line ends and melting regions") {
  const Run run = read_corpus("stepone.txt");
  CHECK(run->name == "step one");
  CHECK(run->ended_at.empty());
  CHECK(run->plate == PlateGeometry{6, 8});
  const RunData known = known_plate({6, 8}, {"SYBR"});
  CHECK(run->measurements.size() == known.measurements.size());
  for (const Measurement& k : known.measurements) {
    INFO(k.well.label);
    const Measurement& m = find(run, k.well.label, k.target);
    CHECK(m.vendor.cq_cycles == k.vendor.cq_cycles);
    CHECK(m.vendor.cq_status == k.vendor.cq_status);
    CHECK(m.vendor.threshold == 0.5);
    CHECK(m.vendor.flags == std::vector<std::string>{"HIGHSD"});
    CHECK(count_wrong(find_curve(m, CurveKind::normalised), k.amplification[0], 0) == 0);
    CHECK(count_wrong(find_curve(m, CurveKind::baseline_subtracted), k.amplification[0], -100) == 0);
    REQUIRE(m.melt.size() == 1);
    CHECK(m.melt[0].kind == CurveKind::normalised);
    CHECK(m.melt[0].temperatures_celsius == std::vector<double>{60.125, 60.5, 61});
    CHECK(m.melt[0].fluorescence == std::vector<double>{3.5, 2.25, 1.125});
  }
}

TEST_CASE("Design & Analysis: stages, melting, peaks, genotypes, groups and quantities") {
  for (const std::string name : {"design.xlsx", "design_without_stages.xls"}) {
    INFO(name);
    const bool with_stage = name == "design.xlsx";
    const Run run = read_corpus(name);
    CHECK(run->name == "design run");
    CHECK(run->instrument ==
          Instrument{"Applied Biosystems", "QuantStudio 7 Pro System", "", "Design and Analysis Software", "2.7.0"});
    CHECK(run->started_at == "2024-01-02 10:00:00 AM UTC");
    CHECK(run->ended_at == "2024-01-02 11:00:00 AM UTC");
    CHECK(run->operator_name == "Someone");
    CHECK(run->plate_barcode == "P-1");
    for (const Measurement& k : known_plate({8, 12}, {"FAM"}).measurements) {
      INFO(k.well.label);
      const Measurement& m = find(run, k.well.label, "assay-Allele 1");
      CHECK(count_wrong(find_curve(m, CurveKind::multicomponent), k.amplification[0], 0) == 0);
      CHECK(count_wrong(find_curve(m, CurveKind::normalised), k.amplification[0], 0, 500) == 0);
      CHECK(count_wrong(find_curve(m, CurveKind::baseline_subtracted), k.amplification[0], -100) == 0);
      REQUIRE(m.single_readings.size() == 2);
      CHECK(m.single_readings[0].stage == ReadStage::pre_read);
      CHECK(m.single_readings[0].fluorescence == 77);
      CHECK(m.single_readings[1].stage == ReadStage::post_read);
      CHECK(m.single_readings[1].fluorescence == 88);
      REQUIRE(m.melt.size() == (with_stage ? 1U : 0U));
      if (with_stage) {
        CHECK(m.melt[0].kind == CurveKind::multicomponent);
        CHECK(m.melt[0].temperatures_celsius == std::vector<double>{60.5, 61, 61.5});
        CHECK(m.melt[0].fluorescence == std::vector<double>{800, 700, 600});
      }
      CHECK(m.vendor.melting_temperatures_celsius == std::vector<double>{80.5, 70.25});
      CHECK(m.vendor.call == "Allele 1/Allele 1");
      if (k.role == SampleRole::standard) {
        CHECK(m.quantity == 1000.0);
        CHECK_FALSE(m.vendor.quantity);
      } else {
        CHECK_FALSE(m.quantity);
        CHECK(m.vendor.quantity == 2.5);
      }
      CHECK(m.excluded == (k.well.label == "A3"));
      if (m.excluded) {
        CHECK(m.vendor.cq_status == CqStatus::excluded);
        CHECK(m.vendor.flags == std::vector<std::string>{"noisy", "Amp Status: AMP"});
      } else {
        CHECK(m.vendor.cq_cycles == k.vendor.cq_cycles);
      }
    }
    for (const char* table :
         {"Melt Curve Result", "Genotyping Result", "Replicate Group Result", "Standard Curve Result"}) {
      INFO(table);
      CHECK(find_table(run, table) != nullptr);
    }
    CHECK(run->warnings.empty());
  }
}

TEST_CASE("tables exported to files of their own are one run") {
  std::vector<InputFile> files;
  for (const test::CorpusFile& file : test::corpus_appbio_export()) {
    if (file.name.starts_with("apart_")) files.push_back({file.name, file.name, file.bytes, nullptr, std::nullopt});
  }
  REQUIRE(files.size() == 3);
  const std::vector<Run> runs = load_files(files);
  REQUIRE(runs.size() == 1);
  const Measurement& m = find(runs[0], "A2", "assay-Allele 1");
  CHECK(m.vendor.cq_cycles == 21.0);
  CHECK(find_curve(m, CurveKind::normalised) != nullptr);
  CHECK(find_curve(m, CurveKind::multicomponent) != nullptr);
  CHECK(m.single_readings.size() == 2);

  files[0].bytes = replace(files[0].bytes, "design run", "another run");
  try {
    load_files(files);
    FAIL("files of two experiments were joined");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::ambiguous_format);
  }
}

TEST_CASE("a laboratory's own list whose name fits is not taken for the software's results") {
  const std::string head = "* Block Type = 96well\n* Instrument Type = x\n\n";
  const InputFile readings{"Plate1_Amplification Data.csv", "Plate1_Amplification Data.csv",
                           head + "Well,Cycle,Target Name,Rn\nA1,1,t,1.5\nA1,2,t,1.75\n", nullptr, std::nullopt};
  InputFile results{"Plate1_Results.csv", "Plate1_Results.csv", "Well,Target,Cq\nA1,t,33.5\n", nullptr, std::nullopt};
  const auto read = [&] { return appbio_export::reader().read({readings, results}); };
  const auto lists = [](const RunData& run) {
    return std::any_of(run.provenance.not_read.begin(), run.provenance.not_read.end(),
                       [](const NotRead& entry) { return entry.where == "Plate1_Results.csv"; });
  };
  const std::vector<RunData> own = read();
  REQUIRE(own.size() == 1);
  REQUIRE(own[0].measurements.size() == 1);
  CHECK(own[0].measurements[0].vendor.cq_status == CqStatus::not_measured);
  CHECK(own[0].measurements[0].vendor.cq_text.empty());
  CHECK(own[0].measurements[0].amplification.size() == 1);
  CHECK(lists(own[0]));
  results.bytes = head + results.bytes;
  const std::vector<RunData> exported = read();
  CHECK(exported[0].measurements.at(0).vendor.cq_cycles == 33.5);
  CHECK_FALSE(lists(exported[0]));
}

TEST_CASE("names of files say the table") {
  using appbio_export::parse_file_name;
  const auto parsed = parse_file_name("run 1_Amplification Data_20240213_184604.csv.gz");
  CHECK(parsed.run == "run 1");
  CHECK(parsed.table == "Amplification Data");
  CHECK(parsed.time == "20240213_184604");
  CHECK(parse_file_name("Results_20240213_184604.csv").run.empty());
  CHECK(parse_file_name("x_RQ_Replicate_Group_Result.txt").table == "RQ Replicate Group Result");
  CHECK(parse_file_name("Myresults.csv").table.empty());
  CHECK(parse_file_name("2019-04-25_124559-GAPDH.csv").table.empty());
}

TEST_CASE("the older genotyping table gives both alleles") {
  const Run run = read_corpus("genotyping.txt");
  CHECK(run->measurements.size() == 4);
  const Measurement& c = find(run, "B1", "snp-C");
  CHECK(c.dye == "VIC");
  CHECK(c.role == SampleRole::positive_control);
  CHECK(c.vendor.cq_cycles == 27.546);
  CHECK(c.vendor.threshold == 0.219);
  CHECK(c.vendor.baseline_last_cycle == 22.0);
  CHECK(c.vendor.call == "Heterozygous C/T");
  CHECK(find(run, "B1", "snp-T").vendor.cq_cycles == 29.013);
  CHECK(find(run, "A1", "snp-T").vendor.cq_status == CqStatus::no_amplification);
  CHECK(find_table(run, "Results")->rows.size() == 2);
}

TEST_CASE("CRT is kept apart from Ct") {
  const Run run = read_corpus("array_card.txt");
  CHECK(run->plate == PlateGeometry{16, 24});
  const Measurement& m = find(run, "A1", "miR-1");
  CHECK(m.vendor.algorithm == "Ct");
  CHECK(m.vendor.cq_cycles == 19.5);
  CHECK(m.vendor.threshold == 0.1);
  CHECK(m.vendor.call == "Present");
  REQUIRE(m.other_vendor_results.size() == 1);
  CHECK(m.other_vendor_results[0].algorithm == "CRT");
  CHECK(m.other_vendor_results[0].cq_cycles == 18.25);
  CHECK(m.other_vendor_results[0].threshold == 0.2);
  const Measurement& last = find(run, "P24", "miR-2");
  CHECK(last.vendor.cq_status == CqStatus::not_measured);
  CHECK(last.other_vendor_results[0].cq_status == CqStatus::no_amplification);
}

TEST_CASE("through-holes of an OpenArray keep their subarray") {
  const Run run = read_corpus("open_array.txt");
  CHECK(run->plate == PlateGeometry{32, 96});
  CHECK(find(run, "A1", "g1").subarray == "A1");
  const Measurement& last = find(run, "AF96", "g64");
  CHECK(last.subarray == "D12");
  CHECK(last.vendor.algorithm == "CRT");
  const Error error = error_of(replace(replace(corpus_bytes("open_array.txt"), "A1a1", ""), "D12h8", ""), "open.txt");
  CHECK(error.code() == ErrorCode::invalid_value);
}

TEST_CASE("blocks and stages are read from their names") {
  using appbio_export::parse_block_type;
  using appbio_export::parse_stage_step;
  CHECK(parse_block_type("Fast 96-Well Block (0.1mL)") == PlateGeometry{8, 12});
  CHECK(parse_block_type("96-Well 0.2-mL Block") == PlateGeometry{8, 12});
  CHECK(parse_block_type("96alum") == PlateGeometry{8, 12});
  CHECK(parse_block_type("384-Well Block") == PlateGeometry{16, 24});
  CHECK_FALSE(parse_block_type("0.2-mL Block"));
  CHECK(parse_stage_step("Stage2, Step2") == appbio_export::StageStep{2, 2});
  CHECK(parse_stage_step("Stage 3 Step 1") == appbio_export::StageStep{3, 1});
  CHECK_FALSE(parse_stage_step("-"));
  CHECK(appbio_export::parse_whole("12.0") == 12);
  CHECK_FALSE(appbio_export::parse_whole("12.5"));
  CHECK_FALSE(appbio_export::parse_place("A1b9"));
  CHECK_FALSE(appbio_export::parse_place("Liver"));
}

TEST_CASE("wrong Applied Biosystems exports name the place") {
  CHECK(load_bytes(small, "small.txt").front()->measurements.size() == 1);
  const Error twice = error_of(small + "A1\ts\tt\tUNKNOWN\tFAM\t21.5\t\n", "twice.txt");
  CHECK(twice.code() == ErrorCode::duplicate_entry);
  CHECK(twice.context().line == 7);
  const Error digit = error_of(replace(small, "20.5", "2O.5"), "digit.txt");
  CHECK(digit.code() == ErrorCode::invalid_value);
  CHECK(digit.context().line == 6);
  CHECK(digit.context().column == "CT");
  CHECK(digit.context().found == "2O.5");
  CHECK(error_of(replace(small, "A1\t", "?\t"), "well.txt").context().column == "Well");
  CHECK(error_of(replace(small, "A1\t", "97\t"), "number.txt").context().found == "97");
  CHECK(error_of(replace(small, "A1\t", "P24\t"), "outside.txt").code() == ErrorCode::invalid_value);
  const std::string readings = small + "[Amplification Data]\nWell\tCycle\tTarget Name\tRn\n";
  const Error cycle = error_of(readings + "A1\t1\tt\t1.5\nA1\t1\tt\t1.6\n", "cycle.txt");
  CHECK(cycle.code() == ErrorCode::duplicate_entry);
  CHECK(cycle.context().line == 10);
  CHECK(error_of(readings + "A1\t-1\tt\t1.5\n", "negative.txt").context().column == "Cycle");
  CHECK(error_of(readings + "A1\t1\tt\tinf\n", "infinite.txt").context().column == "Rn");
  CHECK(error_of(small + "[Results]\nWell\tTarget Name\tCT\nA2\tt\t20\n", "again.txt").code() ==
        ErrorCode::ambiguous_format);
  CHECK(error_of("* Block Type = 96well\n* Instrument Type = x\n\n[Results]\n", "empty.txt").code() ==
        ErrorCode::malformed_file);
  CHECK(error_of(replace(replace(small, "20.5", "20,5"), "UNKNOWN\tFAM\t20,5\t", "UNKNOWN\tFAM\t20,5\t1,234.5"),
                 "commas.txt")
            .code() == ErrorCode::invalid_value);
}

TEST_CASE("cycles that begin again without a stage are not joined") {
  const std::string head = small + "[Multicomponent Data]\nWell\tCycle\tFAM\n";
  const auto curve_of = [&](const std::string& rows) {
    const std::vector<Run> runs = load_bytes(head + rows, "cycles.txt");
    const AmplificationCurve* curve = find_curve(find(runs[0], "A1", "t"), CurveKind::multicomponent);
    return std::pair(curve == nullptr ? std::vector<double>{} : curve->fluorescence, runs[0]->warnings.size());
  };
  CHECK(curve_of("A1\t1\t7\nA1\t1\t1\nA1\t2\t2\nA1\t3\t3\nA1\t1\t9\n") ==
        std::pair(std::vector<double>{1, 2, 3}, std::size_t{0}));
  CHECK(curve_of("A1\t1\t1\nA1\t2\t2\nA1\t1\t3\nA1\t2\t4\n") == std::pair(std::vector<double>{}, std::size_t{1}));
}

TEST_CASE("results under another name are the results, unless there are better ones") {
  const std::string renamed = replace(small, "[Results]", "[Sheet1]");
  CHECK(load_bytes(renamed, "renamed.txt").front()->measurements.front().vendor.cq_cycles == 20.5);
  const std::string further =
      small + "[Presence Absence Result]\nWell\tTarget\tCq\tCall\nA1\tt\t33\tPresent\n[Plate]\nWell\tSample\nA1\ts\n";
  const Run run = load_bytes(further, "further.txt").front();
  CHECK(find(run, "A1", "t").vendor.cq_cycles == 20.5);
  CHECK(find(run, "A1", "t").vendor.call == "Present");
  CHECK(find_table(run, "Presence Absence Result")->rows.size() == 1);
}

TEST_CASE("a wide header over many short rows is refused") {
  std::string wide = "* Block Type = 96well\n* Instrument Type = x\n\n[Results]\nWell\tCT";
  for (int i = 0; i < 5'000; ++i) wide += "\tc";
  wide += '\n';
  for (int i = 0; i < 5'000; ++i) wide += "A1\t1\n";
  CHECK(error_of(wide, "wide.txt").code() == ErrorCode::malformed_file);
}

TEST_CASE("one column may be there twice when both say the same") {
  const std::string same = replace(replace(small, "\tQuantity", "\tTask"), "20.5\t", "20.5\tUNKNOWN");
  CHECK(load_bytes(same, "same.txt").front()->measurements.front().role == SampleRole::unknown);
  CHECK(error_of(replace(same, "20.5\tUNKNOWN", "20.5\tNTC"), "other.txt").code() == ErrorCode::duplicate_entry);
}

namespace {

constexpr std::array<const char*, 5> folders{"abi_csv", "abi_da2_xlsx", "abi_txt", "abi_xls", "abi_xlsx"};

/// Files of the folders that this reader claims; every other one is of another program.
std::vector<fs::path> reference_files() {
  std::vector<fs::path> files;
  for (const char* folder : folders) {
    for (const fs::path& file : list_files(reference_data() / "instruments/files" / folder)) files.push_back(file);
  }
  for (const fs::path& file : list_files(reference_data() / "instruments/files/pyqpcr_samples")) {
    const std::string start = read_file(file).substr(0, 12);
    if (start == "* Block Type") files.push_back(file);
  }
  return files;
}

bool is_ours(const fs::path& file) {
  try {
    return identify(file).reader_id == "appbio_export";
  } catch (const Error&) {
    return false;
  }
}

using Points = std::map<std::tuple<std::string, std::string, std::uint64_t>, double>;

Points read_expected(const fs::path& path, const std::string& axis) {
  const CsvTable table = read_csv_table(read_file(path), path.string());
  Points points;
  for (const CsvRow& row : table.rows()) {
    const double at = parse_double(row.cells[table.column(axis)]).value();
    points[{row.cells[table.column("well")], row.cells[table.column("dye_or_target")],
            std::bit_cast<std::uint64_t>(at)}] = parse_double(row.cells[table.column("fluorescence")]).value();
  }
  return points;
}

Points collect(const Run& run, CurveKind kind) {
  const bool by_dye = kind == CurveKind::multicomponent || kind == CurveKind::raw_filter;
  Points points;
  for (const Measurement& m : run->measurements) {
    const AmplificationCurve* curve = find_curve(m, kind);
    if (curve == nullptr) continue;
    for (std::size_t i = 0; i < curve->cycles.size(); ++i) {
      if (std::isnan(curve->fluorescence[i])) continue;
      points[{m.well.label, by_dye ? m.dye : m.target, std::bit_cast<std::uint64_t>(curve->cycles[i])}] =
          curve->fluorescence[i];
    }
  }
  return points;
}

/// Cycle at which ΔRn crosses the threshold, nearest to the vendor's; infinity when it never does.
double distance_to_crossing(const AmplificationCurve& curve, double threshold, double cq) {
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < curve.cycles.size(); ++i) {
    const double low = curve.fluorescence[i - 1];
    const double high = curve.fluorescence[i];
    if (!(low <= threshold && threshold < high)) continue;
    const double linear = curve.cycles[i - 1] + (threshold - low) / (high - low);
    nearest = std::min(nearest, std::abs(linear - cq));
    if (low <= 0) continue;
    const double logarithmic = curve.cycles[i - 1] + std::log(threshold / low) / std::log(high / low);
    nearest = std::min(nearest, std::abs(logarithmic - cq));
  }
  return nearest;
}

}  // namespace

TEST_CASE("Applied Biosystems exports are claimed by this reader alone and read whole", "[reference]") {
  std::size_t read = 0;
  for (const fs::path& file : reference_files()) {
    INFO(file);
    if (file.filename().string().find("MDMAPR") != std::string::npos) {
      CHECK_FALSE(is_ours(file));  // tables of a repository of environmental DNA, no export of a cycler
      continue;
    }
    CHECK(is_ours(file));
    const std::vector<Run> runs = load_runs({file});
    REQUIRE(runs.size() == 1);
    CHECK_FALSE(runs[0]->measurements.empty());
    CHECK_FALSE(runs[0]->instrument.model.empty());
    CHECK(runs[0]->plate);
    double last_cycle = 0;
    for (const Measurement& m : runs[0]->measurements) {
      for (const AmplificationCurve& curve : m.amplification) last_cycle = std::max(last_cycle, curve.cycles.back());
    }
    constexpr double few_cycles = 10;  // of a file that its owner has cut short
    for (const Measurement& m : runs[0]->measurements) {
      if (m.vendor.cq_cycles && last_cycle > few_cycles) CHECK(*m.vendor.cq_cycles <= last_cycle);
    }
    ++read;
  }
  CHECK(read >= 25);
}

TEST_CASE("Applied Biosystems curves equal the expected values bit by bit, filters too", "[reference]") {
  const fs::path folder = reference_data() / "instruments/expected";
  std::size_t compared = 0;
  for (const fs::path& file : reference_files()) {
    const std::vector<std::pair<const char*, CurveKind>> kinds{{"rn", CurveKind::normalised},
                                                               {"drn", CurveKind::baseline_subtracted},
                                                               {"multicomponent", CurveKind::multicomponent},
                                                               {"rawfilter", CurveKind::raw_filter}};
    for (const auto& [suffix, kind] : kinds) {
      const fs::path expected = folder / fmt::format("{}.{}.csv", file.filename().string(), suffix);
      if (!fs::exists(expected)) continue;
      INFO(expected);
      CHECK((read_expected(expected, "cycle") == collect(load_runs({file}).front(), kind)));
      ++compared;
    }
  }
  CHECK(compared >= 29);
}

TEST_CASE("Rn is reporter divided by passive reference in every workbook that has them", "[reference]") {
  std::size_t points = 0;
  double worst = 0;
  for (const fs::path& file : reference_files()) {
    if (!is_ours(file)) continue;
    const Run run = load_runs({file}).front();
    std::map<std::string, const AmplificationCurve*> references;
    for (const Measurement& m : run->measurements) {
      if (m.target.empty() && m.dye == run->passive_reference_dye)
        references[m.well.label] = find_curve(m, CurveKind::multicomponent);
    }
    for (const Measurement& m : run->measurements) {
      const AmplificationCurve* rn = find_curve(m, CurveKind::normalised);
      const AmplificationCurve* reporter = find_curve(m, CurveKind::multicomponent);
      const auto reference = references.find(m.well.label);
      if (rn == nullptr || reporter == nullptr || reference == references.end() || reference->second == nullptr)
        continue;
      REQUIRE(rn->cycles == reporter->cycles);
      for (std::size_t i = 0; i < rn->cycles.size(); ++i) {
        const double ratio = reporter->fluorescence[i] / reference->second->fluorescence[i];
        worst = std::max(worst, std::abs(rn->fluorescence[i] / ratio - 1));
        ++points;
      }
    }
  }
  CHECK(points >= 50'000);
  CHECK(worst <= 2e-7);
}

TEST_CASE("the vendor's Ct lies within 0.15 cycles of the crossing of the stated threshold", "[reference]") {
  std::size_t comparable = 0;
  std::size_t far = 0;
  std::size_t files_of_other_numbers = 0;
  for (const fs::path& file : reference_files()) {
    if (!is_ours(file)) continue;
    const Run run = load_runs({file}).front();
    std::size_t here = 0;
    std::size_t far_here = 0;
    for (const Measurement& m : run->measurements) {
      const AmplificationCurve* delta = find_curve(m, CurveKind::baseline_subtracted);
      if (delta == nullptr || !m.vendor.cq_cycles || !m.vendor.threshold || m.vendor.algorithm != "Ct") continue;
      const double distance = distance_to_crossing(*delta, *m.vendor.threshold, *m.vendor.cq_cycles);
      if (std::isinf(distance)) continue;  // a curve that its owner has cut short
      ++here;
      constexpr double tolerance = 0.15;
      far_here += distance > tolerance ? 1U : 0U;
    }
    if (here > 0 && far_here == here) {
      ++files_of_other_numbers;  // its owner has put invented results beside the curves
      continue;
    }
    comparable += here;
    far += far_here;
  }
  CHECK(comparable >= 2'000);
  CHECK(files_of_other_numbers <= 1);
  // Wells that rise early or late and slowly: the vendor smooths a curve before it looks for the crossing.
  CHECK(static_cast<double>(far) <= 0.002 * static_cast<double>(comparable));
}
