// The generic wide table.
#include <cmath>
#include <string>

#include <catch2/catch.hpp>

#include "tests/instruments/check.hpp"

using namespace qpcr;
using qpcr::test::error_of;

TEST_CASE("columns become curves") {
  const std::vector<Run> runs = load_bytes("\"Cycle\",\"500|1|D8\",b.2\n1,0.5,NA\n2,1e3,\n", "set.csv");
  REQUIRE(runs.size() == 1);
  CHECK(runs[0]->name == "set");
  REQUIRE(runs[0]->measurements.size() == 2);
  const Measurement& first = runs[0]->measurements[0];
  CHECK(first.well == WellId{"500|1|D8", std::nullopt});
  CHECK(first.amplification.front().kind == CurveKind::unknown);
  CHECK(first.amplification.front().fluorescence == std::vector<double>{0.5, 1000});
  CHECK(std::isnan(runs[0]->measurements[1].amplification.front().fluorescence[0]));
  CHECK(std::isnan(runs[0]->measurements[1].amplification.front().fluorescence[1]));
}

TEST_CASE("labels are wells only when all of them are") {
  const std::vector<Run> plate = load_bytes("cycle,B1,A02,A1\n1,1,2,3\n", "p.csv");
  CHECK(plate[0]->measurements[0].well == WellId{"A1", GridPosition{0, 0}});
  CHECK(plate[0]->measurements[1].well == WellId{"A02", GridPosition{0, 1}});
  CHECK(plate[0]->measurements[2].well.label == "B1");
  const std::vector<Run> mixed = load_bytes("cycle,B1,A1,x\n1,1,2,3\n", "p.csv");
  CHECK(mixed[0]->measurements[0].well == WellId{"B1", std::nullopt});
}

TEST_CASE("a temperature makes melting curves") {
  const std::vector<Run> runs = load_bytes("Temperature;a;b\n60,5;1,5;2\n61;1;2\n", "m.csv");
  CHECK(runs[0]->measurements[0].melt.front().temperatures_celsius == std::vector<double>{60.5, 61});
  CHECK(runs[0]->measurements[0].melt.front().fluorescence == std::vector<double>{1.5, 1});
  CHECK(load_bytes("T\ta\n95\t1\n60\t2\n", "m.csv")[0]->measurements[0].melt.size() == 1);
}

TEST_CASE("wrong wide tables name line and column") {
  for (const char* text : {"nan", "inf", "-INF", "NaN", "1.5x", "n/a"}) {
    const Error error = error_of(std::string("cycle,a,b\n1,1,2\n2,3,") + text + "\n", "w.csv");
    CHECK(error.code() == ErrorCode::invalid_value);
    CHECK(error.context().line == 3);
    CHECK(error.context().column == "b");
  }
  CHECK(error_of("cycle,a,a\n1,1,2\n", "w.csv").code() == ErrorCode::duplicate_entry);
  CHECK(error_of("cycle,A1,A01\n1,1,2\n", "w.csv").code() == ErrorCode::duplicate_entry);
  CHECK(error_of("cycle,a,\n1,1,2\n", "w.csv").code() == ErrorCode::invalid_value);
  CHECK(error_of("cycle,a\n1,1\n1,2\n", "w.csv").context().line == 3);
  CHECK(error_of("cycle,a\nx,1\n", "w.csv").context().column == "cycle");
  CHECK(error_of("cycle,a\n,1\n", "w.csv").code() == ErrorCode::invalid_value);
  CHECK(error_of("cycle,a\n1\n", "w.csv").code() == ErrorCode::malformed_file);
  CHECK(error_of("cycle,a\n", "w.csv").code() == ErrorCode::invalid_value);
  CHECK(error_of("cycle,\"a\n1,2\n", "w.csv").code() == ErrorCode::malformed_file);
  CHECK(error_of("cycle,a\n1,1e999\n", "w.csv").code() == ErrorCode::invalid_value);
  CHECK(error_of("cycle\ta\n1\t1,234\n2\t2,345\n", "w.csv").code() == ErrorCode::invalid_value);
}
