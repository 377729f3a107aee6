// Writing the forms of a protocol with their explanations.
#include "libqpcr/report/protocol_form.hpp"

#include <vector>

#include <fmt/format.h>

#include "libqpcr/report/catalogue.hpp"
#include "libqpcr/study/protocol/protocol_schema.hpp"
#include "libqpcr/tabular/workbook_writer.hpp"

namespace qpcr {
namespace {

std::string about(const ProtocolTable& table, std::string_view key, Language language) {
  return render_text(
      key.empty() ? fmt::format("protocol.{}", table.name) : fmt::format("protocol.{}.{}", table.name, key), language);
}

bool belongs_to(const ProtocolTable& table, StudyKind kind) {
  if (kind == StudyKind::clinical) return true;
  for (const std::string_view clinical :
       {"design", "reference_standard", "group", "comparator", "endpoint", "subgroup"}) {
    if (table.name == clinical) return false;
  }
  return true;
}

/// How an empty value of this kind looks in TOML.
std::string_view empty_value(ProtocolKind kind) {
  switch (kind) {
    case ProtocolKind::flag:
      return "false";
    case ProtocolKind::number:
    case ProtocolKind::count:
      return "0";
    case ProtocolKind::numbers:
    case ProtocolKind::texts:
      return "[]";
    case ProtocolKind::date:
      return "2026-01-31";
    default:
      return "\"\"";
  }
}

std::string template_line(const ProtocolTable& table, const ProtocolField& field) {
  std::string text = fmt::format("# {} = {}  # ", field.key, empty_value(field.kind));
  if (field.required)
    text += fmt::format("[{} {}] ", render_text("protocol_form_required", Language::zh),
                        render_text("protocol_form_required", Language::en));
  text += fmt::format("{} / {}", about(table, field.key, Language::zh), about(table, field.key, Language::en));
  if (!field.choices.empty()) text += fmt::format(": {}", fmt::join(field.choices, " | "));
  return text + '\n';
}

void write_single_sheet(WorkbookWriter& writer, const ProtocolDocument& document, StudyKind kind) {
  std::vector<std::string> header;
  for (const std::string_view id : {"protocol_form_field", "protocol_form_value", "protocol_form_required",
                                    "protocol_form_about_zh", "protocol_form_about_en", "protocol_form_choices"}) {
    const std::string zh = render_text(id, Language::zh);
    header.push_back(fmt::format("{} / {}", zh, render_text(id, Language::en)));
  }
  writer.begin_sheet("protocol", header);
  for (const ProtocolTable& table : protocol_tables()) {
    if (table.repeated || (!belongs_to(table, kind) && document.rows(table.name).empty())) continue;
    const std::vector<ProtocolRow>& rows = document.rows(table.name);
    for (const ProtocolField& field : table.fields) {
      std::string value;
      if (!rows.empty() && rows.front().values.contains(field.key))
        value = rows.front().values.find(field.key)->second.text;
      const bool preset = value.empty() && table.name == "study" && field.key == "kind";
      writer.add(fmt::format("{}.{}", table.name, field.key)).add(preset ? std::string(to_string(kind)) : value);
      const std::string required = fmt::format("{} / {}", render_text("protocol_form_required", Language::zh),
                                               render_text("protocol_form_required", Language::en));
      writer.add(field.required ? required : std::string())
          .add(about(table, field.key, Language::zh))
          .add(about(table, field.key, Language::en))
          .add(fmt::format("{}", fmt::join(field.choices, " | ")));
      writer.end_row();
    }
  }
}

void write_table_sheet(WorkbookWriter& writer, const ProtocolTable& table, const ProtocolDocument& document) {
  std::vector<std::string> header;
  for (const ProtocolField& field : table.fields)
    header.push_back(
        fmt::format("{}{} ({})", field.required ? "* " : "", about(table, field.key, Language::zh), field.key));
  writer.begin_sheet(std::string(table.name), header);
  for (const ProtocolRow& row : document.rows(table.name)) {
    for (const ProtocolField& field : table.fields) {
      const auto value = row.values.find(field.key);
      if (value == row.values.end()) {
        writer.add_empty();
      } else {
        writer.add(value->second.text);
      }
    }
    writer.end_row();
  }
}

}  // namespace

std::string render_protocol_template(StudyKind kind) {
  std::string text =
      fmt::format("# {}\n# {}\nschema = \"qpcr.protocol/1\"\n", render_text("protocol_form_head", Language::zh),
                  render_text("protocol_form_head", Language::en));
  for (const ProtocolTable& table : protocol_tables()) {
    if (!belongs_to(table, kind)) continue;
    text += fmt::format("\n# {} / {}\n", about(table, {}, Language::zh), about(table, {}, Language::en));
    text += table.repeated ? fmt::format("# [[{}]]\n", table.name) : fmt::format("[{}]\n", table.name);
    for (const ProtocolField& field : table.fields) {
      const bool is_kind = table.name == "study" && field.key == "kind";
      text += is_kind ? fmt::format("kind = \"{}\"\n", to_string(kind)) : template_line(table, field);
    }
  }
  return text;
}

std::string render_protocol_workbook(const ProtocolDocument& document, StudyKind kind) {
  const std::vector<ProtocolRow>& study = document.rows("study");
  if (!study.empty() && study.front().values.contains("kind")) {
    const bool clinical = study.front().values.find("kind")->second.text == to_string(StudyKind::clinical);
    kind = clinical ? StudyKind::clinical : StudyKind::analytical;
  }
  WorkbookWriter writer;
  write_single_sheet(writer, document, kind);
  for (const ProtocolTable& table : protocol_tables()) {
    // A table that the kind does not ask for is still written where the document fills it: nothing may be lost.
    if (table.repeated && (belongs_to(table, kind) || !document.rows(table.name).empty()))
      write_table_sheet(writer, table, document);
  }
  return writer.finish();
}

}  // namespace qpcr
