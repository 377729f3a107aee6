// Encodings of text files.
#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/tabular/encoding.hpp"

using namespace qpcr;
using namespace std::string_literals;

TEST_CASE("byte order marks decide") {
  CHECK(decode_text("\xEF\xBB\xBF"
                    "Well",
                    "f")
            .utf8 == "Well");
  const DecodedText little = decode_text(
      "\xFF\xFE"
      "W\0\x4B\x6D"s,
      "f");
  CHECK(little.utf8 == "W测");
  CHECK(little.encoding == TextEncoding::utf16_le);
  const DecodedText big = decode_text(
      "\xFE\xFF"
      "\0W"s,
      "f");
  CHECK(big.utf8 == "W");
  CHECK(big.encoding == TextEncoding::utf16_be);
}

TEST_CASE("UTF-8 goes before the old encodings") {
  const DecodedText text = decode_text("样本,µ", "f");
  CHECK(text.utf8 == "样本,µ");
  CHECK(text.encoding == TextEncoding::utf8);
  CHECK(decode_text("", "f").encoding == TextEncoding::utf8);
}

TEST_CASE("Chinese and western old files are told apart for the whole file") {
  // "孔位,样本名称" in GB 2312.
  const DecodedText chinese = decode_text("\xBF\xD7\xCE\xBB,\xD1\xF9\xB1\xBE\xC3\xFB\xB3\xC6\n1,2\n", "f");
  CHECK(chinese.encoding == TextEncoding::gb18030);
  CHECK(chinese.utf8 == "孔位,样本名称\n1,2\n");
  // "25°C" and "qTOWER³,": B0 43 is also a Chinese character, but a rare one.
  const DecodedText western = decode_text(
      "25\xB0"
      "C,qTOWER\xB3,\xB5l\n",
      "f");
  CHECK(western.encoding == TextEncoding::windows_1252);
  CHECK(western.utf8 == "25°C,qTOWER³,µl\n");
}

TEST_CASE("binary data and broken UTF-16 are refused with file and line") {
  CHECK_THROWS_WITH(decode_text("a\nb\0c"s, "f.csv"), Catch::Contains("'f.csv' line 2"));
  CHECK_THROWS_AS(decode_text("\xFF\xFE"
                              "a"s,
                              "f"),
                  Error);
  CHECK_THROWS_AS(decode_text("\xFF\xFE"
                              "\x00\xD8"s,
                              "f"),
                  Error);
  CHECK_THROWS_AS(decode_text("\xFF\xFE"
                              "a\0\0\0"s,
                              "f"),
                  Error);
}

TEST_CASE("a declared encoding is taken at its word, and strictly") {
  CHECK(decode_as("\xB0", "ISO-8859-1", "f") == "°");
  CHECK(decode_as("\xD1\xF9", "gb2312", "f") == "样");
  CHECK_THROWS_AS(decode_as("\xFF\xFF", "gb18030", "f"), Error);
  CHECK_THROWS_WITH(decode_as("a", "klingon", "f"), Catch::Contains("klingon"));
}
