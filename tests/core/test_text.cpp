// Numbers and text without a locale.
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "libqpcr/core/text.hpp"

TEST_CASE("numbers are read whole or not at all") {
  CHECK(qpcr::parse_double("3.5") == 3.5);
  CHECK(qpcr::parse_double("-1e-3") == -0.001);
  CHECK(qpcr::parse_double("+2") == 2.0);
  CHECK(qpcr::parse_double(".5") == 0.5);
  for (const char* text : {"", "3,5", "3.5 ", "nan", "inf", "-inf", "0x10", "3O.2", "+-1", "-", "1e999"}) {
    INFO(text);
    CHECK_FALSE(qpcr::parse_double(text));
  }
  CHECK(qpcr::parse_integer("42") == 42);
  CHECK_FALSE(qpcr::parse_integer("4.2"));
}

TEST_CASE("a number survives writing and reading bit for bit") {
  for (const double value : {0.1, 1.0 / 3.0, 1e-300, 123456789.123456789, -0.0, 5e-324, 1.7976931348623157e308}) {
    CHECK(qpcr::parse_double(qpcr::format_double(value)) == value);
  }
  CHECK(qpcr::format_double(std::nan("")) == "nan");
  CHECK(qpcr::format_fixed(-0.001, 2) == "0.00");
  CHECK(qpcr::format_fixed(-1.005, 1) == "-1.0");
}

TEST_CASE("UTF-8 is checked strictly") {
  CHECK(qpcr::is_valid_utf8("荧光 A1"));
  CHECK_FALSE(qpcr::is_valid_utf8("\xC0\xAF"));
  CHECK_FALSE(qpcr::is_valid_utf8("\xED\xA0\x80"));
  CHECK_FALSE(qpcr::is_valid_utf8("\xE8\x8D"));
  CHECK_FALSE(
      qpcr::is_valid_utf8("\xB0"
                          "C"));
}

TEST_CASE("helpers keep empty parts and drop white space") {
  CHECK(qpcr::split("a,,b", ',').size() == 3);
  CHECK(qpcr::split("", ',').size() == 1);
  CHECK(qpcr::trim(" \t x \r\n") == "x");
  CHECK(qpcr::equals_ignoring_case("Cq", "CQ"));
}

TEST_CASE("bytes that are not UTF-8 are replaced one by one") {
  CHECK(qpcr::to_valid_utf8("荧光 A1") == "荧光 A1");
  CHECK(qpcr::to_valid_utf8("a\xFF"
                            "b\xE8\x8D") == "a\uFFFDb\uFFFD\uFFFD");
  CHECK(qpcr::to_valid_utf8("").empty());
}
