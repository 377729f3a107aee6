// The table of subjects: what is read, and each kind of wrong table refused at its place.
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/subjects.hpp"
#include "tests/study/temporary_folder.hpp"

using qpcr::Error;
using qpcr::ErrorCode;
using qpcr::read_subjects;
using qpcr::SubjectTable;
using qpcr::test::TemporaryFolder;

namespace {

const std::string header =
    "subject,centre,sample,reference_standard,control_class,stage_bclc,sex,age_years,afp_ng_ml,excluded,exclusion_"
    "reason\n";

Error refuse(const std::string& text) {
  const TemporaryFolder folder;
  const auto path = folder.write("subjects.csv", text);
  try {
    read_subjects(path);
  } catch (const Error& error) {
    return error;
  }
  FAIL("accepted: " << text);
  throw std::logic_error("unreachable");
}

void check_refused(const std::string& row, ErrorCode code, const std::string& column, long line = 2) {
  INFO(row);
  const Error error = refuse(header + row);
  CHECK(error.code() == code);
  CHECK(error.context().column == column);
  CHECK(error.context().line == line);
}

}  // namespace

TEST_CASE("a table of subjects is read with its bounds, gaps and unused columns") {
  const TemporaryFolder folder;
  const auto path =
      folder.write("subjects.csv",
                   "subject,centre,sample,reference_standard,control_class,stage_bclc,sex,age_years,afp_ng_ml,"
                   "excluded,exclusion_reason,remark\n"
                   "S-001,C01,X1,positive,,A,male,61,1234.5,,,肝硬化\n"
                   "S-002,C02,X2,negative,cirrhosis,,female,,<0.8,no,,\n"
                   "S-003,C02,,,,,,,,yes,consent withdrawn,\n");
  const SubjectTable table = read_subjects(path);
  REQUIRE(table.subjects.size() == 3);
  CHECK(table.subjects[0].stage == qpcr::BclcStage::stage_a);
  CHECK(table.subjects[0].afp_ng_ml->value == 1234.5);
  CHECK(table.subjects[1].afp_ng_ml->bound == qpcr::Bound::below);
  CHECK(table.subjects[1].control_class == qpcr::ControlClass::cirrhosis);
  CHECK_FALSE(table.subjects[1].age_years.has_value());
  CHECK(table.subjects[2].excluded);
  CHECK_FALSE(table.subjects[2].reference.has_value());
  CHECK(table.subjects[2].line == 4);
  REQUIRE(table.not_read.size() == 1);
  CHECK(table.not_read[0].where == "subjects.csv: remark");
  CHECK(table.source.sha256.size() == 64);
}

TEST_CASE("a GB 18030 table with semicolons reads the same") {
  const TemporaryFolder folder;
  const auto path = folder.write("subjects.csv",
                                 "subject;centre;sample;reference_standard;excluded;exclusion_reason\r\n"
                                 "S-001;C01;X1;negative;yes;\xD1\xF9\xB1\xBE\xC8\xDC\xD1\xAA\r\n");
  CHECK(read_subjects(path).subjects.at(0).exclusion_reason == "样本溶血");
}

TEST_CASE("names and numbers of persons are refused and masked") {
  for (const std::string identifier : {"11010519491231002X", "13800138000", "张三丰"}) {
    const Error error = refuse(header + identifier + ",C01,X1,positive,,,,,,,\n");
    CHECK(error.code() == ErrorCode::personal_data);
    CHECK(error.context().column == "subject");
    CHECK(std::string(error.what()).find(identifier) == std::string::npos);
    const Error in_sample = refuse(header + "S1,C01," + identifier + ",positive,,,,,,,\n");
    CHECK(in_sample.code() == ErrorCode::personal_data);
    CHECK(std::string(in_sample.what()).find(identifier) == std::string::npos);
  }
  const Error hidden = refuse("subject,centre,sample,reference_standard,remark\nS1,C01,X1,positive,call 13800138000\n");
  CHECK(hidden.code() == ErrorCode::personal_data);
  CHECK(hidden.context().column == "remark");
  CHECK(std::string(hidden.what()).find("13800138000") == std::string::npos);
  CHECK(refuse("subject,centre,sample,reference_standard,姓名\nS1,C01,X1,positive,A\n").code() ==
        ErrorCode::personal_data);
  CHECK(refuse("subject,centre,sample,reference_standard,Patient_Name\nS1,C01,X1,positive,A\n").code() ==
        ErrorCode::personal_data);
}

TEST_CASE("names inside identifiers are refused and masked") {
  for (const std::string identifier : {"张三 复", "欧阳小明13812345678", "李四-02"}) {
    const Error error = refuse(header + "S1,C01," + identifier + ",positive,,,,,,,\n");
    CHECK(error.code() == ErrorCode::personal_data);
    for (const char* word : {"张三", "欧阳", "13812345678", "李四"})
      CHECK(std::string(error.what()).find(word) == std::string::npos);
  }
  const Error both =
      refuse("subject,centre,sample,reference_standard,remark\nS1,C01,X1,positive,王小明 withdrew 13800138000\n");
  CHECK(both.code() == ErrorCode::personal_data);
  CHECK(std::string(both.what()).find("小明") == std::string::npos);
  CHECK(std::string(both.what()).find("13800138000") == std::string::npos);
}

TEST_CASE("headings that ask for a person are refused however they are written") {
  for (const std::string heading :
       {"Patient Name", "patient_name", "PATIENT-NAME", " Name ",  "name",      "姓名",      "患者姓名",
        "姓 名",        "姓\u3000名",   "ID card",      "id_card", "身份证号",  "Phone",     "phone no.",
        "电话",         "手机号",       "住院号",       "Mobile",  "Full Name", "First Name"}) {
    INFO(heading);
    CHECK(refuse("subject,centre,sample,reference_standard," + heading + "\nS1,C01,X1,positive,A\n").code() ==
          ErrorCode::personal_data);
  }
  for (const std::string heading : {"size_mm", "remark", "diagnosis name code", "备注", "hospital", "gene_name"}) {
    INFO(heading);
    const TemporaryFolder folder;
    CHECK_NOTHROW(read_subjects(folder.write(
        "subjects.csv", "subject,centre,sample,reference_standard," + heading + "\nS1,C01,X1,positive,A\n")));
  }
}

TEST_CASE("a subject has exactly one sample and a sample one subject") {
  check_refused("S1,C01,,positive,,,,,,,\n", ErrorCode::study_invalid, "sample");
  for (const std::string both : {"X1;X2", "X1/X2", "X1 X2", "X1、X2", "X1|X2", "X1\\X2", "X1\u3000X2"}) {
    check_refused("S1,C01," + both + ",positive,,,,,,,\n", ErrorCode::study_invalid, "sample");
    check_refused(both + ",C01,X1,positive,,,,,,,\n", ErrorCode::study_invalid, "subject");
    check_refused("S1," + both + ",X1,positive,,,,,,,\n", ErrorCode::study_invalid, "centre");
  }
  check_refused("S1,C01,X1,positive,,,,,,,\nS1,C01,X2,positive,,,,,,,\n", ErrorCode::study_invalid, "subject", 3);
  check_refused("S1,C01,X1,positive,,,,,,,\nS1,C01,X1,positive,,,,,,,\n", ErrorCode::duplicate_entry, "subject", 3);
  check_refused("S1,C01,X1,positive,,,,,,,\nS2,C01,X1,positive,,,,,,,\n", ErrorCode::duplicate_entry, "sample", 3);
}

TEST_CASE("values outside their words and ranges are refused") {
  check_refused("S1,C01,X1,Positive,,,,,,,\n", ErrorCode::invalid_value, "reference_standard");
  check_refused("S1,C01,X1,+,,,,,,,\n", ErrorCode::invalid_value, "reference_standard");
  check_refused("S1,C01,X1,negative,CHB,,,,,,\n", ErrorCode::invalid_value, "control_class");
  check_refused("S1,C01,X1,positive,,E,,,,,\n", ErrorCode::invalid_value, "stage_bclc");
  check_refused("S1,C01,X1,positive,,,m,,,,\n", ErrorCode::invalid_value, "sex");
  for (const std::string age : {"-1", "121", "nan", "6l", "1e999"}) {
    check_refused("S1,C01,X1,positive,,,," + age + ",,,\n", ErrorCode::invalid_value, "age_years");
  }
  for (const std::string afp : {"-3", "inf", "<", "<-1", "20 ng/mL", "≤20"}) {
    check_refused("S1,C01,X1,positive,,,,," + afp + ",,\n", ErrorCode::invalid_value, "afp_ng_ml");
  }
  check_refused("S1,C01,X1,positive,,,,,,maybe,\n", ErrorCode::invalid_value, "excluded");
  check_refused("S1,,X1,positive,,,,,,,\n", ErrorCode::invalid_value, "centre");
  check_refused(",C01,X1,positive,,,,,,,\n", ErrorCode::invalid_value, "subject");
}

TEST_CASE("contradictions are refused") {
  check_refused("S1,C01,X1,negative,,A,,,,,\n", ErrorCode::study_invalid, "stage_bclc");
  check_refused("S1,C01,X1,positive,healthy,,,,,,\n", ErrorCode::study_invalid, "control_class");
  check_refused("S1,C01,X1,positive,,,,,,yes,\n", ErrorCode::study_invalid, "exclusion_reason");
  check_refused("S1,C01,X1,positive,,,,,,no,haemolysis\n", ErrorCode::study_invalid, "exclusion_reason");
}

TEST_CASE("a missing column, a missing file and an empty table are refused") {
  CHECK(refuse("subject,centre,reference_standard\nS1,C01,positive\n").code() == ErrorCode::missing_column);
  CHECK(refuse(header).code() == ErrorCode::study_invalid);
  CHECK_THROWS_AS(read_subjects("/nonexistent/subjects.csv"), Error);
}
