// Cells of delimited texts: quotes, line ends, blank rows, the delimiter that is chosen, and the place of errors.
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/tabular/grid.hpp"

using namespace qpcr;

TEST_CASE("rows end at LF, CRLF and CR, blank rows stay, and rows are as wide as written") {
  const Grid grid = parse_text_grid("a,b\r\n\r\n1\r2,3,\n,\n", "a.csv");
  REQUIRE(grid.row_count() == 5);
  CHECK(grid.row(0).size() == 2);
  CHECK(grid.row(1).empty());
  CHECK(grid.is_blank(1));
  CHECK(grid.row(2).size() == 1);
  REQUIRE(grid.row(3).size() == 3);
  CHECK(grid.cell(3, 1) == "3");
  CHECK(grid.cell(3, 2).empty());
  CHECK(grid.cell(3, 9).empty());
  CHECK(grid.row(4).size() == 2);
  CHECK(grid.is_blank(4));
  CHECK(grid.cell(99, 0).empty());
  CHECK(grid.row(99).empty());
  CHECK(grid.line(3) == 4);
  CHECK(grid.line(99) == 0);
  CHECK(parse_text_grid("", "a.csv").row_count() == 0);
}

TEST_CASE("quoted cells hold delimiters, quotes and line ends, and lines are still counted") {
  const Grid grid = parse_text_grid("\"a,b\",\"say \"\"x\"\"\",\"\"\n\"1\r\n2\r3\n4\",z\nlast", "a.csv", ',');
  REQUIRE(grid.row_count() == 3);
  CHECK(grid.cell(0, 0) == "a,b");
  CHECK(grid.cell(0, 1) == "say \"x\"");
  CHECK(grid.cell(0, 2).empty());
  CHECK(grid.cell(1, 0) == "1\r\n2\r3\n4");
  CHECK(grid.cell(1, 1) == "z");
  CHECK(grid.line(1) == 2);
  CHECK(grid.line(2) == 6);
  CHECK(grid.cell(2, 0) == "last");
}

TEST_CASE("a quote inside a cell of a grid is a character") {
  CHECK(parse_text_grid("5\" probe,b", "a.csv", ',').cell(0, 0) == "5\" probe");
}

TEST_CASE("the delimiter is the one that separates a tenth of the lines") {
  CHECK(detect_grid_delimiter("a\tb,c\n") == '\t');
  CHECK(detect_grid_delimiter("Note: a; b\n1,2\n3,4\n5,6\n7,8\n1,2\n3,4\n5,6\n7,8\n1,2\n3,4\n") == ',');
  CHECK(detect_grid_delimiter("head\n\n\n1;2,5\n3;4,5\n") == ';');
  CHECK(detect_grid_delimiter("") == ',');
  CHECK(parse_text_grid("a;b\n", "a.csv").delimiter() == ';');
}

TEST_CASE("open quotes and text behind a quote are errors with their line") {
  try {
    static_cast<void>(parse_text_grid("a,b\n1,\"open\n", "a.csv", ','));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::malformed_file);
    CHECK(error.context().path == "a.csv");
    CHECK(error.context().line == 2);
  }
  try {
    static_cast<void>(parse_text_grid("\"a\"x,b\n", "a.csv", ','));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.context().line == 1);
    CHECK_THAT(error.context().found, Catch::StartsWith("x,b"));
  }
}

TEST_CASE("bytes are decoded, and a grid that moves keeps its cells") {
  Grid first = read_text_grid(std::string("\xFF\xFE"
                                          "a\0\t\0\xB5\0",
                                          8),
                              "a.txt");
  const Grid second = std::move(first);
  CHECK(second.cell(0, 0) == "a");
  CHECK(second.cell(0, 1) == "\xC2\xB5");
}

TEST_CASE("an error at a cell names line, column and what was expected") {
  const Grid grid = parse_text_grid("Well,Cq\nA1,3O\n", "a.csv");
  try {
    grid.fail(ErrorCode::invalid_value, 1, "Cq", grid.cell(1, 1), "a number");
  } catch (const Error& error) {
    CHECK(error.context().path == "a.csv");
    CHECK(error.context().line == 2);
    CHECK(error.context().column == "Cq");
    CHECK(error.context().found == "3O");
    CHECK(error.context().expected == "a number");
  }
}

TEST_CASE("rows can be built, and texts that stand nowhere else are kept") {
  Grid grid("a.xlsx:Results");
  for (int row = 0; row < 100; ++row) {
    grid.begin_row(row + 1);
    grid.add_cell(grid.keep("row " + std::to_string(row)));
  }
  CHECK(grid.cell(0, 0) == "row 0");
  CHECK(grid.cell(99, 0) == "row 99");
  CHECK(grid.delimiter() == '\t');
}
