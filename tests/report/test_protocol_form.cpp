// Forms of a protocol: every field is worded and documented, and a filled form is read back as the same content.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "libqpcr/core/file.hpp"
#include "libqpcr/report/catalogue.hpp"
#include "libqpcr/report/protocol_form.hpp"
#include "libqpcr/study/protocol/protocol_schema.hpp"
#include "libqpcr/tabular/workbook.hpp"
#include "tests/study/protocol/example_protocol.hpp"

using namespace qpcr;

TEST_CASE("every field of a protocol is worded and stands in its documentation", "[protocol_form]") {
  const std::string page = read_file(std::string(QPCR_SOURCE_DIR) + "/docs/formats/protocol.md");
  for (const ProtocolTable& table : protocol_tables()) {
    INFO(table.name);
    const std::string heading =
        table.repeated ? fmt::format("## `[[{}]]`", table.name) : fmt::format("## `[{}]`", table.name);
    const std::size_t at = page.find(heading);
    REQUIRE(at != std::string::npos);
    const std::string section = page.substr(at, page.find("\n## ", at) - at);
    for (const ProtocolField& field : table.fields) {
      INFO(field.key);
      for (const Language language : {Language::zh, Language::en})
        CHECK_FALSE(render_text(fmt::format("protocol.{}.{}", table.name, field.key), language).empty());
      CHECK(section.find(fmt::format("| `{}` |", field.key)) != std::string::npos);
      for (const std::string_view choice : field.choices)
        CHECK(section.find(fmt::format("`{}`", choice)) != std::string::npos);
    }
  }
}

TEST_CASE("a filled workbook form is read back as the same content", "[protocol_form]") {
  const ProtocolDocument document = parse_protocol_toml(test::clinical_protocol(), "protocol.toml");
  const std::string bytes = render_protocol_workbook(document, StudyKind::analytical);
  CHECK(bytes == render_protocol_workbook(document, StudyKind::clinical));
  const ProtocolDocument back = parse_protocol_workbook(bytes, "protocol.xlsx");
  CHECK(find_protocol_difference(document, back).empty());
  CHECK(to_canonical_protocol(document) == to_canonical_protocol(back));
}

TEST_CASE("an empty form holds no value but the kind of study", "[protocol_form]") {
  const Workbook workbook = read_xlsx(render_protocol_workbook(ProtocolDocument{}, StudyKind::analytical), "form.xlsx");
  const Sheet* const sheet = workbook.find("protocol");
  REQUIRE(sheet != nullptr);
  for (std::size_t row = 1; row < sheet->grid.row_count(); ++row) {
    const bool is_kind = sheet->grid.cell(row, 0) == "study.kind";
    CHECK(sheet->grid.cell(row, 1) == (is_kind ? "analytical" : ""));
  }
  CHECK(workbook.find("evaluation") != nullptr);
  CHECK(workbook.find("endpoint") == nullptr);
}
