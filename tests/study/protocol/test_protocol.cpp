// Protocols as TOML and as workbooks: one content, and every contradiction named with its place.
#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/protocol/protocol.hpp"
#include "libqpcr/study/protocol/protocol_schema.hpp"
#include "libqpcr/tabular/workbook_writer.hpp"
#include "tests/study/protocol/example_protocol.hpp"

namespace {

using namespace qpcr;

ProtocolDocument parse(const std::string& text) { return parse_protocol_toml(text, "protocol.toml"); }

std::string refusal(const std::string& text) {
  try {
    derive_protocol(parse(text));
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

/// The example with one piece of text in place of another, which must be there.
std::string with(const std::string& from, const std::string& to) {
  std::string text = test::clinical_protocol();
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

/// The document in a workbook, headed by keys alone.
std::string to_workbook(const ProtocolDocument& document) {
  WorkbookWriter writer;
  writer.begin_sheet("protocol", {"key", "value"});
  for (const ProtocolTable& table : protocol_tables()) {
    if (table.repeated || document.rows(table.name).empty()) continue;
    for (const auto& [key, value] : document.rows(table.name).front().values) {
      writer.add(std::string(table.name) + "." + key).add(value.text);
      writer.end_row();
    }
  }
  for (const ProtocolTable& table : protocol_tables()) {
    if (!table.repeated) continue;
    std::vector<std::string> header;
    for (const ProtocolField& field : table.fields) header.emplace_back("某列 (" + std::string(field.key) + ")");
    writer.begin_sheet(std::string(table.name), header);
    for (const ProtocolRow& row : document.rows(table.name)) {
      for (const ProtocolField& field : table.fields) {
        const auto value = row.values.find(field.key);
        writer.add(value == row.values.end() ? std::string() : value->second.text);
      }
      writer.end_row();
    }
  }
  return writer.finish();
}

}  // namespace

TEST_CASE("a protocol is read with its types", "[protocol]") {
  const Protocol protocol = derive_protocol(parse(test::clinical_protocol()));
  CHECK(protocol.id == "SIM-PROTOCOL");
  CHECK(protocol.kind == StudyKind::clinical);
  REQUIRE(protocol.design);
  CHECK(protocol.design->blinding == Blinding::coded);
  REQUIRE(protocol.centres.size() == 2);
  CHECK(protocol.centres[0].ethics_approved_on == "2025-12-01");
  REQUIRE(protocol.endpoints.size() == 3);
  CHECK(protocol.endpoints[0].criterion == Criterion{Criterion::On::lower, ">=", 0.6});
  CHECK(protocol.endpoints[1].among ==
        std::vector<std::pair<std::string, std::vector<std::string>>>{{"stage_bclc", {"0", "A"}}});
  CHECK(protocol.prevalences == std::vector<double>{0.01, 0.05});
  CHECK(protocol.subgroups[0].cuts == std::vector<double>{20, 400});
  CHECK(protocol.indeterminate == Handling::excluded);
}

TEST_CASE("a workbook and a TOML file that say the same have one content", "[protocol]") {
  const ProtocolDocument toml = parse(test::clinical_protocol());
  const ProtocolDocument workbook = parse_protocol_workbook(to_workbook(toml), "protocol.xlsx");
  CHECK(find_protocol_difference(toml, workbook).empty());
  CHECK(to_canonical_protocol(toml) == to_canonical_protocol(workbook));
  CHECK(derive_protocol(toml).content_sha256 == derive_protocol(workbook).content_sha256);

  const ProtocolDocument rendered = parse(render_protocol_toml(workbook));
  CHECK(to_canonical_protocol(rendered) == to_canonical_protocol(toml));

  const ProtocolDocument other = parse(with("confidence = 0.95", "confidence = 0.9"));
  CHECK(find_protocol_difference(toml, other) == "[analysis 1] confidence: '0.95' / '0.9'");
  CHECK(to_canonical_protocol(toml) != to_canonical_protocol(other));
}

TEST_CASE("a protocol that contradicts itself is refused at its place", "[protocol]") {
  const auto [from, to, said] = GENERATE(table<std::string, std::string, std::string>({
      {"confidence = 0.95", "confidence = 95", "between 0.5 and 1"},
      {"kind = \"clinical\"", "kind = \"klinisch\"", "clinical, analytical"},
      {"id = \"C02\"", "id = \"C01\"", "'C01' stands twice"},
      {"criterion = \">=\"\n", "", "all three or none"},
      {"comparator = \"afp\"", "comparator = \"dcp\"", "a comparator of this protocol"},
      {"stage_bclc=0|A", "stage_tnm=0|A", "stage_bclc, stage_cnlc"},
      {"cuts = [20, 400]", "cuts = [400, 20]", "increasing"},
      {"evaluation = \"plan_target_value\"", "evaluation = \"plan_guess\"", "qpcr-validate list"},
      {"reference = \"positive\"", "reference = \"negative\"", "cases and controls"},
      {"role = \"primary\"", "role = \"secondary\"", "no endpoint is primary"},
      {"version_date = 2026-01-05", "version_date = \"2026-01-05\"", "date"},
      {"assay_sha256 = \"", "assay_sha256 = \"x", "64 lower-case hexadecimal"},
      {"sponsor = \"SIM\"", "sponser = \"SIM\"", "sponsor"},
      {"id = \"SIM-PROTOCOL\"", "id = \"王小明\"", "coded identifier"},
  }));
  const std::string found = refusal(with(from, to));
  INFO(found);
  CHECK(found.find(said) != std::string::npos);
  CHECK(found.find("protocol.toml") != std::string::npos);
}

TEST_CASE("a criterion compares unrounded", "[protocol]") {
  const Criterion at_least{Criterion::On::lower, ">=", 0.8};
  CHECK(meets(at_least, 0.8));
  CHECK_FALSE(meets(at_least, 0.79999999));
  CHECK_FALSE(meets({Criterion::On::lower, ">", 0.8}, 0.8));
  CHECK(meets({Criterion::On::upper, "<=", 0.8}, 0.8));
  CHECK_FALSE(meets({Criterion::On::upper, "<", 0.8}, 0.8));
}
