// Plate set-ups: the table read and written, and the files for CFX.
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/exchange/plate_setup.hpp"
#include "tests/exchange/fixture.hpp"

namespace {

using namespace qpcr;

Error error_of(const std::string& table) {
  try {
    parse_plate_setup(table, "set.csv", "set");
  } catch (const Error& error) {
    return error;
  }
  FAIL("was read");
  return Error(ErrorCode::invalid_value, {});
}

TEST_CASE("A set-up table becomes a plate and is written back") {
  const std::string table =
      "role;well;sample;target;dye;quantity;quantity_unit\nstd;B2;S1;T;FAM;1000;copies\nno_template_control;A01;NTC;T;"
      "FAM;;\n"
      ";A1;NTC;IC;HEX;;\n";
  const RunData data = parse_plate_setup(table, "set.csv", "set");
  CHECK(data.plate == PlateGeometry{8, 12});
  REQUIRE(data.measurements.size() == 3);
  CHECK(data.measurements[0].well.label == "A1");
  CHECK(data.measurements[0].role == SampleRole::no_template_control);
  CHECK(data.measurements[1].role == SampleRole::unspecified);
  CHECK(data.measurements[2].role == SampleRole::standard);
  CHECK(data.measurements[2].quantity == 1000);
  const std::string written = render_plate_setup_csv(Run(data)).bytes;
  CHECK(written ==
        "well,sample,target,dye,role,quantity,quantity_unit,plate_rows,plate_columns\n"
        "A1,NTC,T,FAM,no_template_control,,,8,12\nA1,NTC,IC,HEX,unspecified,,,8,12\n"
        "B2,S1,T,FAM,standard,1000,copies,8,12\n");
  CHECK(render_plate_setup_csv(Run(parse_plate_setup(written, "again.csv", "set"))).bytes == written);
}

TEST_CASE("Wrong set-up tables name line and column") {
  CHECK(error_of("sample,target\nS,T\n").code() == ErrorCode::missing_column);
  CHECK(error_of("well,role\nA1,boss\n").context().column == "role");
  CHECK(error_of("well,quantity\nA1,1\nA2,\"1,5\"\n").context().line == 3);
  CHECK(error_of("well,sample\nZZZ9,S\n").context().column == "well");
  CHECK(error_of("well,target\nA1,T\nA01,T\n").code() == ErrorCode::duplicate_entry);
  CHECK(error_of("well,plate_rows,plate_columns\nH12,2,2\n").context().column == "plate_rows");
  CHECK(error_of("well,sample\n").context().expected == "at least one row");
}

TEST_CASE("CFX plate files: one a dye, every well, roles listed") {
  const Run run(test::make_run());
  const WrittenFiles files = render_cfx_plate_setup(run);
  REQUIRE(files.files.size() == 2);
  CHECK(files.files[0].name == "Day -1-, -trial--Run & 1_FAM.csv");
  const std::string& table = files.files[0].bytes;
  CHECK(table.starts_with("Row,Column,*Target Name,*Sample Name\r\nA,1,T&1,\"S<1>, \"\"x\"\"\"\r\nA,2,,\r\n"));
  CHECK(table.ends_with("H,12,T&1,NTC\r\n"));
  CHECK(std::count(table.begin(), table.end(), '\n') == 97);
  bool role = false;
  bool readings = false;
  for (const NotWritten& entry : files.not_written) {
    role = role || (entry.where == "well B1, dye FAM" && entry.why.find("role standard") != std::string::npos);
    readings = readings || entry.why.find("a set-up holds none") != std::string::npos;
  }
  CHECK(role);
  CHECK(readings);
  RunData rotor = test::make_run();
  rotor.measurements[0].well = {"tube", {}};
  CHECK_THROWS_AS(render_cfx_plate_setup(Run(rotor)), Error);
}

}  // namespace
