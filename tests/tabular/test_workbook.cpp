// Office Open XML workbooks: every way to write a cell, and every way in which a wrong or hostile file is refused.
#include <ctime>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/workbook.hpp"
#include "libqpcr/tabular/zip.hpp"
#include "tests/support/instrumented.hpp"
#include "tests/support/reference_data.hpp"
#include "tests/tabular/make_workbook.hpp"

using namespace qpcr;
using qpcr::test::make_archive;
using qpcr::test::make_lists;
using qpcr::test::make_sheet_part;
using qpcr::test::make_xlsx;
using qpcr::test::Parts;

namespace {

Grid read_rows(std::string_view rows, const Parts& more = {}, const std::string& properties = {}) {
  Workbook workbook = read_xlsx(make_xlsx(rows, more, properties), "a.xlsx");
  REQUIRE(workbook.sheets.size() == 1);
  return std::move(workbook.sheets.front().grid);
}

/// The error that a workbook must give, within a second of the processor.
Error error_of(const std::string& bytes) {
  const std::clock_t start = std::clock();
  try {
    static_cast<void>(read_xlsx(bytes, "a.xlsx"));
  } catch (const Error& error) {
    CHECK((test::instrumented || static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC < 1.0));
    return error;
  }
  FAIL("no error");
  return {ErrorCode::file_not_found, {}};
}

void check_refused(std::string_view rows, ErrorCode code, std::string_view cell, std::string_view problem) {
  INFO(rows);
  const Error error = error_of(make_xlsx(rows));
  CHECK(error.code() == code);
  CHECK(error.context().path == "a.xlsx:Results");
  CHECK(error.context().column == cell);
  CHECK_THAT(error.what(), Catch::Contains(std::string(problem)));
}

const Parts date_styles{
    {"xl/styles.xml",
     "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/>"
     "<numFmt numFmtId=\"165\" formatCode=\"[h]:mm:ss\"/><numFmt numFmtId=\"166\" formatCode=\"0.00&quot;d&quot;\"/>"
     "</numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/>"
     "<xf numFmtId=\"22\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf numFmtId=\"166\"/></cellXfs></styleSheet>"}};

}  // namespace

TEST_CASE("a number keeps the digits of the file") {
  const Grid grid = read_rows(
      "<row r=\"1\"><c r=\"A1\"><v>25.300000000000001</v></c><c r=\"B1\" t=\"n\"><v>1.0</v></c>"
      "<c r=\"C1\"><v> -3E-05 </v></c><c r=\"D1\"><v>100000</v></c><c r=\"E1\"><v>NaN</v></c></row>");
  REQUIRE(grid.row(0).size() == 5);
  CHECK(grid.cell(0, 0) == "25.300000000000001");
  CHECK(grid.cell(0, 1) == "1.0");
  CHECK(grid.cell(0, 2) == "-3E-05");
  CHECK(grid.cell(0, 3) == "100000");
  CHECK(grid.cell(0, 4) == "NaN");
}

TEST_CASE("texts, truth values, errors and ISO dates are read in every form they are written in") {
  const Parts strings{{"xl/sharedStrings.xml",
                       "<sst><si><t>Well</t></si><si><r><rPr><b/></rPr><t>C</t></r><r><t>q &lt; 3</t></r>"
                       "<rPh sb=\"0\" eb=\"1\"><t>phonetic</t></rPh></si><si/></sst>"}};
  const Grid grid = read_rows(
      "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"s\"><v>2</v></c>"
      "<c r=\"D1\" t=\"inlineStr\"><is><t xml:space=\"preserve\"> a </t></is></c>"
      "<c r=\"E1\" t=\"inlineStr\"><is><r><t>x</t></r><r><t>&amp;y</t></r></is></c>"
      "<c r=\"F1\" t=\"str\"><f>A1&amp;\"2\"</f><v>made</v></c><c r=\"G1\" t=\"b\"><v>1</v></c>"
      "<c r=\"H1\" t=\"b\"><v>0</v></c><c r=\"I1\" t=\"e\"><v>#N/A</v></c><c r=\"J1\" t=\"d\"><v>2024-05-01</v></c>"
      "<c r=\"K1\" t=\"inlineStr\"><is><t><![CDATA[<c>]]></t></is></c></row>",
      strings);
  CHECK(grid.cell(0, 0) == "Well");
  CHECK(grid.cell(0, 1) == "Cq < 3");
  CHECK(grid.cell(0, 2).empty());
  CHECK(grid.cell(0, 3) == " a ");
  CHECK(grid.cell(0, 4) == "x&y");
  CHECK(grid.cell(0, 5) == "made");
  CHECK(grid.cell(0, 6) == "TRUE");
  CHECK(grid.cell(0, 7) == "FALSE");
  CHECK(grid.cell(0, 8) == "#N/A");
  CHECK(grid.cell(0, 9) == "2024-05-01");
  CHECK(grid.cell(0, 10) == "<c>");
}

TEST_CASE("escapes of UTF-16 units are characters where XML has one") {
  const Grid grid = read_rows(
      "<row><c t=\"inlineStr\"><is><t>a_x000D__x000a_b</t></is></c><c t=\"str\"><v>_x005F_x0041_</v></c>"
      "<c t=\"str\"><v>_xD83D__xDE00_</v></c><c t=\"str\"><v>_xD83D_ _x0000_ _x00_ sample_x1</v></c></row>");
  CHECK(grid.cell(0, 0) == "a\r\nb");
  CHECK(grid.cell(0, 1) == "_x0041_");
  CHECK(grid.cell(0, 2) == "\xF0\x9F\x98\x80");
  CHECK(grid.cell(0, 3) == "_xD83D_ _x0000_ _x00_ sample_x1");
}

TEST_CASE("rows and columns are those of the sheet, and blank places are there") {
  const Grid grid = read_rows(
      "<row r=\"3\"><c r=\"C3\"><v>1</v></c><c><v>2</v></c><c r=\"G3\"><v>3</v></c></row>"
      "<row><c><v>4</v></c></row><row r=\"9\" ht=\"3\"><c r=\"A9\" s=\"0\"/></row>");
  REQUIRE(grid.row_count() == 4);
  CHECK(grid.row(0).empty());
  CHECK(grid.is_blank(1));
  REQUIRE(grid.row(2).size() == 7);
  CHECK(grid.cell(2, 2) == "1");
  CHECK(grid.cell(2, 3) == "2");
  CHECK(grid.cell(2, 5).empty());
  CHECK(grid.cell(2, 6) == "3");
  CHECK(grid.line(2) == 3);
  CHECK(grid.cell(3, 0) == "4");
  CHECK(grid.delimiter() == '\t');
}

TEST_CASE("a date style makes ISO 8601 of a number, and nothing else does") {
  const std::string row =
      "<row><c s=\"1\"><v>45413</v></c><c s=\"2\"><v>45413.573032407403</v></c><c s=\"3\"><v>45413.25</v></c>"
      "<c s=\"4\"><v>1.125</v></c><c s=\"5\"><v>45413</v></c><c s=\"0\"><v>45413</v></c><c s=\"2\"><v>0.5</v></c>"
      "<c s=\"1\"><v>60</v></c><c s=\"1\"><v>59</v></c><c s=\"1\"><v>61</v></c><c s=\"1\"><v>-1</v></c>"
      "<c s=\"1\"><v>2958465</v></c><c s=\"1\"><v>2958466</v></c><c s=\"1\" t=\"str\"><v>45413</v></c></row>";
  const Grid grid = read_rows(row, date_styles);
  const std::vector<std::string> expected{
      "2024-05-01", "2024-05-01T13:45:10", "2024-05-01T06:00:00", "27:00:00", "45413",      "45413",   "12:00:00",
      "60",         "1900-02-28",          "1900-03-01",          "-1",       "9999-12-31", "2958466", "45413"};
  REQUIRE(grid.row(0).size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(grid.cell(0, i) == expected[i]);
  const Grid later = read_rows("<row><c s=\"1\"><v>43951</v></c></row>", date_styles, "<workbookPr date1904=\"1\"/>");
  CHECK(later.cell(0, 0) == "2024-05-01");
}

TEST_CASE("sheets stand in the order of the tabs, hidden ones too, in members of any case and slash") {
  const std::string bytes =
      make_archive({{"XL\\Workbook.xml",
                     "<x:workbook xmlns:x=\"x\" xmlns:r=\"r\"><x:sheets><x:sheet name=\"Raw &amp; Cq\" r:id=\"b\"/>"
                     "<x:sheet name=\"Setup\" state=\"veryHidden\" r:id=\"a\"/></x:sheets></x:workbook>"},
                    {"xl\\_rels\\workbook.xml.rels",
                     "<Relationships><Relationship Id=\"a\" Type=\"t/worksheet\" Target=\"/xl/worksheets/One.xml\"/>"
                     "<Relationship Id=\"b\" Type=\"t/worksheet\" Target=\"../xl/./worksheets/two.xml\"/>"
                     "<Relationship Id=\"c\" Type=\"t/sharedStrings\" Target=\"SharedStrings.xml\"/></Relationships>"},
                    {"xl\\worksheets\\one.xml", make_sheet_part("<row><c><v>1</v></c></row>")},
                    {"xl\\worksheets\\Two.xml", make_sheet_part("<row><c t=\"s\"><v>0</v></c></row>")},
                    {"xl\\sharedstrings.xml", "<sst><si><t>shared</t></si></sst>"}});
  const Workbook workbook = read_xlsx(bytes, "a.xlsx");
  REQUIRE(workbook.sheets.size() == 2);
  CHECK(workbook.sheets[0].name == "Raw & Cq");
  CHECK_FALSE(workbook.sheets[0].hidden);
  CHECK(workbook.sheets[0].grid.cell(0, 0) == "shared");
  CHECK(workbook.sheets[1].hidden);
  CHECK(workbook.sheets[1].grid.cell(0, 0) == "1");
  CHECK(workbook.sheets[1].grid.path() == "a.xlsx:Setup");
  CHECK(workbook.find("SETUP") == &workbook.sheets[1]);
  CHECK(workbook.find("none") == nullptr);
  CHECK(workbook.not_read.empty());
}

TEST_CASE("without relations the sheets are taken in the order of their numbers, and that is said") {
  const auto make = [](const std::vector<std::string>& names) {
    return make_archive({make_lists(names).front(),
                         {"xl/worksheets/sheet10.xml", make_sheet_part("<row><c><v>10</v></c></row>")},
                         {"xl/worksheets/sheet2.xml", make_sheet_part("<row><c><v>2</v></c></row>")}});
  };
  const Workbook workbook = read_xlsx(make({"A", "B"}), "a.xlsx");
  REQUIRE(workbook.sheets.size() == 2);
  CHECK(workbook.sheets[0].grid.cell(0, 0) == "2");
  CHECK(workbook.sheets[1].grid.cell(0, 0) == "10");
  REQUIRE(workbook.not_read.size() == 1);
  CHECK(workbook.not_read[0].where == "xl/_rels/workbook.xml.rels");
  CHECK(error_of(make({"A", "B", "C"})).code() == ErrorCode::malformed_file);
}

TEST_CASE("what holds no values is listed: macros, pictures, charts, other sheets, formulas without a value") {
  Parts parts = make_lists({"Results"});
  parts[0].second =
      "<workbook xmlns:r=\"r\"><sheets><sheet name=\"Results\" r:id=\"rId1\"/>"
      "<sheet name=\"Plot\" r:id=\"rId2\"/></sheets></workbook>";
  parts[1].second =
      "<Relationships><Relationship Id=\"rId1\" Type=\"t/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
      "<Relationship Id=\"rId2\" Type=\"t/chartsheet\" Target=\"chartsheets/sheet1.xml\"/></Relationships>";
  parts.insert(parts.end(),
               {{"xl/worksheets/sheet1.xml", make_sheet_part("<row><c><f>1+1</f></c><c><f>2</f><v/></c></row>")},
                {"xl/vbaProject.bin", "x"},
                {"xl/media/image1.png", "x"},
                {"xl/media/image2.png", "x"},
                {"xl/charts/chart1.xml", "x"},
                {"xl/theme/theme1.xml", "x"},
                {"docProps/app.xml", "x"},
                {"xl/secret.bin", "x"}});
  const Workbook workbook = read_xlsx(make_archive(parts), "a.xlsm");
  REQUIRE(workbook.sheets.size() == 1);
  std::string listed;
  for (const NotRead& entry : workbook.not_read) listed += entry.where + "|";
  CHECK(listed == "Plot|xl/vbaproject.bin|xl/media|xl/charts|xl/secret.bin|Results A1|");
}

TEST_CASE("cells stay valid when the workbook is gone") {
  Grid grid;
  {
    Workbook workbook = read_xlsx(make_xlsx("<row><c t=\"s\"><v>0</v></c><c><v>12.5</v></c></row>",
                                            {{"xl/sharedStrings.xml", "<sst><si><t>kept &amp; safe</t></si></sst>"}}),
                                  "a.xlsx");
    grid = std::move(workbook.sheets.front().grid);
  }
  CHECK(grid.cell(0, 0) == "kept & safe");
  CHECK(grid.cell(0, 1) == "12.5");
}

TEST_CASE("a wrong cell is an error that names sheet and cell") {
  check_refused("<row r=\"2\"><c r=\"B2\"><v>25,3</v></c></row>", ErrorCode::invalid_value, "B2", "25,3");
  check_refused("<row r=\"2\"><c r=\"B2\"><v>0x1F</v></c></row>", ErrorCode::invalid_value, "B2", "a number");
  check_refused("<row r=\"2\"><c r=\"B2\"><v>1e999</v></c></row>", ErrorCode::invalid_value, "B2", "a number");
  check_refused("<row r=\"2\"><c r=\"B2\" t=\"b\"><v>2</v></c></row>", ErrorCode::invalid_value, "B2", "0 or 1");
  check_refused("<row r=\"1\"><c r=\"AA1\" t=\"s\"><v>0</v></c></row>", ErrorCode::malformed_file, "AA1", "shared");
  check_refused("<row><c t=\"s\"><v>-1</v></c></row>", ErrorCode::malformed_file, "A1", "shared");
  check_refused("<row><c t=\"q\"><v>1</v></c></row>", ErrorCode::malformed_file, "A1", "unknown type");
  check_refused("<row><c><v>1</v><v>2</v></c></row>", ErrorCode::malformed_file, "A1", "two values");
  check_refused("<row><c t=\"inlineStr\"><is/><is/></c></row>", ErrorCode::malformed_file, "A1", "two values");
  check_refused("<row r=\"1\"><c r=\"B1\"/><c r=\"B1\"/></row>", ErrorCode::duplicate_entry, "B1", "twice");
  check_refused("<row r=\"1\"><c r=\"B1\"/><c r=\"A1\"/></row>", ErrorCode::malformed_file, "A1", "order");
  check_refused("<row r=\"1\"><c r=\"B2\"/></row>", ErrorCode::malformed_file, "A1", "another row");
  check_refused("<row r=\"1\"><c r=\"2\"/></row>", ErrorCode::malformed_file, "A1", "without a place");
  check_refused("<row r=\"1\"><c r=\"A-1\"/></row>", ErrorCode::malformed_file, "A1", "without a place");
  check_refused("<row r=\"2\"/><row r=\"2\"/>", ErrorCode::malformed_file, "", "not in order");
  check_refused("<row r=\"0\"/>", ErrorCode::malformed_file, "", "without a number");
  check_refused("<row r=\"1048577\"/>", ErrorCode::unsafe_archive, "", "beyond the last");
  check_refused("<row r=\"1\"><c r=\"XFE1\"/></row>", ErrorCode::unsafe_archive, "XFE1", "beyond the last");
  check_refused("<row r=\"1\"><c r=\"ZZZZZZZZZZZZZZZZZZZZ1\"/></row>", ErrorCode::unsafe_archive, "XFE1",
                "beyond the last");
  const Error style = error_of(make_xlsx("<row><c s=\"6\"><v>1</v></c></row>", date_styles));
  CHECK(style.context().column == "A1");
  CHECK_THAT(style.what(), Catch::Contains("style"));
}

TEST_CASE("a last row or column costs no more than its places, and many of them are refused") {
  const Grid grid = read_rows("<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>");
  CHECK(grid.row_count() == 1'048'576);
  CHECK(grid.cell(1'048'575, 16'383) == "1");
  // Styled places without a value are none.
  CHECK(read_rows("<row r=\"1048576\"><c r=\"XFD1048576\" s=\"0\"/></row>").row_count() == 0);

  std::string rows;
  for (int row = 1; row <= 1000; ++row)
    rows += "<row r=\"" + std::to_string(row) + "\"><c r=\"XFD" + std::to_string(row) + "\"><v>1</v></c></row>";
  CHECK(error_of(make_xlsx(rows)).code() == ErrorCode::unsafe_archive);

  std::vector<std::string> names;
  for (int sheet = 1; sheet <= 17; ++sheet) names.push_back("S" + std::to_string(sheet));
  Parts parts = make_lists(names);
  for (int sheet = 1; sheet <= 17; ++sheet)
    parts.emplace_back("xl/worksheets/sheet" + std::to_string(sheet) + ".xml",
                       make_sheet_part("<row r=\"1048576\"><c><v>1</v></c></row>"));
  const Error error = error_of(make_archive(parts));
  CHECK(error.code() == ErrorCode::unsafe_archive);
  CHECK(error.context().path == "a.xlsx:S16");
}

TEST_CASE("a workbook that is not one, or hides something, is refused") {
  CHECK(error_of("PK\x03\x04 cut").code() == ErrorCode::malformed_file);
  CHECK(error_of(make_archive({{"a.txt", "a"}})).code() == ErrorCode::malformed_file);
  CHECK(error_of(make_archive({{"xl/workbook.bin", "a"}})).code() == ErrorCode::unsupported_format);
  CHECK(error_of(make_archive(make_lists({"A"}))).code() == ErrorCode::malformed_file);
  const Error doctype = error_of(
      make_archive({{"xl/workbook.xml", "<!DOCTYPE workbook [<!ENTITY a \"b\">]><workbook><sheets/></workbook>"}}));
  CHECK(doctype.code() == ErrorCode::malformed_file);
  CHECK(doctype.context().path == "a.xlsx:xl/workbook.xml");

  Parts repeated = make_lists({"A", "a"});
  CHECK(error_of(make_archive(repeated)).code() == ErrorCode::duplicate_entry);
  Parts shared_part = make_lists({"A", "B"});
  shared_part[1].second =
      "<Relationships><Relationship Id=\"rId1\" Type=\"t/worksheet\" Target=\"s.xml\"/>"
      "<Relationship Id=\"rId2\" Type=\"t/worksheet\" Target=\"s.xml\"/></Relationships>";
  shared_part.emplace_back("xl/s.xml", make_sheet_part(""));
  CHECK_THAT(error_of(make_archive(shared_part)).what(), Catch::Contains("one part"));
  Parts without_relation = make_lists({"A"});
  without_relation[1].second = "<Relationships><Relationship Id=\"other\" Type=\"t/x\" Target=\"x\"/></Relationships>";
  CHECK(error_of(make_archive(without_relation)).code() == ErrorCode::malformed_file);

  const Error cut = error_of(make_xlsx("<row><c><v>1</v></row>"));
  CHECK(cut.code() == ErrorCode::malformed_file);
  CHECK(cut.context().path == "a.xlsx:xl/worksheets/sheet1.xml");
  CHECK(cut.context().line == 1);
}

TEST_CASE("thousands of sheets and relations are refused at once") {
  std::vector<std::string> names;
  for (int sheet = 0; sheet <= 10'000; ++sheet) names.push_back("S" + std::to_string(sheet));
  CHECK(error_of(make_archive(make_lists(names))).code() == ErrorCode::unsafe_archive);
  names.pop_back();
  // Each of these stands nowhere: the first is refused.
  CHECK(error_of(make_archive(make_lists(names))).code() == ErrorCode::malformed_file);
}

TEST_CASE("a bomb is refused before it is inflated") {
  std::vector<test::ZipEntry> entries;
  for (const auto& part : make_lists({"A"})) {
    test::ZipEntry entry;
    entry.name = part.first;
    entry.bytes = part.second;
    entries.push_back(entry);
  }
  test::ZipEntry bomb;
  bomb.name = "xl/worksheets/sheet1.xml";
  bomb.bytes = test::deflate_zeros(1000);
  bomb.deflated = true;
  bomb.inflated_size = 1000 * test::deflated_block_bytes;
  entries.push_back(bomb);
  CHECK(error_of(test::make_zip(entries)).code() == ErrorCode::unsafe_archive);
}

TEST_CASE("a workbook is known by its members") {
  CHECK(is_xlsx({"[content_types].xml", "xl/workbook.xml"}));
  CHECK(is_xlsx({"xl/workbook.bin"}));
  CHECK(is_xlsx({"xl/workbook2.xml"}));
  CHECK_FALSE(is_xlsx({"word/document.xml", "workbook.xml"}));
}

namespace {

/// The numbers of a sheet's part, found without reading it as XML: cells without a type.
std::vector<std::string_view> scan_numbers(std::string_view part) {
  std::vector<std::string_view> numbers;
  for (std::size_t at = part.find("<c "); at != std::string_view::npos; at = part.find("<c ", at + 1)) {
    const std::size_t end = part.find('>', at);
    const std::string_view tag = part.substr(at, end - at);
    const std::string_view rest = part.substr(end + 1);
    if (tag.ends_with('/') || tag.find(" t=\"") != std::string_view::npos || !rest.starts_with("<v>")) continue;
    numbers.push_back(rest.substr(3, rest.find('<', 3) - 3));
  }
  return numbers;
}

/// "2024-05-01", "13:45:10".
bool looks_like_date(std::string_view cell) {
  return (cell.size() >= 10 && cell[4] == '-' && cell[7] == '-') || (cell.size() == 8 && cell[2] == ':');
}

}  // namespace

TEST_CASE("every workbook of the reference data opens, and no number is lost or changed", "[reference]") {
  std::size_t files = 0;
  std::size_t numbers = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(test::reference_data() / "instruments" / "files")) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = read_file(entry.path());
    if (!is_zip(bytes)) continue;
    Archive archive(bytes, entry.path().string());
    std::vector<std::string> members;
    for (const ArchiveMember& member : archive.members()) members.push_back(normalise_member_name(member.name));
    if (!is_xlsx(members) || archive.find("apldbio/sds/plate_setup.xml") != nullptr) continue;
    INFO(entry.path());
    const Workbook workbook = read_xlsx(bytes, entry.path().filename().string());
    ++files;
    REQUIRE_FALSE(workbook.sheets.empty());
    std::unordered_map<std::string_view, long> cells;
    long dates = 0;
    for (const Sheet& sheet : workbook.sheets) {
      CHECK_FALSE(sheet.name.empty());
      for (std::size_t row = 0; row < sheet.grid.row_count(); ++row) {
        for (const std::string_view cell : sheet.grid.row(row)) {
          ++cells[cell];
          dates += looks_like_date(cell) ? 1 : 0;
        }
      }
    }
    long missing = 0;
    for (const ArchiveMember& member : archive.members()) {
      if (!normalise_member_name(member.name).starts_with("xl/worksheets/sheet")) continue;
      const std::string part = archive.read(member);
      for (const std::string_view number : scan_numbers(part)) {
        ++numbers;
        const auto found = cells.find(number);
        if (found == cells.end() || --found->second < 0) ++missing;
      }
    }
    CHECK(missing <= dates);
  }
  if (files == 0) WARN("the reference data holds no workbook");
  CHECK((files == 0 || numbers > 0));
}
