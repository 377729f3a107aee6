// The two long tables of a plate report: the call of every sample with its reasons, and the Cq of every well.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/report/plate_sections.hpp"

namespace qpcr {
namespace {

constexpr std::size_t most_value_columns = 5;
constexpr std::size_t most_target_columns = 6;

ReportColumn bilingual_column(std::string_view id, Language language, Alignment alignment, double width) {
  return make_column(render_text(id, language), alignment, width,
                     language == Language::zh ? render_text(id, Language::en) : std::string{});
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += separator;
    text += part;
  }
  return text;
}

std::string well_anchor(const WellId& well, std::size_t chunk) {
  std::string anchor = chunk == 0 ? "well-" : fmt::format("well{}-", chunk + 1);
  for (const char c : well.label) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    anchor += plain ? std::string(1, c) : fmt::format("_{:02x}", static_cast<unsigned char>(c));
  }
  return anchor;
}

std::string value_text(const NamedValue& value) {
  if (!value.value) return "–";
  return format_fixed(*value.value, value.display_digits) + (value.depends_on_imputed_cq ? " †" : "");
}

std::string why_absent(const NamedValue& value, Language language) {
  return value.value || !value.why_absent ? std::string{} : render_message(*value.why_absent, language);
}

/// The values of the definition in order of first appearance, with their units.
std::vector<std::pair<std::string, std::string>> list_values(const PlateResult& result) {
  std::vector<std::pair<std::string, std::string>> values;
  std::set<std::string> seen;
  for (const SampleCall& call : result.calls) {
    for (const NamedValue& value : call.values) {
      if (seen.insert(value.id).second) values.emplace_back(value.id, value.unit);
    }
  }
  return values;
}

ReportCell outcome_cell(const SampleCall& call, Language language) {
  const OutcomeLook look = describe(call.outcome);
  std::vector<std::string> remarks;
  if (language == Language::zh) remarks.push_back(label("outcome", to_string(call.outcome), Language::en));
  if (call.needs_review) remarks.push_back("⚑ " + render_text("report.needs_review", language));
  if (call.depends_on_imputed_cq) remarks.push_back("† " + render_text("report.depends_on_imputed", language));
  return make_cell(fmt::format("{} {}", look.symbol, label("outcome", to_string(call.outcome), language)), look.tone,
                   true, join(remarks, "\n"));
}

/// Reasons, and below them the comparisons: all of them where a person has to look, else the decisive ones.
ReportCell reasons_cell(const SampleCall& call, Language language) {
  std::vector<std::string> reasons;
  for (const Message& reason : call.reasons) reasons.push_back(render_message(reason, language));
  std::vector<std::string> rules;
  for (const RuleTrace& rule : call.rules) {
    if (!rule.decisive && !call.needs_review) continue;
    rules.push_back(
        fmt::format("· {}{}", render_message(rule.statement, language), rule.depends_on_imputed_cq ? " †" : ""));
  }
  return make_cell(join(reasons, "\n"), Tone::neutral, false, join(rules, "\n"));
}

ReportCell all_values_cell(const SampleCall& call, Language language) {
  std::vector<std::string> lines;
  for (const NamedValue& value : call.values) {
    const std::string why = why_absent(value, language);
    const std::string unit = value.unit.empty() || !value.value ? "" : " " + value.unit;
    lines.push_back(fmt::format("{} = {}{}{}", value.id, value_text(value), unit, why.empty() ? "" : " " + why));
  }
  return make_cell(join(lines, "\n"));
}

void add_value_cells(const SampleCall& call, const std::vector<std::pair<std::string, std::string>>& values,
                     Language language, std::vector<ReportCell>& row) {
  for (const auto& entry : values) {
    const auto& id = entry.first;
    const auto value =
        std::find_if(call.values.begin(), call.values.end(), [&](const NamedValue& each) { return each.id == id; });
    if (value == call.values.end()) {
      row.push_back(make_cell("–", Tone::muted));
    } else {
      // The reason of a missing value is worth a line where a person has to look; else the JSON result holds it.
      row.push_back(make_cell(value_text(*value), value->value ? Tone::neutral : Tone::muted, false,
                              call.needs_review ? why_absent(*value, language) : std::string{}));
    }
  }
}

/// Calls that need a person first, then plate order.
std::vector<const SampleCall*> order_calls(const PlateResult& result) {
  std::vector<const SampleCall*> calls;
  for (const SampleCall& call : result.calls) calls.push_back(&call);
  std::stable_partition(calls.begin(), calls.end(), [](const SampleCall* call) { return call->needs_review; });
  return calls;
}

ReportCell cq_cell(const WellResult& well, Language language) {
  ReportCell cell = well.cq.cq_cycles ? make_cell(format_fixed(*well.cq.cq_cycles, 2))
                                      : make_cell(label("cq_status", to_string(well.cq.status), language), Tone::muted);
  if (well.imputed && well.used_cq_cycles) {
    cell.detail =
        render_message(Message{"report.imputed_cq", {{"value", format_fixed(*well.used_cq_cycles, 2)}}}, language);
  }
  return cell;
}

ReportCell role_cell(const WellView& well, Language language) {
  if (well.control)
    return make_cell(label("control_kind", to_string(*well.control), language),
                     well.control_passed ? Tone::good : Tone::invalid, !well.control_passed);
  if (well.call == nullptr) return make_cell("–", Tone::muted);
  const OutcomeLook look = describe(well.call->outcome);
  return make_cell(fmt::format("{} {}", look.symbol, label("outcome", to_string(well.call->outcome), language)),
                   look.tone);
}

std::string flags_text(const PlateView& view, const WellView& well) {
  std::vector<std::string> flags;
  for (const std::size_t index : well.wells) {
    const WellResult& each = view.result.wells[index];
    for (const Message& flag : each.flags) {
      const std::string text = fmt::format("{}: {}", each.target, render_message(flag, view.language));
      if (std::find(flags.begin(), flags.end(), text) == flags.end()) flags.push_back(text);
    }
  }
  return join(flags, "\n");
}

ReportTable render_wells_table(const PlateView& view, std::size_t chunk) {
  const Language language = view.language;
  const std::size_t first = chunk * most_target_columns;
  const std::size_t last = std::min(view.targets.size(), first + most_target_columns);
  ReportTable table;
  table.id = chunk == 0 ? "wells" : fmt::format("wells-{}", chunk + 1);
  table.caption = render_text("report.wells_caption", language);
  table.columns = {bilingual_column("report.well", language, Alignment::left, 6),
                   bilingual_column("report.sample", language, Alignment::left, 16),
                   bilingual_column("report.call_or_control", language, Alignment::left, 14)};
  std::map<std::size_t, std::size_t> column_of_result;
  for (std::size_t i = first; i < last; ++i) {
    table.columns.push_back(make_column(view.targets[i].target, Alignment::right, 13, view.targets[i].dye));
    for (const std::size_t index : view.targets[i].wells) column_of_result[index] = table.columns.size() - 1;
  }
  table.columns.push_back(bilingual_column("report.flags", language, Alignment::left, 24));
  for (const WellView& well : view.wells) {
    std::vector<ReportCell> row(table.columns.size());
    row[0] = make_cell(well.well.label, Tone::neutral, true);
    row[0].anchor = well_anchor(well.well, chunk);
    row[1] = make_cell(well.sample);
    row[2] = role_cell(well, language);
    for (const std::size_t index : well.wells) {
      const auto column = column_of_result.find(index);
      if (column != column_of_result.end()) row[column->second] = cq_cell(view.result.wells[index], language);
    }
    row.back() = make_cell({}, Tone::neutral, false, flags_text(view, well));
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

std::vector<Block> render_calls_section(const PlateView& view) {
  const Language language = view.language;
  const PlateResult& result = view.result;
  std::vector<Block> blocks;
  blocks.emplace_back(bilingual_heading(1, "report.calls", language));
  if (result.calls.empty()) {
    blocks.emplace_back(make_paragraph(render_text("report.no_calls", language), Tone::warning));
    return blocks;
  }
  const auto values = list_values(result);
  const bool one_column = values.size() > most_value_columns;
  ReportTable table;
  table.id = "calls";
  table.caption = render_text("report.calls_caption", language);
  table.columns = {bilingual_column("report.outcome", language, Alignment::left, 15),
                   bilingual_column("report.sample", language, Alignment::left, 16),
                   bilingual_column("report.wells", language, Alignment::left, 9)};
  if (one_column) {
    table.columns.push_back(bilingual_column("report.values", language, Alignment::left, 26));
  } else {
    for (const auto& entry : values)
      table.columns.push_back(make_column(entry.first, Alignment::right, 9.5, entry.second));
  }
  table.columns.push_back(bilingual_column("report.reasons", language, Alignment::left, 38));
  for (const SampleCall* call : order_calls(result)) {
    std::vector<std::string> wells;
    for (const std::size_t index : call->wells) {
      const std::string& well = result.wells.at(index).well.label;
      if (std::find(wells.begin(), wells.end(), well) == wells.end()) wells.push_back(well);
    }
    ReportCell sample = make_cell(call->sample, Tone::neutral, true);
    if (!call->wells.empty()) sample.link = well_anchor(result.wells.at(call->wells.front()).well, 0);
    std::vector<ReportCell> row = {outcome_cell(*call, language), sample, make_cell(join(wells, " "))};
    if (one_column) {
      row.push_back(all_values_cell(*call, language));
    } else {
      add_value_cells(*call, values, language, row);
    }
    row.push_back(reasons_cell(*call, language));
    table.rows.push_back(std::move(row));
  }
  const bool any_imputed = std::any_of(result.calls.begin(), result.calls.end(), [](const SampleCall& call) {
    return call.depends_on_imputed_cq || std::any_of(call.values.begin(), call.values.end(),
                                                     [](const NamedValue& v) { return v.depends_on_imputed_cq; });
  });
  table.note = render_text("report.calls_note", language);
  if (any_imputed) table.note += "\n† " + render_text("report.imputed_note", language);
  blocks.emplace_back(std::move(table));
  return blocks;
}

std::vector<Block> render_wells_section(const PlateView& view) {
  const Language language = view.language;
  std::vector<Block> blocks;
  blocks.emplace_back(bilingual_heading(1, "report.well_results", language));
  if (view.wells.empty()) {
    blocks.emplace_back(make_paragraph(render_text("report.no_wells", language), Tone::warning));
    return blocks;
  }
  const std::size_t chunks = (view.targets.size() + most_target_columns - 1) / most_target_columns;
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    ReportTable table = render_wells_table(view, chunk);
    if (chunk + 1 == chunks) table.note = render_text("report.wells_note", language);
    blocks.emplace_back(std::move(table));
  }
  return blocks;
}

}  // namespace qpcr
