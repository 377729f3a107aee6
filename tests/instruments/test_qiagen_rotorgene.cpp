// Rotor-Gene exports and run files: read as written, refused where wrong.
#include <filesystem>

#include <catch2/catch.hpp>

#include "instruments/qiagen_rotorgene/channels.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using qpcr::test::error_of;
using qpcr::test::find;

namespace {

const std::string analysed_head = "\"Excel Analysed Data Export\"\n";
const std::string table_head = "\"No.\";\"Name\";\"Type\";\"Ct\";\"Given Conc (copies/ul)\"\n";

std::string bytes_of(const std::string& name) {
  for (const test::CorpusFile& file : test::corpus_qiagen_rotorgene()) {
    if (file.name == name) return file.bytes;
  }
  FAIL("no " << name);
  return {};
}

RunData known_plate() {
  test::KnownPlate options;
  options.dyes = {"Green", "Yellow"};
  options.cycles = 25;
  return test::make_known_plate(options);
}

std::string label_of(const Measurement& m, bool numbered) {
  return numbered ? std::to_string(m.well.position->column + 1) : m.well.label;
}

}  // namespace

TEST_CASE("Rotor-Gene: each file is claimed by this reader only") {
  for (const test::CorpusFile& file : test::corpus_qiagen_rotorgene()) {
    INFO(file.name);
    CHECK(identify_bytes(file.bytes, file.name, file.name).reader_id == "qiagen_rotorgene");
  }
}

TEST_CASE("Rotor-Gene: names of acquisitions") {
  using qiagen_rotorgene::Acquisition;
  using qiagen_rotorgene::parse_acquisition;
  using qiagen_rotorgene::Stage;
  CHECK(parse_acquisition("Quantitative analysis of Cycling A.FAM (Page 1)") ==
        Acquisition{"Cycling A.FAM", "FAM", Stage::cycling});
  CHECK(parse_acquisition("Raw Data For Melt A.Green") == Acquisition{"Melt A.Green", "Green", Stage::melt});
  CHECK(parse_acquisition("Cycling B.Crimson")->stage == Stage::cycling);
  CHECK(parse_acquisition("Analyse von Zyklus A.Green (Seite 2)")->channel == "Green");
  CHECK(parse_acquisition("Analyse von Zyklus A.Green (Seite 2)")->stage == Stage::unknown);
  CHECK_FALSE(parse_acquisition("made up.rex"));
  CHECK_FALSE(parse_acquisition("Run 2010-09-22 (3).rex"));
  CHECK_FALSE(parse_acquisition("Cycling A"));
  CHECK(qiagen_rotorgene::derive_dyes({*parse_acquisition("Cycling A.FAM"), *parse_acquisition("Melt A.FAM"),
                                       *parse_acquisition("Cycling A.ROX"), *parse_acquisition("Cycling B.ROX")}) ==
        std::vector<std::string>{"FAM", "FAM", "Cycling A.ROX", "Cycling B.ROX"});
}

TEST_CASE("Rotor-Gene: analysed export, each channel and the melting peaks") {
  const RunData known = known_plate();
  for (const bool numbered : {false, true}) {
    const std::string name = numbered ? "rotorgene_analysed_dot.csv" : "rotorgene_analysed.csv";
    INFO(name);
    const std::vector<Run> runs = load_bytes(bytes_of(name), name);
    REQUIRE(runs.size() == 1);
    const Run& run = runs.front();
    CHECK(run->name == "made up");
    CHECK(run->started_at == "02/01/2024 09:00:00");
    CHECK(run->warnings.empty());
    REQUIRE(run->vendor_tables.size() == 2);
    CHECK(run->vendor_tables[0].name == "Quantitative analysis of Cycling A.Green (Page 1): settings");
    CHECK(run->vendor_tables[0].rows.size() == 2);
    REQUIRE(run->measurements.size() == known.measurements.size());
    for (const Measurement& expected : known.measurements) {
      const Measurement& m = find(run, label_of(expected, numbered), "", expected.dye);
      CHECK(m.well.position == (numbered ? std::nullopt : expected.well.position));
      CHECK(m.sample == expected.sample);
      CHECK(m.role == expected.role);
      CHECK(m.quantity == expected.quantity);
      CHECK(m.vendor.cq_status == expected.vendor.cq_status);
      CHECK(m.vendor.cq_cycles == expected.vendor.cq_cycles);
      CHECK(m.vendor.threshold == (m.dye == "Green" ? 0.02 : 0.03));
      const bool found = expected.vendor.cq_cycles.has_value();
      CHECK(m.vendor.quantity == (found ? std::optional(0.04) : std::nullopt));
      if (found) CHECK(m.vendor.quantity_unit == "ng/ul");
      CHECK(m.vendor.flags == (found ? std::vector<std::string>{} : std::vector<std::string>{"NEG (NTC)"}));
      CHECK(m.vendor.melting_temperatures_celsius ==
            (found && m.dye == "Green" ? std::vector<double>{85.25} : std::vector<double>{}));
      CHECK(m.vendor.call == (found && m.dye == "Green" ? "wild type" : ""));
    }
    CHECK(run->provenance.not_read.front().where ==
          "Quantitative analysis of Cycling A.Green (Page 1): column '% Var'");
  }
}

TEST_CASE("Rotor-Gene: a second page of a channel stays beside the first") {
  const std::vector<Run> runs = load_bytes(bytes_of("rotorgene_pages.csv"), "rotorgene_pages.csv");
  const Measurement& a2 = find(runs[0], "A2", "", "Green");
  CHECK(a2.vendor.cq_cycles == 21.0);
  REQUIRE(a2.other_vendor_results.size() == 1);
  CHECK(a2.other_vendor_results[0].cq_cycles == 22.0);
  CHECK(a2.other_vendor_results[0].algorithm == "Quantitative analysis of Cycling A.Green (Page 2)");
  REQUIRE(runs[0]->warnings.size() == 1);
  REQUIRE(runs[0]->vendor_tables.size() == 1);
  CHECK(runs[0]->vendor_tables[0].name == "Comparative Quantitation of Cycling A.Green (Page 1)");
  CHECK(runs[0]->vendor_tables[0].rows.size() == 1);
}

TEST_CASE("Rotor-Gene: raw export") {
  const RunData known = known_plate();
  for (const bool numbered : {false, true}) {
    const std::string name = numbered ? "rotorgene_raw_dot.csv" : "rotorgene_raw.csv";
    INFO(name);
    const std::vector<Run> runs = load_bytes(bytes_of(name), name);
    REQUIRE(runs[0]->measurements.size() == known.measurements.size());
    CHECK(runs[0]->provenance.not_read.empty());
    for (const Measurement& expected : known.measurements) {
      const Measurement& m = find(runs[0], label_of(expected, numbered), "", expected.dye);
      CHECK(m.sample == expected.sample);
      REQUIRE(m.amplification.size() == 1);
      CHECK(m.amplification[0].kind == CurveKind::unknown);
      CHECK(m.amplification[0].cycles == expected.amplification[0].cycles);
      CHECK(m.amplification[0].fluorescence == expected.amplification[0].fluorescence);
      CHECK(m.vendor.cq_status == CqStatus::not_measured);
      REQUIRE(m.melt.size() == (m.dye == "Green" ? 1 : 0));
      if (m.dye != "Green") continue;
      CHECK(m.melt[0].temperatures_celsius == std::vector<double>{70.5, 75.5, 80.5, 85.5});
      CHECK(m.melt[0].fluorescence == std::vector<double>{40.5, 30.5, 20.5, 10.5});
    }
  }
}

TEST_CASE("Rotor-Gene: run file") {
  const RunData known = known_plate();
  for (const char* name : {"rotorgene.rex", "rotorgene_comma.rex"}) {
    INFO(name);
    const std::vector<Run> runs = load_bytes(bytes_of(name), name);
    REQUIRE(runs[0]->measurements.size() == known.measurements.size());
    for (const Measurement& expected : known.measurements) {
      const std::string label = label_of(expected, true);
      const Measurement& m = find(runs[0], label, label == "1" || label == "2" ? "gene" : "", expected.dye);
      CHECK(m.well.position == std::nullopt);
      CHECK(m.sample == expected.sample);
      CHECK(m.role == (expected.role == SampleRole::unknown ? SampleRole::unspecified : expected.role));
      CHECK(m.quantity == expected.quantity);
      CHECK(m.amplification[0].cycles == expected.amplification[0].cycles);
      CHECK(m.amplification[0].fluorescence == expected.amplification[0].fluorescence);
      if (m.dye == "Green") CHECK(m.melt[0].temperatures_celsius == std::vector<double>{70, 70.5, 71});
    }
    CHECK(runs[0]->provenance.not_read.size() == 2);
    // Codes of a type that are not known are not guessed.
    REQUIRE(runs[0]->warnings.size() == 1);
    CHECK_THAT(runs[0]->warnings[0], Catch::Contains("type 2"));
  }
}

TEST_CASE("Rotor-Gene: what is wrong names its place") {
  const std::string name = "r.csv";
  const Error ct = error_of(analysed_head + table_head + "\"A1\";\"s\";\"Unknown\";\"2O,5\";\"\"\n", name);
  CHECK(ct.code() == ErrorCode::invalid_value);
  CHECK(ct.context().line == 3);
  CHECK(ct.context().column == "Ct");
  CHECK(error_of(analysed_head + table_head + "\"0\";\"s\";\"Unknown\";\"20\";\"\"\n", name).context().column == "No.");
  CHECK(error_of(analysed_head + table_head + "1;s;Unknown;20;\n1;s;Unknown;20;\n", name).code() ==
        ErrorCode::duplicate_entry);
  const Error untitled =
      error_of(analysed_head + table_head + "1;s;Unknown;20;\n\n" + table_head + "1;s;Unknown;21;\n", name);
  CHECK(untitled.code() == ErrorCode::duplicate_entry);
  CHECK(untitled.context().line == 6);
  CHECK(error_of(analysed_head + "\"File\";\"x\"\n", name).code() == ErrorCode::malformed_file);
  CHECK(error_of(analysed_head + "\"No.\";\"Name\";\"Take Off\"\n1;s;3\n", name).code() ==
        ErrorCode::unsupported_format);

  const std::string raw = "\"Excel Raw Data Export\"\n";
  CHECK(error_of(raw + "ID;1;2\n1;3;4\n2;5;x\n", name).context().line == 4);
  CHECK(error_of(raw + "ID;1;2\n1;3;4\n3;5;6\n", name).context().found == "3");
  CHECK(error_of(raw + "ID;1;2\n65,5;3;4\n66;5;6\n", name).code() == ErrorCode::invalid_value);
  CHECK(error_of(raw + "ID;1;1\n1;3;4\n", name).code() == ErrorCode::duplicate_entry);
  CHECK(error_of(raw + "ID;1\n1;3\n\nID;1\n1;3\n", name).code() == ErrorCode::malformed_file);
  CHECK(error_of(raw + "ID;1\n\n", name).code() == ErrorCode::malformed_file);

  const std::string rex_head = "<Experiment><RexHeader/>";
  CHECK(error_of(rex_head + "</Experiment>", "r.rex").context().field == "RawChannels");
  const std::string channel =
      "<RawChannels><RawChannel><Name>Cycling A.Green</Name>\n<Reading>1 2 x</Reading></RawChannel></RawChannels>";
  const Error reading = error_of(rex_head + channel + "</Experiment>", "r.rex");
  CHECK(reading.context().field == "Reading of tube 1");
  CHECK(reading.context().line == 2);
  CHECK(error_of(rex_head + "<RawChannels><RawChannel><Name>Cycling A.Green</Name><StartX>5</StartX>"
                            "<Reading>1 2</Reading></RawChannel></RawChannels></Experiment>",
                 "r.rex")
            .context()
            .field == "StartX and StepX");
  CHECK(error_of(rex_head + "<Samples><Page><Sample><TubePosition>0</TubePosition></Sample></Page></Samples>" +
                     "<RawChannels/></Experiment>",
                 "r.rex")
            .context()
            .field == "TubePosition");
}

TEST_CASE("Rotor-Gene: every row of the real export", "[reference]") {
  std::size_t rows = 0;
  for (const auto& path : test::list_files(test::reference_data() / "instruments/files/pyqpcr_samples")) {
    if (!path.filename().string().starts_with("Qiagen")) continue;
    INFO(path);
    CHECK(identify(path).reader_id == "qiagen_rotorgene");
    const std::vector<Run> runs = load_runs({path});
    CHECK(runs[0]->warnings.empty());
    std::string bytes = read_file(path);
    std::erase(bytes, '"');
    std::erase(bytes, '\r');
    for (char& c : bytes) c = c == ',' ? '.' : c;
    std::size_t here = 0;
    for (const std::string_view line : split(bytes, '\n')) {
      const std::vector<std::string_view> cells = split(line, ';');
      if (cells.size() < 7 || !parse_label(cells[0])) continue;
      ++here;
      const Measurement& m = find(runs[0], std::string(cells[0]), "", "FAM");
      CHECK(m.sample == trim(cells[1]));
      CHECK(m.role_text == cells[2]);
      CHECK(m.role != SampleRole::unspecified);
      CHECK(m.vendor.cq_cycles == parse_double(cells[3]));
      CHECK(m.quantity == parse_double(cells[4]));
      CHECK(m.vendor.quantity == parse_double(cells[5]));
    }
    CHECK(here == runs[0]->measurements.size());
    rows += here;
  }
  CHECK(rows >= 72);
}
