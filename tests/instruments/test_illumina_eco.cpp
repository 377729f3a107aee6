// Illumina Eco results: read as written, refused where wrong.
#include <filesystem>

#include <catch2/catch.hpp>

#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using qpcr::test::error_of;
using qpcr::test::find;

namespace {

const std::string header = "Well,Exclude,Sample Name,Assay Name,Assay Role,Cq,Cq Threshold\n";

}  // namespace

TEST_CASE("Eco: each layout gives the known plate") {
  for (const test::CorpusFile& file : test::corpus_illumina_eco()) {
    INFO(file.name);
    CHECK(identify_bytes(file.bytes, file.name, file.name).reader_id == "illumina_eco");
    const std::vector<Run> runs = load_bytes(file.bytes, file.name);
    REQUIRE(runs.size() == 1);
    const Run& run = runs.front();
    const bool full = file.name == "eco_results.csv";
    CHECK(run->name == "made up");
    CHECK(run->started_at == "1/2/2024 9:00:00 AM");
    CHECK(run->ended_at == "1/2/2024 10:20:00 AM");
    CHECK(run->instrument ==
          Instrument{"Illumina", "Eco\xE2\x84\xA2 Real-Time PCR System", "", "Eco\xE2\x84\xA2 Software", "9.1.2.3"});
    CHECK(run->plate == PlateGeometry{6, 8});
    CHECK(run->vendor_tables == std::vector<VendorTable>{{"Assays", {"Assay Name", "Reference"}, {{"target 1", ""}}}});
    test::KnownPlate options;
    options.plate = {6, 8};
    const RunData known = test::make_known_plate(options);
    REQUIRE(run->measurements.size() == known.measurements.size());
    for (const Measurement& expected : known.measurements) {
      const Measurement& m = find(run, expected.well.label, expected.target);
      CHECK(m.sample == expected.sample);
      CHECK(m.role == expected.role);
      CHECK(m.amplification.empty());
      if (full && m.well.label == "A2") {
        CHECK(m.excluded);
        CHECK(m.vendor.cq_status == CqStatus::excluded);
        CHECK(m.vendor.cq_cycles == std::nullopt);
        continue;
      }
      CHECK_FALSE(m.excluded);
      CHECK(m.vendor.cq_status == expected.vendor.cq_status);
      CHECK(m.vendor.cq_cycles == expected.vendor.cq_cycles);
      if (!full) continue;
      CHECK(m.vendor.threshold == 0.02);
      CHECK(m.vendor.baseline_first_cycle == 3.0);
      CHECK(m.vendor.baseline_last_cycle == 15.0);
      const bool amplified = m.vendor.cq_status == CqStatus::found;
      CHECK(m.vendor.melting_temperatures_celsius ==
            (amplified ? std::vector<double>{84.90000000000001} : std::vector<double>{}));
      CHECK(m.vendor.call == (m.well.label == "A3" ? "Heterozygous" : ""));
    }
    std::vector<std::string> where;
    for (const NotRead& entry : run->provenance.not_read) where.push_back(entry.where);
    CHECK(where == (full ? std::vector<std::string>{"'Application'", "results: column 'Baseline Setting'"}
                         : std::vector<std::string>{"'Application'"}));
  }
}

TEST_CASE("Eco: what is wrong names line and column") {
  const std::string name = "eco.csv";
  const Error cq = error_of(header + "A1,,s,t,Unknown,2O,0.02\n", name);
  CHECK(cq.code() == ErrorCode::invalid_value);
  CHECK(cq.context().line == 2);
  CHECK(cq.context().column == "Cq");
  CHECK(error_of(header + "A1,,s,t,Unknown,20,x\n", name).context().column == "Cq Threshold");
  CHECK(error_of(header + "1A,,s,t,Unknown,20,1\n", name).context().column == "Well");
  CHECK(error_of(header + "A1,maybe,s,t,Unknown,20,1\n", name).context().column == "Exclude");
  const Error twice = error_of(header + "A1,,s,t,Unknown,20,1\nA01,,s,t,Unknown,21,1\n", name);
  CHECK(twice.code() == ErrorCode::duplicate_entry);
  CHECK(twice.context().line == 3);
  CHECK(error_of(header, name).code() == ErrorCode::malformed_file);
}

TEST_CASE("Eco: two assays in one well, and wells beyond the 48") {
  const std::vector<Run> runs =
      load_bytes(header + "A1,,s,t,Unknown,20,1\nA1,,s,u,Positive,21.5,1\nH12,,n,t,NTC,,1\n", "eco.csv");
  CHECK(find(runs[0], "A1", "u").vendor.cq_cycles == 21.5);
  CHECK(find(runs[0], "A1", "u").role == SampleRole::positive_control);
  CHECK(find(runs[0], "H12", "t").vendor.cq_status == CqStatus::no_amplification);
  CHECK(runs[0]->plate == std::nullopt);
}

TEST_CASE("Eco: every row of a real file", "[reference]") {
  std::size_t files = 0;
  for (const auto& path : test::list_files(test::reference_data() / "instruments/files/pyqpcr_samples")) {
    if (!path.filename().string().starts_with("Illumina")) continue;
    INFO(path);
    ++files;
    CHECK(identify(path).reader_id == "illumina_eco");
    const std::vector<Run> runs = load_runs({path});
    const std::string bytes = read_file(path);
    // Cells of the results without a quote or a comma in them: a naive split is an independent witness.
    std::size_t rows = 0;
    bool in_results = false;
    for (std::string_view line : split(bytes, '\n')) {
      if (line.starts_with("Well,")) {
        in_results = true;
        continue;
      }
      if (!in_results || trim(line).empty()) continue;
      const std::vector<std::string_view> cells = split(line, ',');
      const Measurement& m = find(runs[0], std::string(cells[0]), std::string(cells[3]));
      ++rows;
      CHECK(m.excluded == (cells[1] == "Excluded"));
      CHECK(m.sample == cells[2]);
      CHECK(m.vendor.cq_cycles == parse_double(cells[6]));
      CHECK(m.vendor.threshold == parse_double(cells[13]));
      CHECK(m.vendor.baseline_first_cycle == parse_double(cells[11]));
      CHECK(m.vendor.melting_temperatures_celsius.size() == static_cast<std::size_t>(!cells[18].empty()) +
                                                                static_cast<std::size_t>(!cells[19].empty()) +
                                                                static_cast<std::size_t>(!cells[20].empty()));
    }
    CHECK(rows == runs[0]->measurements.size());
    CHECK(rows > 0);
  }
  CHECK(files >= 1);
}
