// Delimited text: RFC 4180 and what real files do to it.
#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/tabular/csv.hpp"

using namespace qpcr;

namespace {

ErrorContext context_of(const std::string& bytes, ErrorCode expected) {
  try {
    read_csv_table(bytes, "t.csv");
  } catch (const Error& error) {
    CHECK(error.code() == expected);
    return error.context();
  }
  FAIL("no error");
  return {};
}

}  // namespace

TEST_CASE("quotes hold delimiters, quotes and line breaks, and lines stay counted") {
  const std::vector<CsvRow> rows = parse_csv("a,b\r\n\"x,\"\"y\"\"\",\"1\n2\r\n3\"\nlast,\n", ',', "t.csv");
  REQUIRE(rows.size() == 3);
  CHECK(rows[1].cells == std::vector<std::string>{"x,\"y\"", "1\n2\r\n3"});
  CHECK(rows[1].line == 2);
  CHECK(rows[2].line == 5);
  CHECK(rows[2].cells == std::vector<std::string>{"last", ""});
}

TEST_CASE("LF, CRLF and CR end rows, blank lines give none") {
  for (const char* text : {"a,b\n\n1,2\n", "a,b\r\n\r\n1,2\r\n", "a,b\r\r1,2\r", "a,b\n  \n1,2"}) {
    const std::vector<CsvRow> rows = parse_csv(text, ',', "t.csv");
    REQUIRE(rows.size() == 2);
    CHECK(rows[1].cells == std::vector<std::string>{"1", "2"});
    CHECK(rows[1].line == 3);
  }
  CHECK(parse_csv("", ',', "t.csv").empty());
}

TEST_CASE("a quote inside a cell is a character") {
  CHECK(parse_csv("5\" tube,x", ',', "t.csv").front().cells == std::vector<std::string>{"5\" tube", "x"});
}

TEST_CASE("faults name their line") {
  CHECK(context_of("a,b\n1,2\n\"x,3\n4,5\n", ErrorCode::malformed_file).line == 3);
  CHECK(context_of("a,b\n\"x\"y,3\n", ErrorCode::malformed_file).line == 2);
  const ErrorContext ragged = context_of("a,b\n1,2\n1\n", ErrorCode::malformed_file);
  CHECK(ragged.line == 3);
  CHECK(ragged.problem == "expected 2 cells as in the header, got 1");
  CHECK(context_of("a,b\n1,2,3\n", ErrorCode::malformed_file).line == 2);
  CHECK(context_of("a,b,a\n", ErrorCode::duplicate_entry).found == "a");
  CHECK(context_of("", ErrorCode::malformed_file).path == "t.csv");
  CHECK(context_of(std::string("a,b\n1,\0", 7), ErrorCode::wrong_encoding).line == 2);
}

TEST_CASE("a missing column lists what is there") {
  const CsvTable table = read_csv_table("Well; Cq ;Sample\nA1;20,5;x;;\n", "t.csv");
  CHECK(table.column("Cq") == 1);
  CHECK(table.rows().front().cells.size() == 3);
  CHECK_FALSE(table.find_column("cq"));
  CHECK_THROWS_WITH(table.column("Target"),
                    "'t.csv' line 1, column 'Target': the column is missing; the header holds 'Well', 'Cq', 'Sample'");
}

TEST_CASE("the delimiter is the commonest of the header outside quotes") {
  CHECK(detect_delimiter("a,b,c\n1;2;3;4\n") == ',');
  CHECK(detect_delimiter("a;b;c") == ';');
  CHECK(detect_delimiter("a\tb,c\td") == '\t');
  CHECK(detect_delimiter("\"a,b,c,d\";e;f") == ';');
  CHECK(detect_delimiter("\n\n\t\tx\n") == '\t');
  CHECK(detect_delimiter("word") == ',');
}

TEST_CASE("what is written reads back") {
  CsvWriter writer;
  writer.add("a,b")
      .add("say \"hi\"")
      .add("two\nlines")
      .add("")
      .add_number(0.1)
      .add_number(std::optional<double>())
      .add_number(-3L);
  writer.end_row();
  CHECK(writer.text() == "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",,0.1,,-3\n");
  const std::vector<CsvRow> rows = parse_csv(writer.text(), ',', "t.csv");
  CHECK(rows.front().cells == std::vector<std::string>{"a,b", "say \"hi\"", "two\nlines", "", "0.1", "", "-3"});
}

TEST_CASE("formulas are guarded on request and numbers never") {
  CsvWriter writer(',', true);
  writer.add("=1+2").add("@x").add("-a,b").add("plain").add_number(-1.5);
  writer.end_row();
  CHECK(writer.text() == "'=1+2,'@x,\"'-a,b\",plain,-1.5\n");
  CsvWriter unguarded;
  unguarded.add("=1+2").end_row();
  CHECK(unguarded.text() == "=1+2\n");
}
