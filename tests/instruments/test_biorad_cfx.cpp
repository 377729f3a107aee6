// Bio-Rad CFX: joining the files of a run, and what is wrong in one.
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "instruments/biorad_cfx/file_name.hpp"
#include "instruments/biorad_cfx/reader.hpp"
#include "instruments/biorad_cfx/tables.hpp"
#include "instruments/biorad_cfx/threshold_match.hpp"
#include "libqpcr/core/file.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"
#include "tests/tabular/make_zip.hpp"

using namespace qpcr;
using qpcr::test::error_of;
using qpcr::test::find;
namespace fs = std::filesystem;

namespace {

const std::string fam = ",Cycle,A1,A2,H12\r\n,1,-0.5,,3\r\n,2,0.25,,4\r\n";
const std::string hex = ",Cycle,A1,A2\r\n,1,7,\r\n,2,8,\r\n";
const std::string cq =
    ",Well,Fluor,Target,Content,Sample,Biological Set Name,Cq,Starting Quantity (SQ)\r\n"
    ",A01,FAM,\"two\nlines\",Unkn-01,S1,,1.5,NaN\r\n,A01,HEX,IC,Unkn-01,S1,,NaN,NaN\r\n"
    ",H12,FAM,T,Std-03,,,N/A,1000\r\n";
const std::string melt = ",Temperature,A1,A2\r\n,65.0,9,\r\n,65.5,8,\r\n";
const std::string information =
    "File Name,x.pcrd\r\nCreated By User,sam\r\nRun Started,11/19/2023 16:35:37 UTC\r\nBase Serial "
    "Number,BR006896\r\nCFX Maestro Version,5.0.\r\n";

/// A folder with files that disappears with the test.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("qpcr_cfx_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path add(const std::string& name, const std::string& bytes) const {
    write_file(path_ / name, bytes);
    return path_ / name;
  }

 private:
  fs::path path_;
};

/// Files of the corpus whose names hold a part, as an upload.
std::vector<InputFile> corpus(const std::string& part, const std::string& extension = {}) {
  std::vector<InputFile> files;
  for (const test::CorpusFile& file : test::corpus_biorad_cfx()) {
    if (file.name.find(part) == std::string::npos || !file.name.ends_with(extension)) continue;
    files.push_back({file.name, file.name, file.bytes, nullptr, std::nullopt});
  }
  REQUIRE_FALSE(files.empty());
  return files;
}

RunData known_plate() {
  test::KnownPlate options;
  options.dyes = {"FAM", "Cal Red 610"};
  options.kind = CurveKind::baseline_subtracted;
  options.cycles = 30;
  return test::make_known_plate(options);
}

/// Everything the known plate says of a measurement; curves only where `with_curves`.
void check_plate(const Run& run, bool with_curves) {
  const RunData known = known_plate();
  REQUIRE(run->measurements.size() == known.measurements.size());
  for (std::size_t i = 0; i < known.measurements.size(); ++i) {
    const Measurement& expected = known.measurements[i];
    const Measurement& found = run->measurements[i];
    INFO(expected.well.label << " " << expected.dye);
    CHECK(found.well == expected.well);
    CHECK(found.dye == expected.dye);
    CHECK(found.target == expected.target);
    CHECK(found.sample == expected.sample);
    CHECK(found.role == expected.role);
    CHECK(found.quantity == expected.quantity);
    CHECK_FALSE(found.vendor.quantity);
    CHECK(found.vendor.cq_status == expected.vendor.cq_status);
    CHECK(found.vendor.cq_cycles == expected.vendor.cq_cycles);
    CHECK(found.note == (expected.well.label == "A2" ? "a note" : ""));
    if (!with_curves) continue;
    REQUIRE(found.amplification.size() == 1);
    CHECK(found.amplification[0].kind == CurveKind::baseline_subtracted);
    CHECK(found.amplification[0].cycles == expected.amplification[0].cycles);
    CHECK(found.amplification[0].fluorescence == expected.amplification[0].fluorescence);
  }
}

const VendorTable& table(const Run& run, const std::string& name) {
  for (const VendorTable& each : run->vendor_tables) {
    if (each.name == name) return each;
  }
  FAIL("no table " << name);
  return run->vendor_tables.front();
}

/// Traditional encryption of PKWARE's application note, section 6.1.
std::string encrypt(const std::string& plain, const std::string& key) {
  std::array<std::uint32_t, 3> keys{0x12345678U, 0x23456789U, 0x34567890U};
  const auto crc_step = [](std::uint32_t crc, std::uint8_t byte) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ (0xEDB88320U & (0U - (crc & 1U)));
    return crc;
  };
  const auto update = [&](std::uint8_t byte) {
    keys[0] = crc_step(keys[0], byte);
    keys[1] = (keys[1] + (keys[0] & 0xFFU)) * 134775813U + 1;
    keys[2] = crc_step(keys[2], static_cast<std::uint8_t>(keys[1] >> 24U));
  };
  for (const char c : key) update(static_cast<std::uint8_t>(c));
  std::string header(11, 'h');
  header += static_cast<char>(test::crc32(plain) >> 24U);
  std::string encrypted;
  for (const char c : header + plain) {
    const std::uint32_t low = (keys[2] & 0xFFFFU) | 2U;
    encrypted += static_cast<char>(static_cast<std::uint8_t>(c) ^ static_cast<std::uint8_t>((low * (low ^ 1U)) >> 8U));
    update(static_cast<std::uint8_t>(c));
  }
  return encrypted;
}

std::string make_project(const std::string& xml, const std::string& key) {
  test::ZipEntry entry;
  entry.name = "datafile.pcrd";
  entry.bytes = encrypt(xml, key);
  entry.lie_about_size = true;
  entry.inflated_size = static_cast<std::uint32_t>(xml.size());
  entry.checksum_error = test::crc32(xml) - test::crc32(entry.bytes);
  entry.flags = 1;
  return test::make_zip({entry}, "PK\x07\x08");
}

/// A reading of 2 channels and 3 rows (the last is the reference) of 4 positions; the mean is 100 × channel + position
/// + `add`, the other statistics are wrong on purpose.
std::string make_plate_read(int step, int cycle, double temperature, double add, int values = 96) {
  std::string readings;
  for (int i = 0; i < values; ++i) {
    const int position = i / 4 % 12;
    const double mean = 100 * (i / 48) + position + add;
    readings += fmt::format("{}{}", i == 0 ? "" : ";", i % 4 == 0 ? mean : -1);
  }
  return fmt::format(
      "<plateRead><PlateRead V=\"1\"><Hdr><PlateReadDataHeader V=\"1\"><BaseSerNum>BR0</BaseSerNum><Step>{}</Step>"
      "<Cycle>{}</Cycle><BlockTmp>{}</BlockTmp><NumCols>4</NumCols><NumRows>3</NumRows><ChCount>2</ChCount>"
      "</PlateReadDataHeader></Hdr><Data><PAr V=\"1\">{}</PAr></Data></PlateRead></plateRead>\n",
      step, cycle, temperature, readings);
}

std::string make_project_xml(const std::string& reads) {
  return "\xEF\xBB\xBF<experimentalData2><header createdByClientAppVersion=\"5.3\"/>\n"
         "<plateSetup2 rows=\"2\" columns=\"4\"><dyeLayersList>"
         "<dyeLayer plateName=\"FAM\"><fluor fluorName=\"FAM\" channelPosition=\"0\"/><wellSamples>"
         "<wellSample plateIndex=\"0\" wellSampleType=\"wcStandard\" geneName=\"T\" conditionName=\"S1\" "
         "sampleQuantity=\"1000\"/>"
         "<wellSample plateIndex=\"5\" wellSampleType=\"wcPostiveControl\" geneName=\"T\" sampleId=\"S2\"/>"
         "<wellSample plateIndex=\"6\" wellSampleType=\"wcEmpty\"/></wellSamples></dyeLayer>"
         "<dyeLayer plateName=\"HEX\"><fluor channelPosition=\"1\"/>"
         "<wellSample plateIndex=\"0\" wellSampleType=\"wcNTC\" geneName=\"IC\"/></dyeLayer>"
         "</dyeLayersList></plateSetup2>\n<protocol2/><runData><plateReadDataVector>\n" +
         reads + "</plateReadDataVector></runData></experimentalData2>";
}

std::vector<RunData> read_project(const std::string& bytes, const std::string& key) {
  return biorad_cfx::reader().read({InputFile{"p.pcrd", "p.pcrd", bytes, nullptr, std::nullopt, key}});
}

Error project_error(const std::string& bytes, const std::string& key) {
  try {
    read_project(bytes, key);
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("made-up") == std::string::npos);
    return error;
  }
  FAIL("the project was read");
  return Error(ErrorCode::file_not_found, {});
}

}  // namespace

TEST_CASE("names of CFX exports are taken apart, also after renaming") {
  using biorad_cfx::parse_file_name;
  const auto vendor =
      parse_file_name("admin_2024-01-02 10-11-12_CT012345 -  Quantification Amplification Results_SYBR.csv");
  CHECK(vendor.run == "admin_2024-01-02 10-11-12_CT012345");
  CHECK(vendor.table == "quantification amplification results");
  CHECK(vendor.fluor == "SYBR");
  const auto renamed = parse_file_name("GAPDH-01-Quantification-Amplification-Results_Texas Red.csv");
  CHECK(renamed.run == "GAPDH-01");
  CHECK(renamed.fluor == "Texas Red");
  CHECK(parse_file_name("run-Quantification-Cq-Results.csv").fluor.empty());
  CHECK(parse_file_name("x - Melt Curve RFU Results_FAM.csv").table == "melt curve rfu results");
  CHECK(parse_file_name("x-Run_Information.csv").table == "run information");
  CHECK(parse_file_name("samples.csv").table.empty());
  CHECK(parse_file_name("xQuantification Cq Results.csv").table.empty());
}

TEST_CASE("the files of a run become one run, whichever of them is given") {
  const Folder folder;
  const fs::path fam_path = folder.add("r 1 -  Quantification Amplification Results_FAM.csv", fam);
  folder.add("r 1 -  Quantification Amplification Results_HEX.csv", hex);
  const fs::path cq_path = folder.add("r 1 -  Quantification Cq Results.csv", cq);
  folder.add("r 1 -  Melt Curve RFU Results_FAM.csv", melt);
  folder.add("r 1 -  Melt Curve Derivative Results_FAM.csv", melt);
  folder.add("r 1 -  Run Information.csv", information);
  folder.add("r 1 -  Quantification Summary.csv", "anything\n");
  folder.add("r 10 -  Quantification Cq Results.csv", cq);

  for (const fs::path& given : {fam_path, cq_path}) {
    const std::vector<Run> runs = load_runs({given});
    REQUIRE(runs.size() == 1);
    const Run& run = runs.front();
    CHECK(run->name == "r 1");
    CHECK(run->started_at == "11/19/2023 16:35:37 UTC");
    CHECK(run->instrument == Instrument{"Bio-Rad", "", "BR006896", "CFX Maestro", "5.0."});
    REQUIRE(run->measurements.size() == 3);
    const Measurement& a1 = find(run, "A1", "two\nlines");
    CHECK(a1.dye == "FAM");
    CHECK(a1.sample == "S1");
    CHECK(a1.role == SampleRole::unknown);
    CHECK(a1.vendor.cq_cycles == 1.5);
    CHECK(a1.amplification.front().kind == CurveKind::baseline_subtracted);
    CHECK(a1.amplification.front().fluorescence == std::vector<double>{-0.5, 0.25});
    CHECK(a1.melt.front().temperatures_celsius == std::vector<double>{65, 65.5});
    CHECK(find(run, "A1", "IC").vendor.cq_status == CqStatus::no_amplification);
    CHECK(find(run, "A1", "IC").amplification.front().fluorescence == std::vector<double>{7, 8});
    const Measurement& standard = find(run, "H12", "T");
    CHECK(standard.role == SampleRole::standard);
    CHECK(standard.quantity == 1000.0);
    CHECK(standard.vendor.cq_text == "N/A");
    CHECK(run->provenance.sources.size() == 5);
    CHECK(run->warnings.empty());
    std::vector<std::string> where;
    for (const NotRead& entry : run->provenance.not_read) where.push_back(entry.where);
    CHECK(where == std::vector<std::string>{"r 1 -  Melt Curve Derivative Results_FAM.csv",
                                            "r 1 -  Quantification Summary.csv"});
    CHECK(run->operator_name == "sam");
    CHECK(run->vendor_tables ==
          std::vector<VendorTable>{{"Run Information", {"Name", "Value"}, {{"File Name", "x.pcrd"}}}});
  }
  LoadOptions alone;
  alone.find_companions = false;
  CHECK(load_runs({fam_path}, alone).front()->measurements.size() == 2);
  CHECK(load_runs({fam_path, cq_path}, alone).front()->measurements.size() == 3);
  CHECK(load_runs({fam_path, fam_path}, alone).size() == 1);
}

TEST_CASE("two files with the same table of one run are an ambiguity") {
  const Folder folder;
  const fs::path path = folder.add("r -  Quantification Amplification Results_FAM.csv", fam);
  folder.add("r-Quantification-Amplification-Results_FAM.csv", fam);
  CHECK_THROWS_WITH(load_runs({path}), Catch::Contains("holds the same table of the same run for FAM"));
}

TEST_CASE("older exports: tab, decimal comma and C(t)") {
  const std::string old =
      "\tWell\tFluor\tContent\tTarget\tSample\tThreshold Cycle ( C(t) )\tStarting Quantity (SQ)\r\n"
      "\tA01\tSYBR\tStd\tGAPDH\tno\t25,790\t1,000E+03\r\n\tB12\tSYBR\tNTC\tGAPDH\tno\tN/A\tN/A\r\n";
  const std::vector<Run> runs = load_bytes(old, "old.txt");
  CHECK(find(runs.front(), "A1", "GAPDH").vendor.cq_cycles == 25.79);
  CHECK(find(runs.front(), "A1", "GAPDH").quantity == 1000.0);
  CHECK(find(runs.front(), "B12", "GAPDH").role == SampleRole::no_template_control);
}

TEST_CASE("contents become roles") {
  const auto role = [](const std::string& content) {
    return load_bytes("Well,Fluor,Target,Content,Sample,Cq\nA01,FAM,T," + content + ",S,20\n", "a.csv")
        .front()
        ->measurements.front()
        .role;
  };
  CHECK(role("Unkn") == SampleRole::unknown);
  CHECK(role("Unkn-12") == SampleRole::unknown);
  CHECK(role("Std-1") == SampleRole::standard);
  CHECK(role("NTC-01") == SampleRole::no_template_control);
  CHECK(role("NRT") == SampleRole::no_reverse_transcriptase_control);
  CHECK(role("Pos Ctrl-2") == SampleRole::positive_control);
  CHECK(role("Neg Ctrl") == SampleRole::negative_control);
  CHECK(role("miR-101") == SampleRole::unspecified);
}

TEST_CASE("a content that is no role is kept as text and warned of") {
  const std::vector<Run> runs =
      load_bytes("Well,Fluor,Target,Content,Sample,Cq\nA01,FAM,T,NTC 2,S,20\nB02,FAM,T,NTC 2,S,20\n", "a.csv");
  CHECK(find(runs[0], "A1", "T").role == SampleRole::unspecified);
  CHECK(find(runs[0], "A1", "T").role_text == "NTC 2");
  CHECK_THAT(runs[0]->warnings.back(), Catch::Contains("'NTC 2'") && Catch::EndsWith(": A1, B2"));
}

TEST_CASE("a well of the Cq table without a column in the amplification table stays and is warned of") {
  const Folder folder;
  const fs::path path = folder.add("r -  Quantification Amplification Results_FAM.csv", fam);
  folder.add("r -  Quantification Cq Results.csv",
             ",Well,Fluor,Target,Content,Sample,Cq\n,A01,FAM,T,Unkn,S1,20\n,A02,FAM,T,Unkn,S2,21\n"
             ",B07,FAM,T,NTC,N,NaN\n");
  const std::vector<Run> runs = load_runs({path});
  CHECK(find(runs[0], "B7", "T").sample == "N");
  CHECK(find(runs[0], "B7", "T").role == SampleRole::no_template_control);
  CHECK(find(runs[0], "B7", "T").amplification.empty());
  CHECK(runs[0]->warnings == std::vector<std::string>{"some wells have curves but no row in the Cq table: H12",
                                                      "the Cq table names wells without a curve of FAM: A2, B7"});
}

TEST_CASE("an encrypted project is refused by name") {
  test::ZipEntry entry;
  entry.name = "plate.pcrd";
  entry.bytes = std::string(40, 'x');
  entry.flags = 1;
  const Error error = error_of(test::make_zip({entry}, "PK\x07\x08"), "plate.pcrd");
  CHECK(error.code() == ErrorCode::unsupported_format);
  CHECK_THAT(error.what(), Catch::Contains("encrypted"));
}

TEST_CASE("wrong CFX tables name line and column") {
  const std::string name = "r - Quantification Amplification Results_FAM.csv";
  CHECK(error_of(",Cycle,A1,A01\n,1,2,3\n", name).code() == ErrorCode::duplicate_entry);
  const Error nan = error_of(",Cycle,A1,A2\n,1,2,3\n,2,NaN,3\n", name);
  CHECK(nan.code() == ErrorCode::invalid_value);
  CHECK(nan.context().line == 3);
  CHECK(nan.context().column == "A1");
  CHECK(error_of(",Cycle,A1\n,1,inf\n", name).code() == ErrorCode::invalid_value);
  CHECK(error_of(",Cycle,A1\n,2,1\n,2,1\n", name).context().column == "Cycle");
  CHECK(error_of(",Cycle,A1,Notes\n,1,1,x\n", name).context().found == "Notes");
  CHECK(error_of(",Cycle,A1\n,1\n", name).context().line == 2);
  CHECK(error_of(",Cycle,A1\n,1,2\n", "r - Quantification Amplification Results.csv").code() ==
        ErrorCode::malformed_file);
  const Error missing =
      error_of(",Well,Fluor,Target,Content,Sample,Biological Set Name,Cq Mean\n,A01,FAM,T,Unkn,S,,1\n", "cq.csv");
  CHECK(missing.code() == ErrorCode::missing_column);
  CHECK(missing.context().column == "Cq");
  CHECK(error_of(",Well,Target,Content,Sample,Biological Set Name,Cq,Cq Mean\n,A01,T,Unkn,S,,20,20\n", "cq.csv")
            .context()
            .column == "Fluor");
  CHECK(error_of(",Cycle,ZZ1\n,1,2\n", name).code() == ErrorCode::invalid_value);
  const Error twice = error_of(",Well,Fluor,Target,Content,Cq\n,A01,FAM,T,Unkn,20\n,A1,FAM,T,Unkn,21\n", "cq.csv");
  CHECK(twice.code() == ErrorCode::duplicate_entry);
  CHECK(twice.context().line == 3);
  CHECK(error_of(",Well,Fluor,Content,Cq\n,A01,FAM,Unkn,2O\n", "cq.csv").context().column == "Cq");
  CHECK(error_of(",Well,Fluor,Content,Cq\n,01,FAM,Unkn,20\n", "cq.csv").context().column == "Well");
  CHECK(error_of(",Well,Fluor,Content,Cq\n,\"A01,FAM,Unkn,20\n", "cq.csv").context().line == 2);
  CHECK(error_of("File Name,x\nRun Started,y\nBase Serial Number,z\n", "r - Run Information.csv").code() ==
        ErrorCode::malformed_file);
}

TEST_CASE("all tables of a run, as CSV and as XML, give the known plate and everything beside it") {
  for (const std::string extension : {".csv", ".xml"}) {
    INFO(extension);
    const std::vector<Run> runs = load_files(corpus("all -  ", extension));
    REQUIRE(runs.size() == 1);
    const Run& run = runs.front();
    check_plate(run, true);
    CHECK(run->warnings.empty());
    CHECK(run->started_at == "01/02/2024 10:00:00 UTC");
    CHECK(run->ended_at == "01/02/2024 11:30:00 UTC");
    CHECK(run->operator_name == "operator 1");
    CHECK(run->notes == "a run for tests");
    CHECK(run->plate_barcode == "PLATE-1");
    CHECK(run->instrument == Instrument{"Bio-Rad", "", "BR000000", "CFX Maestro", "5.3.022.1030."});
    CHECK_FALSE(run->plate);
    CHECK(table(run, "Run Information").rows[3] == std::vector<std::string>{"Protocol File Name", "two steps.prcl"});
    const Measurement& control = find(run, "A6", "target 1");
    REQUIRE(control.single_readings.size() == 1);
    CHECK(control.single_readings[0].stage == ReadStage::end_point);
    CHECK(control.single_readings[0].kind == CurveKind::unknown);
    CHECK(control.single_readings[0].fluorescence == -0.5);
    CHECK(control.vendor.call.empty());
    CHECK(find(run, "A2", "target 1").vendor.call == "(+) Positive");
    CHECK(find(run, "A1", "target 1").single_readings.empty());
    CHECK(table(run, "Quantification Cq Results").columns ==
          std::vector<std::string>{"Well", "Fluor", extension == ".csv" ? "Cq Mean" : "Cq_Mean",
                                   extension == ".csv" ? "Cq Std. Dev" : "Cq_Std._Dev",
                                   extension == ".csv" ? "Log Starting Quantity" : "Log_Starting_Quantity",
                                   extension == ".csv" ? "SQ Mean" : "SQ_Mean",
                                   extension == ".csv" ? "SQ Std. Dev" : "SQ_Std._Dev",
                                   extension == ".csv" ? "Set Point" : "Set_Point"});
  }
  const std::vector<Run> runs = load_files(corpus("all -  ", ".csv"));
  const Run& run = runs.front();
  const Measurement& a2 = find(run, "A2", "target 1");
  CHECK(a2.vendor.melting_temperatures_celsius == std::vector<double>{81, 74.5});
  CHECK(find(run, "A6", "target 1").vendor.melting_temperatures_celsius.empty());
  REQUIRE(a2.melt.size() == 1);
  CHECK(a2.melt[0].temperatures_celsius == std::vector<double>{65, 65.5, 66, 66.5, 67, 67.5, 68, 68.5});
  CHECK(a2.melt[0].fluorescence == std::vector<double>{800, 799, 798, 797, 796, 795, 794, 793});
  CHECK(find(run, "A3", "target 1").melt.empty());
  CHECK(table(run, "Standard Curve Results_FAM").rows ==
        std::vector<std::vector<std::string>>{{"FAM", "98.5", "-3.358", "38.2", "0.999"}});
  CHECK(table(run, "Allelic Discrimination Results_ADSheet").rows[1] ==
        std::vector<std::string>{"A02", "sample 2", "Heterozygote", "Auto", "1608.84", "2108.5"});
  CHECK(table(run, "ANOVA Results_ANOVA").rows.size() == 1);
  CHECK(table(run, "Melt Curve Peak Results").rows[2] ==
        std::vector<std::string>{"A02", "FAM", "74.50", "90.5", "72.0", "76.0"});
  REQUIRE(run->provenance.not_read.size() == 1);
  CHECK(run->provenance.not_read[0].where == "all -  Melt Curve Derivative Results_FAM.csv");
}

TEST_CASE("every encoding, delimiter and line end of a Cq table gives the known plate") {
  for (const std::string name : {"tabs -  Quantitation Ct", "semicolons", "old Mac", "Cq Results_0"}) {
    INFO(name);
    check_plate(load_files(corpus(name)).front(), false);
  }
  CHECK(load_files(corpus("Quantitation Ct")).front()->warnings ==
        std::vector<std::string>{"only the Cq table was found: the run holds no curve"});
  const std::vector<Run> joined = load_files(corpus("tabs -  "));
  REQUIRE(joined.size() == 1);
  CHECK(find(joined.front(), "A1", "target 1").amplification.front().fluorescence ==
        known_plate().measurements[0].amplification[0].fluorescence);
}

TEST_CASE("every file of the corpus is of this reader only") {
  for (const test::CorpusFile& file : test::corpus_biorad_cfx()) {
    INFO(file.name);
    CHECK(identify_bytes(file.bytes, file.name, file.name).reader_id == "biorad_cfx");
  }
}

TEST_CASE("formats of one run in one folder do not mix") {
  const auto key = biorad_cfx::reader().companion_key;
  CHECK(key("r -  Quantification Cq Results.csv") == key("r -  Run Information.csv.gz"));
  CHECK(key("r -  Quantification Cq Results_0.csv") == key("r -  End Point Results_FAM.CSV"));
  CHECK(key("r -  Quantification Cq Results.csv") != key("r -  Quantification Cq Results.xlsx"));
  CHECK(key("r -  Quantification Cq Results.xml") != key("r -  Quantification Cq Results.xlsx"));
  CHECK(key("r 1 -  Quantification Cq Results.xml") != key("r -  Quantification Cq Results.xml"));
  CHECK(key("data.csv").empty());
  const Folder folder;
  for (const InputFile& file : corpus("all -  ")) folder.add(file.name, file.bytes);
  const fs::path one =
      folder.add("all -  Quantification Summary.csv",
                 ",Well,Fluor,Target,Content,Sample,Cq,SQ\r\n,A01,FAM,target 1,Std-01,standard 1,20.00,1000\r\n");
  check_plate(load_runs({one}).front(), true);
}

TEST_CASE("files renamed to nothing join where one threshold gives every Cq, and only there") {
  std::vector<InputFile> files = corpus("renamed");
  REQUIRE(files.size() == 2);
  const std::vector<Run> joined = load_files(files);
  REQUIRE(joined.size() == 1);
  const Measurement& a1 = find(joined.front(), "A1", "target 1");
  CHECK(a1.dye == "FAM");
  CHECK(a1.amplification.front().fluorescence == known_plate().measurements[0].amplification[0].fluorescence);
  CHECK(find(joined.front(), "A1", "target 2").amplification.empty());
  CHECK(joined.front()->provenance.sources.size() == 2);

  const Folder folder;
  std::vector<fs::path> paths;
  for (const InputFile& file : files) paths.push_back(folder.add(file.name, file.bytes));
  CHECK(load_runs(paths).size() == 1);
  CHECK(load_runs({paths[0]}).front()->measurements.size() == 6);

  // One of the two still has its name; two names that differ are two runs.
  std::vector<InputFile> named = files;
  named[0].name = "r -  Quantification Amplification Results_fam.csv";
  CHECK(load_files(named).size() == 1);
  CHECK(load_files(named).front()->name == "r");
  named[1].name = "other -  Quantification Cq Results.csv";
  CHECK(load_files(named).size() == 2);

  // One Cq that does not follow from the curves: another run's.
  std::vector<InputFile> wrong = files;
  const std::size_t at = wrong[1].bytes.find("20.0000");
  REQUIRE(at != std::string::npos);
  wrong[1].bytes.replace(at, 7, "20.0300");
  CHECK(load_files(wrong).size() == 2);
  // Curves that give the Cq of either dye.
  files[1].bytes = corpus("Cq Results_0").front().bytes;
  CHECK(load_files(files).size() == 2);
}

TEST_CASE("one threshold is shown by three Cq at least, within the digits that are written") {
  std::vector<biorad_cfx::WideColumn> curves;
  std::vector<Measurement> rows(3);
  std::vector<const Measurement*> pointers;
  for (int i = 0; i < 3; ++i) {
    curves.push_back({{0, i}, {1, 2, 3, 4}, {0, 10.0 * (i + 1), 20.0 * (i + 1), 30.0 * (i + 1)}});
    rows[static_cast<std::size_t>(i)].well = to_well({0, i});
    VendorResult& vendor = rows[static_cast<std::size_t>(i)].vendor;
    vendor.cq_cycles = 1 + 12.0 / (10.0 * (i + 1));
    vendor.cq_text = i == 0 ? "2.2" : i == 1 ? "1.60" : "1,4000";
    pointers.push_back(&rows[static_cast<std::size_t>(i)]);
  }
  CHECK(biorad_cfx::follow_one_threshold(curves, pointers));
  rows[2].vendor.cq_cycles = 1.4003;
  CHECK(biorad_cfx::follow_one_threshold(curves, pointers));
  rows[2].vendor.cq_cycles = 1.42;
  CHECK_FALSE(biorad_cfx::follow_one_threshold(curves, pointers));
  rows[2].vendor.cq_cycles = 1.4;
  CHECK_FALSE(biorad_cfx::follow_one_threshold(curves, {pointers[0], pointers[1]}));
  curves.pop_back();
  CHECK_FALSE(biorad_cfx::follow_one_threshold(curves, pointers));
}

TEST_CASE("a custom export holds run information above a table of chosen columns") {
  const std::vector<Run> runs = load_files(corpus("custom"));
  const Run& run = runs.front();
  REQUIRE(run->measurements.size() == 2);
  CHECK(run->instrument.serial_number == "BR000000");
  const Measurement& a1 = run->measurements[0];
  CHECK(a1.sample == "sample 1");
  CHECK(a1.vendor.cq_cycles == 21.5);
  CHECK(a1.vendor.melting_temperatures_celsius == std::vector<double>{80.5, 84});
  CHECK(a1.single_readings.size() == 1);
  CHECK(a1.single_readings[0].fluorescence == 900.5);
  CHECK(run->measurements[1].vendor.cq_status == CqStatus::no_amplification);
}

TEST_CASE("a number that had no room is missing, with a warning") {
  const std::vector<Run> runs = load_files(corpus("no room"));
  const Measurement& a1 = find(runs[0], "A1", "T");
  CHECK(a1.vendor.cq_status == CqStatus::not_measured);
  CHECK_FALSE(a1.vendor.cq_cycles);
  CHECK_FALSE(a1.vendor.quantity);
  CHECK(find(runs[0], "A2", "T").vendor.cq_cycles == 21.5);
  CHECK_FALSE(find(runs[0], "A2", "T").vendor.quantity);
  CHECK_THAT(runs[0]->warnings.front(), Catch::Contains("###") && Catch::EndsWith(": A1"));
}

TEST_CASE("the starting quantity of an unknown is the vendor's result") {
  const std::vector<Run> runs =
      load_bytes("Well,Fluor,Content,Cq,SQ\nA01,FAM,Unkn,20,125.5\nA02,FAM,Std,20,100\n", "q.csv");
  CHECK(runs[0]->measurements[0].vendor.quantity == 125.5);
  CHECK_FALSE(runs[0]->measurements[0].quantity);
  CHECK(runs[0]->measurements[1].quantity == 100.0);
  CHECK_FALSE(runs[0]->measurements[1].vendor.quantity);
}

TEST_CASE("tables of one run that contradict each other are refused") {
  const auto join = [](const std::string& summary) {
    return load_files({{"a", "r -  Quantification Cq Results.csv",
                        ",Well,Fluor,Target,Content,Sample,Cq\n,A01,FAM,T,Unkn-1,S,20.123456\n", nullptr, std::nullopt},
                       {"b", "r -  Quantification Summary.csv",
                        ",Well,Fluor,Target,Content,Sample,Cq,SQ\n" + summary + "\n", nullptr, std::nullopt}});
  };
  CHECK(join(",A01,FAM,T,Unkn-1,S,20.12,NaN").front()->measurements.size() == 1);
  CHECK_THROWS_WITH(join(",A01,FAM,T,Unkn-1,S,20.2,NaN"), Catch::Contains("well A1 with FAM has another Cq"));
  CHECK_THROWS_WITH(join(",A01,FAM,T,Unkn-1,S,NaN,NaN"), Catch::Contains("another Cq"));
  CHECK_THROWS_WITH(join(",A01,FAM,T,Unkn-1,S9,20.12,NaN"), Catch::Contains("another sample"));
  CHECK_THROWS_WITH(
      load_files({{"a", "r -  Quantification Cq Results.csv",
                   "File Name,x\nRun Started,1\nBase Serial Number,B\n\nWell,Fluor,Sample,Cq\nA1,FAM,S,20\n", nullptr,
                   std::nullopt},
                  {"b", "r -  Run Information.csv", "File Name,y\nRun Started,1\nBase Serial Number,B\n", nullptr,
                   std::nullopt}}),
      Catch::Contains("of another run"));
}

TEST_CASE("genotypes alone are the wells and their calls") {
  const std::vector<Run> runs = load_files(corpus("Allelic"));
  REQUIRE(runs[0]->measurements.size() == 3);
  CHECK(runs[0]->measurements[1].sample == "sample 2");
  CHECK(runs[0]->measurements[1].vendor.call == "Heterozygote");
  CHECK(runs[0]->measurements[1].vendor.cq_status == CqStatus::not_measured);
}

TEST_CASE("sheets of a workbook are tables, named by file and sheet") {
  const auto sheet_of = [](const std::string& name, const std::string& bytes) {
    Sheet sheet;
    sheet.name = name;
    sheet.grid = parse_text_grid(bytes, "w.xlsx:" + name);
    return sheet;
  };
  Workbook curves;
  curves.sheets.push_back(sheet_of("FAM", fam));
  curves.sheets.push_back(sheet_of("Run Information", information));
  Workbook results;
  results.sheets.push_back(sheet_of("0", cq));
  results.sheets.push_back(sheet_of("Run Information", information));
  FileHead head;
  head.is_zip = true;
  head.workbook = &curves;
  CHECK(biorad_cfx::reader().sniff(head).confidence == Confidence::certain);
  const std::vector<RunData> runs =
      biorad_cfx::reader().read({InputFile{"a", "r -  Quantification Amplification Results.xlsx", "PK\x03\x04",
                                           std::make_shared<const Workbook>(std::move(curves)), std::nullopt},
                                 InputFile{"b", "r -  Quantification Cq Results.xlsx", "PK\x03\x04",
                                           std::make_shared<const Workbook>(std::move(results)), std::nullopt}});
  const Run run(runs.front());
  CHECK(run->name == "r");
  CHECK(find(run, "A1", "two\nlines").amplification.front().fluorescence == std::vector<double>{-0.5, 0.25});
  CHECK(run->operator_name == "sam");
  Workbook other;
  other.sheets.push_back(sheet_of("Tabelle1", "a,b\n1,2\n"));
  head.workbook = &other;
  CHECK(biorad_cfx::reader().sniff(head).confidence == Confidence::no);
}

TEST_CASE("a project opens with the user's key and only with it") {
  std::string reads = make_plate_read(1, 1, 30, 0.5);
  for (int cycle = 1; cycle <= 3; ++cycle) reads += make_plate_read(3, cycle, 60, 10.0 * cycle);
  for (int i = 0; i < 4; ++i) reads += make_plate_read(5, 1, 65 + 2 * i, 50 - i);
  const std::string xml = make_project_xml(reads);
  const std::string bytes = make_project(xml, "made-up key");
  const Error without = project_error(bytes, {});
  CHECK(without.code() == ErrorCode::unsupported_format);
  CHECK_THAT(without.what(), Catch::Contains("encrypted by the vendor") && Catch::Contains("supply the key"));
  CHECK(project_error(bytes, "made-up other").code() != ErrorCode::unsupported_format);
  CHECK(project_error(make_project("<a/>", "made-up key"), "made-up key").code() == ErrorCode::malformed_file);

  const Run run(read_project(bytes, "made-up key").front());
  CHECK(run->plate == PlateGeometry{2, 4});
  CHECK(run->instrument.serial_number == "BR0");
  REQUIRE(run->measurements.size() == 3);
  const Measurement& standard = find(run, "A1", "T");
  CHECK(standard.sample == "S1");
  CHECK(standard.role == SampleRole::standard);
  CHECK(standard.quantity == 1000.0);
  REQUIRE(standard.amplification.size() == 1);
  CHECK(standard.amplification[0].kind == CurveKind::raw_filter);
  CHECK(standard.amplification[0].cycles == std::vector<double>{1, 2, 3});
  CHECK(standard.amplification[0].fluorescence == std::vector<double>{10, 20, 30});
  CHECK(standard.amplification[0].temperatures_celsius == std::vector<double>{60, 60, 60});
  CHECK(standard.melt[0].temperatures_celsius == std::vector<double>{65, 67, 69, 71});
  CHECK(standard.melt[0].fluorescence == std::vector<double>{50, 49, 48, 47});
  REQUIRE(standard.single_readings.size() == 1);
  CHECK(standard.single_readings[0].stage == ReadStage::pre_read);
  CHECK(standard.single_readings[0].fluorescence == 0.5);
  CHECK(find(run, "B2", "T").role == SampleRole::positive_control);
  CHECK(find(run, "B2", "T").amplification[0].fluorescence == std::vector<double>{15, 25, 35});
  CHECK(find(run, "A1", "IC").amplification[0].fluorescence == std::vector<double>{110, 120, 130});

  const Folder folder;
  LoadOptions options;
  options.archive_key = "made-up key";
  CHECK(load_runs({folder.add("p.pcrd", bytes)}, options).front()->measurements.size() == 3);
}

TEST_CASE("a project whose readings do not fit is refused at its line") {
  const auto error = [](const std::string& reads) {
    return project_error(make_project(make_project_xml(reads), "made-up"), "made-up");
  };
  const Error few = error(make_plate_read(1, 1, 60, 1) + make_plate_read(1, 2, 60, 1, 92));
  CHECK(few.code() == ErrorCode::invalid_value);
  CHECK(few.context().line == 5);
  CHECK_THAT(few.what(), Catch::Contains("92 values instead of 96"));
  CHECK(error({}).code() == ErrorCode::malformed_file);
  std::string twice;
  for (const int step : {1, 2}) {
    for (const int cycle : {1, 2}) twice += make_plate_read(step, cycle, 60, 1);
  }
  CHECK(error(twice).code() == ErrorCode::ambiguous_format);
}

TEST_CASE("a plate set-up of CFX is refused by name") {
  test::ZipEntry entry;
  entry.name = "plate.pltd";
  entry.bytes = "x";
  CHECK_THAT(error_of(test::make_zip({entry}), "plate.pltd").what(), Catch::Contains("holds no readings"));
}

TEST_CASE("an XML export may be saved again, with a declaration or in UTF-16") {
  const std::string plain = "<FAM><Row><Cycle>1</Cycle><A1>2.5</A1></Row><Row><Cycle>2</Cycle><B2>3</B2></Row></FAM>";
  std::string wide = "\xFF\xFE";
  for (const char c : plain) wide += std::string{c, '\0'};
  for (const std::string& bytes : {plain, "\xEF\xBB\xBF<?xml version=\"1.0\"?>\r\n" + plain, wide}) {
    const std::vector<Run> runs = load_bytes(bytes, "saved.xml");
    REQUIRE(runs[0]->measurements.size() == 2);
    CHECK(runs[0]->measurements[0].dye == "FAM");
    CHECK(runs[0]->measurements[0].amplification[0].fluorescence[0] == 2.5);
    CHECK(std::isnan(runs[0]->measurements[0].amplification[0].fluorescence[1]));
    CHECK(runs[0]->measurements[1].amplification[0].fluorescence[1] == 3);
  }
}

TEST_CASE("wrong XML exports name the line") {
  const std::string name = "r -  Quantification Amplification Results_FAM.xml";
  CHECK(error_of("<FAM>\n<Row><Cycle>1</Cycle><A1>2</A1></Row>\n<Row><Cycle>2</Cycle><A1>x</A1></Row>\n</FAM>", name)
            .context()
            .line == 3);
  CHECK(error_of("<FAM>\n<Row><Cycle>1</Cycle><A1>2</A1><A1>3</A1></Row></FAM>", name).code() ==
        ErrorCode::malformed_file);
  CHECK(error_of("<FAM>\n<Row><Cycle>1</Cycle><A1>2</A1></Row>", name).code() == ErrorCode::malformed_file);
  CHECK(biorad_cfx::decode_xml_name("Starting_Quantity__x0028_SQ_x0029_") == "Starting_Quantity_(SQ)");
  CHECK(biorad_cfx::decode_xml_name("_x0031_0") == "10");
  CHECK(biorad_cfx::decode_xml_name("_xD800__x003_") == "_xD800__x003_");
}

TEST_CASE("every real file of CFX is this reader's only, and a project says what to do", "[reference]") {
  std::size_t seen = 0;
  for (const char* folder : {"biorad_cfx_csv", "biorad_cfx_csv_demo", "biorad_pcrd"}) {
    for (const fs::path& file : test::list_files(test::reference_data() / "instruments/files" / folder)) {
      INFO(file);
      CHECK(identify(file).reader_id == "biorad_cfx");
      ++seen;
      if (file.extension() != ".pcrd") continue;
      CHECK_THROWS_WITH(load_runs({file}), Catch::Contains("encrypted by the vendor"));
      LoadOptions options;
      options.archive_key = "a key that is wrong";
      CHECK_THROWS_AS(load_runs({file}, options), Error);
    }
  }
  for (const fs::path& file : test::list_files(test::reference_data() / "instruments/files/pyqpcr_samples")) {
    if (file.filename().string().find("c1000") == std::string::npos) continue;
    CHECK(identify(file).reader_id == "biorad_cfx");
    ++seen;
  }
  CHECK(seen >= 24);
}

TEST_CASE("real curves and Cq of a run join by contents alone, and those of different runs never", "[reference]") {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const fs::path& file : test::list_files(test::reference_data() / "instruments/files/biorad_cfx_csv")) {
    const std::string path = file.string();
    const std::size_t at = path.find("Amplification-Results_SYBR");
    if (at == std::string::npos) continue;
    pairs.emplace_back(read_file(file), read_file(path.substr(0, at) + "Cq-Results.csv"));
  }
  REQUIRE(pairs.size() >= 5);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    for (std::size_t j = 0; j < pairs.size(); ++j) {
      INFO(i << " " << j);
      const std::vector<Run> runs = load_files({{"a.csv", "a.csv", pairs[i].first, nullptr, std::nullopt},
                                                {"b.csv", "b.csv", pairs[j].second, nullptr, std::nullopt}});
      CHECK(runs.size() == (i == j ? 1 : 2));
    }
  }
}
