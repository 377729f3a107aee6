// The words of exports, and what is not guessed from them.
#include <catch2/catch.hpp>

#include "instruments/base/vocabulary.hpp"
#include "tests/instruments/check.hpp"

using namespace qpcr;
using qpcr::test::error_of;

TEST_CASE("roles are read from words in two languages, with the number of a replicate group or without") {
  CHECK(parse_role("Unkn-01") == SampleRole::unknown);
  CHECK(parse_role("UNKNOWN") == SampleRole::unknown);
  CHECK(parse_role("NTC 2") == SampleRole::no_template_control);
  CHECK(parse_role("Pos Ctrl-1") == SampleRole::positive_control);
  CHECK(parse_role("待测样品") == SampleRole::unknown);
  CHECK(parse_role("阴性对照") == SampleRole::negative_control);
  CHECK(parse_role("空白对照") == SampleRole::no_template_control);
  CHECK(parse_role("标准品3") == SampleRole::standard);
}

TEST_CASE("a word that may mean two things means none") {
  // S1 is a sample here and a standard there; Blank an empty well here and a control there; 质控 says not which.
  for (const char* text : {"S1", "Blank", "空白", "质控", "Control", "QC", "12", ""}) {
    INFO(text);
    CHECK_FALSE(parse_role(text).has_value());
  }
}

TEST_CASE("no Cq has many spellings, and none is a number") {
  for (const char* text : {"", "-", "Undetermined", "UNDETERMINED", "N/A", "NaN", "No Ct", "NoCq", "无", "未检出"}) {
    INFO(text);
    VendorResult vendor;
    CHECK(set_vendor_cq(vendor, text, NumberFormat::decimal_dot));
    CHECK(vendor.cq_status == CqStatus::no_amplification);
    CHECK(vendor.cq_text == text);
  }
  VendorResult vendor;
  CHECK(set_vendor_cq(vendor, "23,5", NumberFormat::decimal_comma));
  CHECK(vendor.cq_cycles == 23.5);
  CHECK(set_vendor_cq(vendor, "-1", NumberFormat::decimal_dot));
  CHECK(vendor.cq_status == CqStatus::no_amplification);
  CHECK_FALSE(set_vendor_cq(vendor, ">35", NumberFormat::decimal_dot));
}

TEST_CASE("an exclusion is a yes or a no") {
  CHECK((is_yes("√") && is_yes("Omit") && is_no("否") && is_no("") && is_no("FALSE")));
  CHECK_FALSE((is_yes("剔除?") || is_no("剔除?")));
}

TEST_CASE("a comma inside an unquoted number shifts cells, and the row is refused") {
  const Error surplus = error_of("Well,Sample,Ct\nA1,P1,23,45\n", "x.csv");
  CHECK(surplus.code() == ErrorCode::malformed_file);
  CHECK(surplus.context().line == 2);
  CHECK(error_of(",Cycle,A1,A2\n,1,48,61,50,22\n,2,48,61,50,22\n", "y.csv").code() == ErrorCode::malformed_file);
  CHECK(error_of(",Cycle,A1,,A2\n,1,48,61,50\n,2,48,61,50\n", "y.csv").code() == ErrorCode::malformed_file);
}

TEST_CASE("a comma in a Cq is a decimal sign, whatever the samples are called") {
  const std::vector<Run> runs = load_bytes("Well\tSample\tCt\nA1\t3.1\t23,456\nA2\t3.2\t31,207\n", "x.txt");
  CHECK(runs.front()->measurements.front().vendor.cq_cycles == 23.456);
  // Of two ways to write numbers in one table neither is believed.
  CHECK(error_of("Well\tTask\tQuantity\tCt\nA1\tUnknown\t1,000\t23.5\n", "x.txt").code() == ErrorCode::invalid_value);
}

TEST_CASE("a vendor Cq of more cycles than any instrument runs is refused") {
  CHECK(error_of("Well,Ct\nA1,23456\n", "x.csv").code() == ErrorCode::invalid_value);
}

TEST_CASE("samples of a well that contradict each other are not shown in the error") {
  const Error error = error_of("Well,Sample,Dye,Ct\nA1,first person,FAM,20\nA1,second person,VIC,21\n", "x.csv");
  CHECK(error.code() == ErrorCode::duplicate_entry);
  CHECK_THAT(error.what(), !Catch::Contains("first person"));
}
