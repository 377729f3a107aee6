// DTprime run files: read as written, refused where wrong.
#include <catch2/catch.hpp>

#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"

using namespace qpcr;
using qpcr::test::error_of;
using qpcr::test::find;

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("DTprime: each file gives the known tubes") {
  for (const test::CorpusFile& file : test::corpus_dnatechnology_dtprime()) {
    INFO(file.name);
    CHECK(identify_bytes(file.bytes, file.name, file.name).reader_id == "dnatechnology_dtprime");
    const std::vector<Run> runs = load_bytes(file.bytes, file.name);
    const Run& run = runs.front();
    const bool saturated = file.name == "dtprime_saturated.r96";
    CHECK(run->plate == PlateGeometry{8, 12});
    CHECK(run->instrument.model == "DTprime");
    REQUIRE(run->measurements.size() == 6);
    for (const char* label : {"A1", "A2", "H12"}) {
      const std::string well = label;
      for (const char* dye : {"FAM", "HEX"}) {
        const Measurement& m = find(run, well, well == "H12" ? "geneB" : "geneA", dye);
        const std::string first = file.name == "dtprime_cp1251.r96" ? "Проба" : "first";
        CHECK(m.sample == (well == "A1" ? first : well == "A2" ? "second sample" : "last"));
        CHECK(m.role == SampleRole::unspecified);
        CHECK(m.vendor.cq_status == CqStatus::not_measured);
        REQUIRE(m.amplification.size() == 1);
        CHECK(m.amplification[0].kind == CurveKind::background_subtracted);
        REQUIRE(m.amplification[0].cycles.size() == 8);
        for (int cycle = 1; cycle <= 8; ++cycle) {
          double signal = (m.dye == "FAM" ? 100 : 200) + (well == "H12" ? 0 : 10 * cycle);
          if (saturated && well == "A2" && cycle >= 6) signal = 4000;
          CHECK(m.amplification[0].cycles[static_cast<std::size_t>(cycle - 1)] == cycle);
          CHECK(m.amplification[0].fluorescence[static_cast<std::size_t>(cycle - 1)] == 5 * signal);
        }
      }
    }
    CHECK(run->warnings.size() == (saturated ? 1 : 0));
    if (saturated) CHECK_THAT(run->warnings[0], Catch::EndsWith(": A2 FAM, A2 HEX"));
    std::vector<std::string> where;
    for (const NotRead& entry : run->provenance.not_read) where.push_back(entry.where);
    CHECK(where == std::vector<std::string>{"$MultiChannel:$", "$Device 9$", "$Parameters MutationMC:$"});
  }
}

TEST_CASE("DTprime: what its rows do not confirm is refused with the line") {
  const std::string good = test::corpus_dnatechnology_dtprime().front().bytes;
  const std::string name = "d.r96";
  const Error exposure = error_of(replaced(good, "0 0 0 0 1 400 ", "0 0 0 0 1 500 "), name);
  CHECK(exposure.code() == ErrorCode::invalid_value);
  CHECK(exposure.context().field == "exposure");
  CHECK(exposure.context().line == 109);
  CHECK(error_of(replaced(good, "1 0 0 0 1 2000 ", "1 0 0 0 2 2000 "), name).context().field == "cycle");
  CHECK(error_of(replaced(good, "1 0 0 0 2 2000 ", "4 0 0 0 2 2000 "), name).context().field == "dye");
  CHECK(error_of(replaced(good, "0 0 0 0 1 2000 300 ", "0 0 0 0 1 2000 300 7 8 "), name).context().field ==
        "optical measurements");
  CHECK(error_of(replaced(good, "0 0 0 0 1 2000 300 8", "0 0 0 0 1 2000 300 x"), name).context().field == "reading");
  CHECK(error_of(replaced(good, " 95\t2", " 96\t2"), name).context().field == "tube");
  CHECK(error_of(replaced(good, " 95\t2", " 94\t2"), name).code() == ErrorCode::duplicate_entry);
  CHECK(error_of(good.substr(0, good.find("$Results")), name).context().field == "$Results of optical measurements:$");
  CHECK(error_of(good.substr(0, good.rfind("4 0 0 0 8 400")), name).context().found == "79 rows");
}
