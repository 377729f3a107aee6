// What people and programs do to exports on their way, and readers bear.
#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "instruments/registry.hpp"
#include "libqpcr/core/error.hpp"

using namespace qpcr;

namespace {

const std::string cfx = "run -  Quantification ";

std::vector<Run> load_cfx(const std::string& amplification_suffix, const std::string& fluor, const std::string& cq) {
  return load_files(
      {{"a", cfx + "Amplification Results_" + amplification_suffix + ".csv", ",Cycle,A1\r\n,1,5\r\n,2,7\r\n"},
       {"b", cfx + "Cq Results.csv",
        ",Well,Fluor,Target,Content,Sample,Cq\r\n,A01," + fluor + ",T,Unkn-01,S," + cq + "\r\n"}});
}

}  // namespace

TEST_CASE("a fluorophore in another case or with the number of a copy is the Cq table's") {
  for (const char* suffix : {"FAM", "fam", "FAM (1)", "Fam (12)"}) {
    INFO(suffix);
    const std::vector<Run> runs = load_cfx(suffix, "FAM", "1.5");
    REQUIRE(runs.size() == 1);
    REQUIRE(runs[0]->measurements.size() == 1);
    const Measurement& measurement = runs[0]->measurements[0];
    CHECK(measurement.dye == "FAM");
    CHECK(measurement.sample == "S");
    CHECK(measurement.vendor.cq_cycles == 1.5);
    CHECK(measurement.amplification.size() == 1);
  }
}

TEST_CASE("a copy of a table beside the table is the same table twice") {
  const std::string table = ",Cycle,A1\r\n,1,5\r\n,2,7\r\n";
  CHECK_THROWS_WITH(load_files({{"a", cfx + "Amplification Results_FAM.csv", table},
                                {"b", cfx + "Amplification Results_FAM (1).csv", table}}),
                    Catch::Contains("same table"));
}

TEST_CASE("a negative Cq of the vendor is none") {
  for (const char* text : {"-1", "-5.0", "NaN", "N/A"}) {
    const std::vector<Run> runs = load_cfx("FAM", "FAM", text);
    CHECK(runs[0]->measurements[0].vendor.cq_status == CqStatus::no_amplification);
    CHECK_FALSE(runs[0]->measurements[0].vendor.cq_cycles);
  }
}

TEST_CASE("empty columns at the end of a wide table are no curves") {
  const std::vector<Run> runs = load_bytes("cycle,a,b,,\n1,2,3,,\n2,N/A,4,,\n3,,5,,\n", "w.csv");
  REQUIRE(runs[0]->measurements.size() == 2);
  CHECK(std::isnan(runs[0]->measurements[0].amplification[0].fluorescence[1]));
  CHECK(std::isnan(runs[0]->measurements[0].amplification[0].fluorescence[2]));
  CHECK_THROWS_WITH(load_bytes("cycle,a,,b\n1,2,9,3\n2,3,9,4\n", "w.csv"), Catch::Contains("name for the column"));
  CHECK_THROWS_WITH(load_bytes("cycle,a,\n1,2,9\n2,3,\n", "w.csv"), Catch::Contains("name for the column"));
}

TEST_CASE("an empty cq of RDML is no statement") {
  const std::string text =
      "<rdml xmlns=\"http://www.rdml.org\" version=\"1.2\"><sample id=\"s\"><type>unkn</type></sample>"
      "<target id=\"t\"><type>toi</type><dyeId id=\"FAM\"/></target><experiment id=\"e\"><run "
      "id=\"r\"><pcrFormat><rows>8</rows>"
      "<columns>12</columns><rowLabel>ABC</rowLabel><columnLabel>123</columnLabel></pcrFormat><react id=\"1\"><sample "
      "id=\"s\"/><data><tar "
      "id=\"t\"/><cq></cq><adp><cyc>1</cyc><fluor>5</fluor></adp></data></react></run></experiment></rdml>";
  const std::vector<Run> runs = load_bytes(text, "a.rdml");
  CHECK(runs[0]->measurements[0].vendor.cq_status == CqStatus::not_measured);
}
