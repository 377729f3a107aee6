// Esco Spectrum: results as written, refused where wrong.
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using qpcr::test::error_of;

TEST_CASE("results of a Spectrum are read with comma and dot") {
  const RunData known = test::make_known_plate({{2, 24}, 26});
  for (const test::CorpusFile& file : test::corpus_esco_spectrum()) {
    INFO(file.name);
    CHECK(identify_bytes(file.bytes, file.name, file.name).reader_id == "esco_spectrum");
    const std::vector<Run> runs = load_bytes(file.bytes, file.name);
    REQUIRE(runs.size() == 1);
    CHECK(runs[0]->plate == PlateGeometry{2, 24});
    CHECK(runs[0]->instrument.model == "Spectrum 48");
    REQUIRE(runs[0]->measurements.size() == known.measurements.size());
    for (std::size_t i = 0; i < known.measurements.size(); ++i) {
      const Measurement& m = runs[0]->measurements[i];
      const Measurement& k = known.measurements[i];
      CHECK(m.well == k.well);
      CHECK(m.sample == k.sample);
      CHECK(m.vendor.cq_status == k.vendor.cq_status);
      CHECK(m.vendor.cq_cycles.value_or(0) == (k.vendor.cq_cycles ? *k.vendor.cq_cycles + 0.25 : 0));
      CHECK(m.vendor.quantity.value_or(0) == (k.vendor.cq_cycles ? *k.vendor.cq_cycles * 2 + 0.25 : 0));
      CHECK(m.role == (i == 0 ? SampleRole::standard : SampleRole::unspecified));
      CHECK(m.quantity.value_or(0) == (i == 0 ? 1000.25 : 0));
      CHECK(m.amplification.empty());
    }
    CHECK(runs[0]->provenance.not_read.size() == 1);
    CHECK_THAT(runs[0]->provenance.not_read.at(0).where, Catch::Contains("'Group'"));
  }
}

TEST_CASE("wrong Spectrum tables name the place") {
  const std::string header = "Number,Group,Sample Name,Standard Concentration,Calculated Concentration,Ct\n";
  const Error ct = error_of(header + "<A1>,1,x,,,\"25,82\"\n<A2>,1,x,,,2S\n", "e.csv");
  CHECK(ct.code() == ErrorCode::invalid_value);
  CHECK(ct.context().line == 3);
  CHECK(ct.context().column == "Ct");
  CHECK(error_of(header + "<A1>,1,x,,,20\n<A1>,1,x,,,21\n", "e.csv").code() == ErrorCode::duplicate_entry);
  CHECK(error_of(header + "<A1>,1,x,,,20\nA2,1,x,,,21\n", "e.csv").context().column == "Number");
  CHECK(error_of(header + "<A1>,1,x,,,20\n<ZZ99>,1,x,,,21\n", "e.csv").context().column == "Number");
  CHECK(error_of("Number,Sample Name,Standard Concentration,Ct Mean\n<A1>,x,,\n", "e.csv").code() ==
        ErrorCode::missing_column);
}

TEST_CASE("a standard concentration of 0 makes no standard") {
  const std::string header = "Number,Sample Name,Standard Concentration,Calculated Concentration,Ct\n";
  const std::vector<Run> runs = load_bytes(header + "<A1>,x,0,,20\n<A2>,y,-1,,21\n<A3>,z,0.5,,22\n", "e.csv");
  for (const std::size_t i : {0U, 1U}) {
    CHECK(runs.at(0)->measurements.at(i).role == SampleRole::unspecified);
    CHECK_FALSE(runs[0]->measurements[i].quantity.has_value());
  }
  CHECK(runs[0]->measurements.at(2).role == SampleRole::standard);
  CHECK(runs[0]->measurements[2].quantity == 0.5);
}

TEST_CASE("every row of the real Spectrum exports is there", "[reference]") {
  std::size_t rows = 0;
  for (const auto& file : test::list_files(test::reference_data() / "instruments/files/pyqpcr_samples")) {
    if (!file.filename().string().starts_with("Esco__")) continue;
    INFO(file);
    CHECK(identify(file).reader_id == "esco_spectrum");
    const std::vector<Run> runs = load_runs({file});
    std::size_t in_file = 0;
    const std::string bytes = read_file(file);
    for (const std::string_view line : split(bytes, '\n')) in_file += line.starts_with("<") ? 1U : 0U;
    CHECK(runs.at(0)->measurements.size() == in_file);
    for (const Measurement& m : runs.at(0)->measurements) {
      CHECK(m.vendor.cq_status != CqStatus::not_measured);
      if (m.vendor.cq_cycles) CHECK((*m.vendor.cq_cycles > 1 && *m.vendor.cq_cycles < 60));
      ++rows;
    }
  }
  CHECK(rows >= 24);
}
