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

TEST_CASE("a table may be in a unit that the definition converts, and keeps what was written") {
  qpcr::AssayDefinition definition = assay();
  qpcr::CovariateDefinition& afp = definition.covariates[1];
  REQUIRE(afp.id == "afp");
  afp.conversions = {{"[IU]/mL", 1.21, "who"}, {"ug/L", 1.0, {}}};
  const auto table = qpcr::parse_covariates(
      "sample,sex,afp [[IU]/mL]\nS1,male,100\nS2,male,<5\nS3,male,>60000\nS4,male,\n", "c.csv", definition);
  const qpcr::CovariateValue& value = table.rows[0].values.at("afp");
  CHECK(value.range.is_point());
  CHECK(value.range.lower == 121.0);
  CHECK(value.text == "100 [IU]/mL = 121");
  REQUIRE(table.rows[0].notes.size() == 1);
  CHECK(table.rows[0].notes[0].id == "covariate_converted");
  CHECK(qpcr::find_value(table.rows[0].notes[0], "factor") == "1.21");
  CHECK(qpcr::find_value(table.rows[0].notes[0], "text") == "100");
  CHECK(table.rows[1].values.at("afp").range == qpcr::ValueRange{0.1, 5 * 1.21, false, true});
  CHECK(table.rows[1].values.at("afp").text == "<5 [IU]/mL = <6.05");
  CHECK(table.rows[2].values.at("afp").range == qpcr::ValueRange{60000 * 1.21, 1000000, true, false});
  CHECK(table.rows[3].notes.empty());
  // The call carries the conversion and the value in the assay's unit.
  qpcr::SampleObservation sample;
  sample.sample = "S1";
  sample.covariates = table.rows[0].values;
  for (const qpcr::NamedValue& named : qpcr::call_sample(definition, sample).values) {
    if (named.id == "afp") CHECK(named.value.value() == 121.0);
  }

  // The range is that of the assay's unit: 900 000 IU/mL is more than a million ng/mL.
  const auto refused = [&](const std::string& csv) {
    return error_of([&] { qpcr::parse_covariates(csv, "c.csv", definition); });
  };
  CHECK(contains(refused("sample,sex,afp [[IU]/mL]\nS1,male,900000\n"), "expected 0.1 to 1000000"));
  CHECK(contains(refused("sample,sex,afp [kU/L]\nS1,male,1\n"),
                 "expected the column 'afp [ng/mL]' or 'afp [[IU]/mL]' or 'afp [ug/L]'"));
  CHECK(contains(refused("sample,sex,afp [ng/mL],afp [ug/L]\nS1,male,1,1\n"), "two columns"));
  // Nothing is guessed: a number that looks like another unit is taken as written.
  CHECK(qpcr::parse_covariates("sample,sex,afp [ng/mL]\nS1,male,121000\n", "c.csv", definition)
            .rows[0]
            .values.at("afp")
            .range.lower == 121000);
}

TEST_CASE("a value outside its range is refused, or marks the sample, as the definition says") {
  qpcr::AssayDefinition definition = assay();
  definition.covariates[1].out_of_range = qpcr::OutOfRangePolicy::invalid;
  const auto value = [&](const std::string& text) {
    return qpcr::parse_covariates("sample,sex,afp [ng/mL]\nS1,male," + text + "\n", "c.csv", definition)
        .rows[0]
        .values.at("afp");
  };
  for (const char* outside : {"0.05", "2000000", "-3", "<0.05", "<0.1", ">1000000"}) {
    CAPTURE(outside);
    CHECK(value(outside).out_of_range);
    CHECK(value(outside).text == outside);
    CHECK(contains(error("sample,sex,afp [ng/mL]\nS1,male," + std::string(outside) + "\n"), "invalid_value"));
  }
  // A bound out there says nothing that could decide.
  CHECK(value("<0.05").range == qpcr::ValueRange::everything());
  CHECK(value("-3").range == qpcr::ValueRange::point(-3));
  for (const char* inside : {"0.1", "1000000", "<0.8"}) CHECK_FALSE(value(inside).out_of_range);
  // Words are no numbers under either policy.
  CHECK(contains(error_of([&] { value("high"); }), "expected a number"));
}

TEST_CASE("dates give the age of a value in days, before or after the sample") {
  const std::string header = "sample,sex,afp [ng/mL],collected,afp date\n";
  const auto age = [&](const std::string& collected, const std::string& measured) {
    return parse(header + "S1,male,4," + collected + "," + measured + "\n").rows[0].values.at("afp").age_days;
  };
  CHECK(age("2026-03-02", "2026-03-02") == 0.0);
  CHECK(age("2026-03-02", "2026-02-27") == 3.0);
  CHECK(age("2024-03-01", "2024-02-28") == 2.0);  // a leap year
  CHECK(age("2026-02-27", "2026-03-02") == 3.0);
  CHECK_FALSE(age("", "2026-03-02").has_value());
  CHECK_FALSE(age("2026-03-02", "").has_value());
  CHECK_FALSE(parse("sample,sex,afp [ng/mL]\nS1,male,4\n").rows[0].values.at("afp").age_days.has_value());
  CHECK(parse(header + "S1,male,4,2026-03-02,\n").rows[0].collected == "2026-03-02");
  for (const char* wrong : {"02.03.2026", "2026-02-29", "2026/03/02", "20260302", "yesterday"}) {
    CAPTURE(wrong);
    CHECK(contains(error(header + "S1,male,4," + wrong + ",\n"), "column 'collected': expected a date as 2026-03-02"));
    CHECK(contains(error(header + "S1,male,4,," + wrong + "\n"), "column 'afp date': expected a date as 2026-03-02"));
  }
  CHECK(contains(error("sample,sex,afp [ng/mL],sexx date\nS1,male,4,\n"), "did you mean 'sex date'?"));
}

TEST_CASE("persons, barcodes and lots are kept as written, and names of persons are refused") {
  qpcr::AssayDefinition definition = assay();
  qpcr::CovariateDefinition lot;
  lot.id = "extraction";
  lot.kind = qpcr::CovariateKind::lot;
  definition.covariates.push_back(lot);
  const auto table = qpcr::parse_covariates(
      "sample,barcode,sex,afp [ng/mL],extraction,subject\nS1,b-1,male,4, E1 ,p-1\nS2,,male,4,,\n", "c.csv", definition);
  CHECK(table.rows[0].barcode == "b-1");
  CHECK(table.rows[0].subject == "p-1");
  CHECK(table.rows[0].values.at("extraction").text == "E1");
  CHECK_FALSE(table.rows[0].values.at("extraction").lot_expired);
  CHECK_FALSE(table.rows[1].values.contains("extraction"));
  CHECK(table.rows[1].barcode.empty());
  CHECK(contains(error_of([&] { qpcr::parse_covariates("sample,sex,afp [ng/mL]\nS1,male,4\n", "c.csv", definition); }),
                 "missing_column"));
  for (const char* column : {"subject", "barcode"}) {
    const std::string refused = error("sample,sex,afp [ng/mL]," + std::string(column) + "\nS1,male,4,王小明\n");
    CHECK(contains(refused, "personal_data"));
    CHECK(contains(refused, column));
    CHECK_FALSE(contains(refused, "王小明"));
  }
}
