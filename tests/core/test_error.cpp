// The grammar of error messages and the table of codes.
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"

using qpcr::Error;
using qpcr::ErrorCode;
using qpcr::ErrorContext;

TEST_CASE("a message names file, line, column, what was expected and what was found") {
  const Error error(ErrorCode::invalid_value, {.path = "plate1.csv",
                                               .line = 47,
                                               .column = "Cq",
                                               .field = {},
                                               .found = "3O.2",
                                               .expected = "a number or 'Undetermined'",
                                               .problem = {}});
  CHECK(std::string(error.what()) ==
        "'plate1.csv' line 47, column 'Cq': expected a number or 'Undetermined', got '3O.2'");
  CHECK(error.context().found == "3O.2");
  CHECK(std::string(error.with_path("b.csv").what()).starts_with("'b.csv' line 47"));
}

TEST_CASE("a problem stands without a place") {
  const Error error(ErrorCode::invalid_option, {.path = {},
                                                .line = 0,
                                                .column = {},
                                                .field = {},
                                                .found = {},
                                                .expected = {},
                                                .problem = "--threshold must be positive"});
  CHECK(std::string(error.what()) == "--threshold must be positive");
}

TEST_CASE("identity numbers and names are masked in every part that quotes the input") {
  const Error error(ErrorCode::personal_data, {.path = "s.csv",
                                               .line = 2,
                                               .column = "subject",
                                               .field = {},
                                               .found = "11010519491231002X",
                                               .expected = "a coded identifier",
                                               .problem = {}});
  CHECK(std::string(error.what()).find("1949") == std::string::npos);
  CHECK(error.context().found.find("1949") == std::string::npos);
}

TEST_CASE("every code has its own row") {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(ErrorCode::integrity_failure); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    const auto& row = qpcr::describe(code);
    CHECK(row.code == code);
    CHECK(row.exit_status >= 1);
    CHECK(names.insert(std::string(row.name)).second);
  }
}
