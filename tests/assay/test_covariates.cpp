// Covariate tables: units in the header, codes, bounds, and everything that is refused.
#include <catch2/catch.hpp>

#include "tests/assay/support.hpp"

using assay_test::error_of;

namespace {

const qpcr::AssayDefinition& assay() {
  static const qpcr::AssayDefinition definition = qpcr::read_assay(assay_test::assay_path("demo-methylation.toml"));
  return definition;
}

qpcr::CovariateTable parse(const std::string& csv) { return qpcr::parse_covariates(csv, "c.csv", assay()); }

std::string error(const std::string& csv) {
  return error_of([&] { parse(csv); });
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a table reads by name, whatever the order of columns") {
  const auto table = parse("sample,afp [ng/mL],sex\nS1,12.5,male\nS2,,female\nS3,<0.8,female\nS4,>60000,male\n");
  REQUIRE(table.rows.size() == 4);
  CHECK(table.rows[0].values.at("afp").range == qpcr::ValueRange::point(12.5));
  CHECK(table.rows[0].values.at("sex").category == "male");
  CHECK_FALSE(table.rows[1].values.contains("afp"));
  CHECK(table.rows[2].values.at("afp").range == qpcr::ValueRange{0.1, 0.8, false, true});
  CHECK(table.rows[2].values.at("afp").text == "<0.8");
  CHECK(table.rows[3].values.at("afp").range == qpcr::ValueRange{60000, 1000000, true, false});
  CHECK(qpcr::find_row(table, "S3") == &table.rows[2]);
  CHECK(qpcr::find_row(table, "S9") == nullptr);
  CHECK(table.rows[3].line == 5);
}

TEST_CASE("units are part of the header") {
  CHECK(contains(error("sample,sex,afp\nS1,male,1\n"),
                 "'c.csv' line 1, column 'afp': the unit is missing: expected the column 'afp [ng/mL]'"));
  CHECK(contains(error("sample,sex,afp [kU/L]\nS1,male,1\n"),
                 "another unit than the assay's: expected the column 'afp [ng/mL]'"));
  CHECK(contains(error("sample,sex,afp [ug/L]\nS1,male,1\n"), "another unit"));
  CHECK(contains(error("sample,sex [1],afp [ng/mL]\nS1,male,1\n"), "expected the column 'sex'"));
}

TEST_CASE("wrong tables are refused at their place") {
  CHECK(contains(error("sample,sex\nS1,male\n"), "missing_column"));
  CHECK(contains(error("id,sex,afp [ng/mL]\nS1,male,1\n"), "missing_column: 'c.csv' line 1, column 'sample'"));
  CHECK(contains(error("sample,sex,afp [ng/mL],age [a]\nS1,male,1,60\n"), "the assay has no such covariate"));
  CHECK(contains(error("sample,sexx,afp [ng/mL]\nS1,male,1\n"), "did you mean 'sex'?"));
  CHECK(contains(error("sample,sex,afp [ng/mL]\nS1,Male,1\n"),
                 "line 2, column 'sex': expected 'female' or 'male', got 'Male'"));
  CHECK(contains(error("sample,sex,afp [ng/mL]\nS1,1,1\n"), "expected 'female' or 'male'"));
  CHECK(contains(error("sample,sex,afp [ng/mL]\nS1,male,1\nS1,male,1\n"), "duplicate_entry: 'c.csv' line 3"));
  CHECK(contains(error("sample,sex,afp [ng/mL]\n,male,1\n"), "the cell is empty"));
  for (const char* cell : {"high", "1O", "nan", "inf", "<", "< high", "=5", "5 ng/mL", "<<1"}) {
    INFO(cell);
    CHECK(contains(error("sample,sex,afp [ng/mL]\nS1,male," + std::string(cell) + "\n"),
                   "expected a number, or a bound as '<0.8'"));
  }
  for (const char* cell : {"0.05", "2000000", "-3", "<0.05"}) {
    INFO(cell);
    CHECK(contains(error("sample,sex,afp [ng/mL]\nS1,male," + std::string(cell) + "\n"), "expected 0.1 to 1000000"));
  }
  CHECK(contains(error("sample,sex,afp [ng/mL]\nS1,male,<0.1\n"), "a bound inside the covariate's range"));
}

TEST_CASE("a person's name or number as a sample is refused and masked") {
  const std::string name = error("sample,sex,afp [ng/mL]\n王小明,male,1\n");
  CHECK(contains(name, "personal_data"));
  CHECK_FALSE(contains(name, "王小明"));
  const std::string number = error("sample,sex,afp [ng/mL]\n11010519491231002X,male,1\n");
  CHECK(contains(number, "personal_data"));
  CHECK_FALSE(contains(number, "19491231"));
}
