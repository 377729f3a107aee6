// Decimal and thousands signs, decided per file.
#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/tabular/number.hpp"

using namespace qpcr;

namespace {

NumberFormat decide(const std::vector<std::string_view>& cells, char delimiter = '\t',
                    ThousandsCommas thousands = ThousandsCommas::possible) {
  return decide_number_format(cells, delimiter, thousands, "f");
}

}  // namespace

TEST_CASE("evidence of one cell decides for all") {
  CHECK(decide({"1", "2.5", "x"}) == NumberFormat::decimal_dot);
  CHECK(decide({"25,79", "27,150"}) == NumberFormat::decimal_comma);
  CHECK(decide({"2,183E-03", "7"}) == NumberFormat::decimal_comma);
  CHECK(decide({"0,125"}) == NumberFormat::decimal_comma);
  CHECK(decide({"882,830.500", "1,234"}) == NumberFormat::thousands_commas);
  CHECK(decide({"1,234,567"}) == NumberFormat::thousands_commas);
  CHECK(decide({"1,234", "5.25"}) == NumberFormat::thousands_commas);
  CHECK(decide({"1,234"}, ';') == NumberFormat::decimal_comma);
  CHECK(decide({"25,123"}, '\t', ThousandsCommas::never) == NumberFormat::decimal_comma);
  CHECK(decide({"a,b", "Sample, 1"}) == NumberFormat::decimal_dot);
}

TEST_CASE("contradictions and open questions are errors") {
  CHECK_THROWS_AS(decide({"25,7", "1,234.5"}), Error);
  CHECK_THROWS_AS(decide({"25,7", "1.5"}), Error);
  CHECK_THROWS_WITH(decide({"1,234", "2,500"}), Catch::Contains("nothing in the file decides"));
}

TEST_CASE("numbers are read in their format only") {
  CHECK(parse_number(" 25.5 ", NumberFormat::decimal_dot) == 25.5);
  CHECK(parse_number("25,5", NumberFormat::decimal_comma) == 25.5);
  CHECK(parse_number("-8,940e+003", NumberFormat::decimal_comma) == -8940.0);
  CHECK(parse_number("882,830.5", NumberFormat::thousands_commas) == 882830.5);
  CHECK(parse_number("12", NumberFormat::decimal_comma) == 12.0);
  CHECK_FALSE(parse_number("25,5", NumberFormat::decimal_dot));
  CHECK_FALSE(parse_number("25,5", NumberFormat::thousands_commas));
  CHECK_FALSE(parse_number("1,2,3", NumberFormat::decimal_comma));
  for (const char* text : {"", "nan", "inf", "NaN", "1e", "0x10", "1 2"}) {
    CHECK_FALSE(parse_number(text, NumberFormat::decimal_comma));
    CHECK_FALSE(parse_number(text, NumberFormat::decimal_dot));
  }
}
