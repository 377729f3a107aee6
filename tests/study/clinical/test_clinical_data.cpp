// Clinical data: mappings, the four layouts, cells that cannot be read, persons, and contradictions.
#include <algorithm>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/clinical/clinical_checks.hpp"
#include "libqpcr/study/clinical/clinical_joining.hpp"
#include "libqpcr/study/clinical/clinical_source.hpp"
#include "libqpcr/study/clinical/clinical_table.hpp"
#include "libqpcr/tabular/workbook_writer.hpp"
#include "tests/study/protocol/example_protocol.hpp"

namespace {

using namespace qpcr;

Protocol example() { return derive_protocol(parse_protocol_toml(test::clinical_protocol(), "protocol.toml")); }

const std::string head = "schema = \"qpcr.mapping/1\"\ndecimal = \"dot\"\ndates = \"ymd\"\nformat = \"csv\"\n";
const std::string columns = R"(
[column.subject]
from = "编号"
[column.group]
from = "诊断"
words = { "肝细胞癌" = "hcc", "对照" = "controls" }
[column.reference_standard]
from = "金标准"
words = { "阳性" = "positive", "阴性" = "negative", "未做" = "missing" }
[column.stage_bclc]
from = "BCLC"
[column.lesion_size_mm]
from = "最大径"
unit = "cm"
[column.lesion_count]
from = "个数"
[column."comparator.afp"]
from = "AFP"
unit_from = "单位"
[column.excluded]
from = "剔除"
words = { "是" = "yes", "否" = "no" }
[column.exclusion_reason]
from = "原因"
[column.collected_on]
from = "采血日"
[column.treated_on]
from = "治疗日"
)";
const std::string header = "编号,诊断,金标准,BCLC,最大径,个数,AFP,单位,剔除,原因,采血日,治疗日\n";

ClinicalMapping map_columns(const std::string& text) {
  return parse_clinical_mapping(text, "mapping.toml", list_clinical_variables(example()));
}

ClinicalTable read(const std::string& rows, const std::string& top = head, const std::string& centre = "C01") {
  const ClinicalMapping mapping = map_columns(top + columns);
  return read_clinical_table(read_clinical_source(header + rows, "C01/clinical.csv", mapping), mapping,
                             list_clinical_variables(example()), centre);
}

template <typename Function>
std::string refusal(const Function& function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::vector<std::string> list_checks(const StudyFindings& findings) {
  std::vector<std::string> checks;
  for (const StudyFinding& finding : findings) checks.push_back(finding.check);
  return checks;
}

}  // namespace

TEST_CASE("a declared mapping reads codes, units, bounds and missing words", "[clinical]") {
  const ClinicalTable table =
      read("S1,肝细胞癌,阳性,A,3.5,1,<0.8,ng/mL,否,,2026-03-01,\nS2,对照,未做,,,,12,ug/L,,,2026/3/2,\n");
  CHECK(table.findings.empty());
  REQUIRE(table.records.size() == 2);
  const ClinicalRecord& first = table.records[0];
  CHECK(first.text("group") == "hcc");
  CHECK(first.find("lesion_size_mm")->number == 35.0);
  CHECK(first.find("comparator.afp")->bound == Bound::below);
  CHECK(first.find("comparator.afp")->number == 0.8);
  CHECK(table.records[1].find("reference_standard") == nullptr);
  CHECK(table.records[1].text("collected_on") == "2026-03-02");
  CHECK(table.records[1].find("comparator.afp")->number == 12.0);
}

TEST_CASE("decimal commas and other date orders are declared, never guessed", "[clinical]") {
  const std::string comma = "schema = \"qpcr.mapping/1\"\ndecimal = \"comma\"\ndates = \"dmy\"\nformat = \"csv\"\n";
  const ClinicalTable table = read("S1,肝细胞癌,阳性,A,\"3,5\",1,\"12,5\",ng/mL,否,,01/03/2026,\n", comma);
  CHECK(table.findings.empty());
  CHECK(table.records[0].find("comparator.afp")->number == 12.5);
  CHECK(table.records[0].text("collected_on") == "2026-03-01");
  const ClinicalTable wrong = read("S1,肝细胞癌,阳性,A,\"3,5\",1,12,ng/mL,否,,13.02.2026,\n");
  CHECK(list_checks(wrong.findings) == std::vector<std::string>{"clinical_number_not_dot", "clinical_date_unreadable"});
  CHECK(wrong.records[0].find("lesion_size_mm") == nullptr);
}

TEST_CASE("days in three styles", "[clinical]") {
  CHECK(parse_clinical_day("2026年3月9日", DateOrder::year_month_day) == "2026-03-09");
  CHECK(parse_clinical_day("20260309", DateOrder::year_month_day) == "2026-03-09");
  CHECK(parse_clinical_day("2026-03-09T10:00:00", DateOrder::year_month_day) == "2026-03-09");
  CHECK(parse_clinical_day("9.3.2026", DateOrder::day_month_year) == "2026-03-09");
  CHECK(parse_clinical_day("3/9/2026", DateOrder::month_day_year) == "2026-03-09");
  for (const std::string_view text : {"2026-02-30", "13/13/2026", "26-03-09", "9/3/26", "2026-3", "", "x"}) {
    INFO(text);
    CHECK(!parse_clinical_day(text, DateOrder::year_month_day));
  }
  CHECK(!parse_clinical_day("13/31/2026", DateOrder::day_month_year));
}

TEST_CASE("every cell that cannot be read is named with its line and column", "[clinical]") {
  const auto row_case = GENERATE(table<std::string, std::string, std::string>({
      {"S1,肝炎,阳性,A,3,1,1,,,,,", "clinical_code_unknown", "诊断"},
      {"S1,肝细胞癌,阳性,E,3,1,1,,,,,", "clinical_code_unknown", "BCLC"},
      {"S1,肝细胞癌,阳性,A,3O,1,1,,,,,", "clinical_number_not_dot", "最大径"},
      {"S1,肝细胞癌,阳性,A,300,1,1,,,,,", "clinical_out_of_range", "最大径"},
      {"S1,肝细胞癌,阳性,A,3,1,35,mAU/mL,,,,", "clinical_unit_differs", "AFP"},
      {"S1,肝细胞癌,阳性,A,3,1,1,,,,2026-13-01,", "clinical_date_unreadable", "采血日"},
      {"S1/S2,肝细胞癌,阳性,A,3,1,1,,,,,", "clinical_identifier_fault", "编号"},
      {",肝细胞癌,阳性,A,3,1,1,,,,,", "clinical_subject_missing", "编号"},
  }));
  const ClinicalTable table = read(std::get<0>(row_case) + "\n");
  REQUIRE(table.findings.size() == 1);
  CHECK(table.findings[0].check == std::get<1>(row_case));
  CHECK(table.findings[0].column == std::get<2>(row_case));
  CHECK(table.findings[0].line == 2);
  CHECK(table.findings[0].severity == Severity::blocks);
}

TEST_CASE("a mapping that cannot be meant is refused with its line", "[clinical]") {
  const auto text_case = GENERATE(table<std::string, std::string>({
      {head + columns + "[column.sexx]\nfrom = \"性别\"\n", "did you mean 'sex'"},
      {head + columns + "[column.sex]\nfrom = \"编号\"\n", "another variable too"},
      {head + columns + "[column.sex]\nfrom = \"性别\"\nunit = \"mm\"\n", "no unit"},
      {head + columns + "[column.age_years]\nfrom = \"年龄\"\nunit = \"mm\"\n", "can become a"},
      {head + columns + "[column.sex]\nfrom = \"性别\"\nwords = { \"男\" = \"man\" }\n", "male, female"},
      {head + columns + "[column.person]\nfrom = \"身份\"\n", "pseudonymised"},
      {head + "[column.subject]\nfrom = \"编号\"\n", "required variable 'group'"},
      {"schema = \"qpcr.mapping/1\"\nformat = \"csv\"\ndates = \"ymd\"\n" + columns, "decimal"},
      {"schema = \"qpcr.mapping/2\"\n" + columns, "qpcr.mapping/1"},
  }));
  const std::string found = refusal([&] { map_columns(std::get<0>(text_case)); });
  INFO(found);
  CHECK(contains(found, std::get<1>(text_case)));
}

TEST_CASE("a workbook, a REDCap export and an ODM document say the same as a table", "[clinical]") {
  const std::string small =
      "[column.subject]\nfrom = \"SubjectKey\"\n[column.group]\nfrom = \"GROUP\"\n"
      "[column.reference_standard]\nfrom = \"REF\"\n[column.age_years]\nfrom = \"AGE\"\n";
  const auto read_as = [&](const std::string& format, const std::string& bytes) {
    const ClinicalMapping mapping = map_columns(
        "schema = \"qpcr.mapping/1\"\ndecimal = \"dot\"\ndates = \"ymd\"\nformat = \"" + format + "\"\n" + small);
    return read_clinical_table(read_clinical_source(bytes, "file", mapping), mapping,
                               list_clinical_variables(example()), "C01");
  };
  WorkbookWriter writer;
  writer.begin_sheet("data", {"SubjectKey", "GROUP", "REF", "AGE"});
  for (const std::string_view text : {"S1", "hcc", "positive", "61"}) writer.add(std::string(text));
  writer.end_row();
  const std::string redcap = "SubjectKey,redcap_event_name,GROUP,REF,AGE\nS1,baseline,hcc,,61\nS1,surgery,,positive,\n";
  const std::string odm =
      "<ODM><ClinicalData><SubjectData SubjectKey=\"S1\"><SiteRef LocationOID=\"C01\"/><StudyEventData><FormData>"
      "<ItemGroupData><ItemData ItemOID=\"GROUP\" Value=\"hcc\"/><ItemDataString ItemOID=\"REF\">positive"
      "</ItemDataString><ItemData ItemOID=\"AGE\" Value=\"61\"/></ItemGroupData></FormData></StudyEventData>"
      "</SubjectData></ClinicalData></ODM>";
  for (const ClinicalTable& table :
       {read_as("csv", "SubjectKey,GROUP,REF,AGE\nS1,hcc,positive,61\n"), read_as("xlsx", writer.finish()),
        read_as("redcap", redcap), read_as("odm", odm)}) {
    REQUIRE(table.records.size() == 1);
    CHECK(table.findings.empty());
    CHECK(table.records[0].text("group") == "hcc");
    CHECK(table.records[0].text("reference_standard") == "positive");
    CHECK(table.records[0].find("age_years")->number == 61.0);
  }
  CHECK(contains(refusal([&] { read_as("redcap", "SubjectKey,GROUP,REF,AGE\nS1,hcc,,61\nS1,,,62\n"); }), "'61'"));
  CHECK(contains(refusal([&] { read_as("xlsx", "SubjectKey,GROUP\n"); }), "no workbook"));
  CHECK(contains(refusal([&] { read_as("odm", "<Study/>"); }), "an ODM document"));
}

TEST_CASE("persons are refused, dropped or replaced before anything is kept", "[clinical]") {
  const std::string persons =
      "schema = \"qpcr.mapping/1\"\ndecimal = \"dot\"\ndates = \"ymd\"\nformat = \"csv\"\n"
      "drop = [\"姓名\"]\npseudonymise = [\"住院号\"]\n[column.person]\nfrom = \"住院号\"\n";
  const ClinicalMapping mapping = map_columns(persons + columns);
  const std::string table = "姓名,住院号," + header + "张三,A0012345,S1,对照,阴性,,,,,,,,,\n";
  const std::string key = "a secret of sixteen bytes";
  const std::string kept = render_without_persons(read_csv_table(table, "t"), mapping, key);
  CHECK(!contains(kept, "张三"));
  CHECK(!contains(kept, "A0012345"));
  CHECK(contains(kept, "住院号"));
  CHECK(kept == render_without_persons(read_csv_table(table, "t"), mapping, key));
  CHECK(kept != render_without_persons(read_csv_table(table, "t"), mapping, key + "x"));
  CHECK(contains(refusal([&] { render_without_persons(read_csv_table(table, "t"), mapping, "short"); }), "16"));
  const ClinicalMapping plain = map_columns(head + columns);
  CHECK(contains(refusal([&] { render_without_persons(read_csv_table(table, "t"), plain, key); }), "drop"));
  const std::string phone = header + "S1,对照,阴性,,,,,,,13812345678,,\n";
  const std::string refused = refusal([&] { render_without_persons(read_csv_table(phone, "t"), plain, key); });
  CHECK(contains(refused, "identity or phone"));
  CHECK(!contains(refused, "13812345678"));
}

TEST_CASE("contradictions within and between subjects are named", "[clinical]") {
  const auto row_case = GENERATE(table<std::string, std::string>({
      {"S1,肝细胞癌,阳性,0,3.5,1,1,,,,,", "clinical_size_against_stage"},
      {"S1,肝细胞癌,阳性,A,3.5,2,1,,,,,", "clinical_size_against_stage"},
      {"S1,肝细胞癌,阴性,,,,1,,,,,", "clinical_group_against_reference"},
      {"S1,对照,阴性,A,,,1,,,,,", "clinical_stage_of_control"},
      {"S1,肝细胞癌,阳性,,,,1,,,,,", "clinical_stage_missing"},
      {"S1,对照,未做,,,,1,,,,,", "clinical_reference_missing"},
      {"S1,对照,阴性,,,,,,,,,", "clinical_comparator_missing"},
      {"S1,对照,阴性,,,,<100,,,,,", "clinical_bound_undecided"},
      {"S1,对照,阴性,,,,<0.8,,,,,", "clinical_bound_decides"},
      {"S1,对照,阴性,,,,1,,是,,,", "clinical_excluded_without_reason"},
      {"S1,对照,阴性,,,,1,,否,溶血,,", "clinical_reason_without_exclusion"},
      {"S1,对照,阴性,,,,1,,,,2026-03-02,2026-03-01", "clinical_sample_after_treatment"},
      {"S1,对照,阴性,,,,1,,,,,\nS1,对照,阴性,,,,1,,,,,", "clinical_subject_twice"},
      {"S1,对照,阴性,,,,1,,,,,\nS1,肝细胞癌,阳性,A,1,1,1,,,,,", "clinical_subject_in_two_groups"},
  }));
  const StudyFindings findings = find_clinical_faults(read(std::get<0>(row_case) + "\n").records, example());
  CHECK(list_checks(findings) == std::vector<std::string>{std::get<1>(row_case)});
}

TEST_CASE("subjects and persons at two centres are named", "[clinical]") {
  std::vector<ClinicalRecord> records = read("S1,对照,阴性,,,,1,,,,,\n").records;
  const std::vector<ClinicalRecord> other = read("S1,对照,阴性,,,,1,,,,,\n", head, "C02").records;
  records.insert(records.end(), other.begin(), other.end());
  CHECK(list_checks(find_clinical_faults(records, example())) ==
        std::vector<std::string>{"clinical_subject_at_two_centres"});
  records[1].subject = "S2";
  for (ClinicalRecord& record : records) record.values["person"] = {"P00", std::nullopt, Bound::exact};
  CHECK(list_checks(find_clinical_faults(records, example())) ==
        std::vector<std::string>{"clinical_person_at_two_centres"});
  records[1].values["excluded"] = {"yes", std::nullopt, Bound::exact};
  records[1].values["exclusion_reason"] = {"duplicate", std::nullopt, Bound::exact};
  CHECK(find_clinical_faults(records, example()).empty());
}

TEST_CASE("samples without subjects, subjects without samples, and two of either", "[clinical]") {
  const std::vector<ClinicalRecord> records =
      read("S1,对照,阴性,,,,1,,,,2026-03-01,\nS2,对照,阴性,,,,1,,,,2026-03-01,\n").records;
  const auto link = [](std::string sample, std::string code, std::string centre = "C01") {
    SampleLink made;
    made.sample = std::move(sample);
    made.blinding_code = std::move(code);
    made.centre = std::move(centre);
    made.collected_at = "2026-03-01T08:00";
    return made;
  };
  const BlindingCodes codes = parse_blinding_codes("blinding_code,subject\nB1,S1\nB2,S2\nB3,S3\nB4,S1\n", "codes.csv");
  const auto checks = [&](const std::vector<SampleLink>& links) {
    return list_checks(find_joining_faults(records, links, codes));
  };
  CHECK(checks({link("X1", "B1"), link("X2", "B2")}).empty());
  CHECK(checks({link("X1", "B1")}) == std::vector<std::string>{"joining_subject_without_sample"});
  CHECK(checks({link("X1", "B1"), link("X2", "B2"), link("X3", "B3")}) ==
        std::vector<std::string>{"joining_subject_unknown"});
  CHECK(checks({link("X1", "B1"), link("X2", "B2"), link("X3", "B9")}) ==
        std::vector<std::string>{"joining_code_unknown"});
  CHECK(checks({link("X1", "B1"), link("X2", "B2"), link("X3", "B4")}) ==
        std::vector<std::string>{"joining_two_samples"});
  CHECK(checks({link("X1", "B1"), link("X2", "B2", "C02")}) == std::vector<std::string>{"joining_other_centre"});
  std::vector<SampleLink> late{link("X1", "B1"), link("X2", "B2")};
  late[0].collected_at = "2026-03-05";
  CHECK(checks(late) == std::vector<std::string>{"joining_other_day"});
  CHECK(contains(refusal([] { parse_blinding_codes("blinding_code,subject\nB1,S1\nB1,S2\n", "c"); }), "stands twice"));
}
