// The two long tables of a plate report: the call of every sample with its reasons, and the Cq of every well.
#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/report/plate_sections.hpp"

namespace qpcr {
namespace {

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

/// The catalogue's word for a category of a covariate ("sex.male").
std::optional<std::string> find_word(const NamedValue& value, Language language) {
  if (value.text.empty()) return std::nullopt;
  const std::string id = value.id + "." + value.text;
  const auto& entries = catalogue();
  const auto entry = std::find_if(entries.begin(), entries.end(), [&](const CatalogueEntry& e) { return e.id == id; });
  return entry == entries.end() ? std::nullopt : std::optional(pick(entry->text, language));
}

std::string well_anchor(const WellId& well, std::size_t chunk) {
  std::string anchor = chunk == 0 ? "well-" : fmt::format("well{}-", chunk + 1);
  for (const char c : well.label) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    anchor += plain ? std::string(1, c) : fmt::format("_{:02x}", static_cast<unsigned char>(c));
  }
  return anchor;
}

/// "男", "139.1", "<0.8" as the covariate table has it, worded where the catalogue knows "id.text"; else the number.
std::string value_text(const NamedValue& value, Language language) {
  std::string text = value.text;
  if (const auto word = find_word(value, language)) return *word;
  if (text.empty()) text = value.value ? format_fixed(*value.value, value.display_digits) : "–";
  if (!value.unit.empty() && (value.value || !value.text.empty())) text += " " + value.unit;
  return text + (value.depends_on_imputed_cq ? " †" : "");
}

/// True when a rule in `said` already gives the value: "id = 3.21".
bool is_said(const std::string& said, const std::string& id) {
  const std::string words = id + " = ";
  for (std::size_t at = said.find(words); at != std::string::npos; at = said.find(words, at + 1)) {
    if (at == 0 || said[at - 1] == ' ' || said[at - 1] == '\n' || static_cast<unsigned char>(said[at - 1]) >= 0x80U)
      return true;
  }
  return false;
}

ReportCell outcome_cell(const SampleCall& call, Language language) {
  const OutcomeLook look = describe(call.outcome);
  const std::string outcome =
      call.score_class ? pick(call.score_class->text, language) : label("outcome", to_string(call.outcome), language);
  std::vector<std::string> remarks;
  if (call.needs_review) remarks.push_back("⚑ " + render_text("report.needs_review", language));
  if (call.depends_on_imputed_cq) remarks.push_back("† " + render_text("report.depends_on_imputed", language));
  if (call.repeat) remarks.push_back("↻ " + render_message(*call.repeat, language));
  return make_cell(fmt::format("{} {}", look.symbol, outcome), look.tone, true, join(remarks, "\n"));
}

/// " (+1.23 cycles, 4.5 SE)": how far a decisive value lies on the positive side of its cut-off.
std::string distance_text(const RuleTrace& rule, Language language) {
  if (!rule.decisive || !rule.distance_cycles) return {};
  Message message{"report.distance", {{"cycles", fmt::format("{:+.2f}", *rule.distance_cycles)}}};
  if (rule.distance_standard_errors) {
    message.id = "report.distance_with_errors";
    message.values.emplace_back("errors", fmt::format("{:+.1f}", *rule.distance_standard_errors));
  }
  return render_message(message, language);
}

/// Reasons, and below them what they do not say yet: the other comparisons (all of them where a person has to look,
/// else the decisive ones) and why a value is absent.
ReportCell reasons_cell(const SampleCall& call, Language language) {
  const std::string separator = render_text("report.clause_separator", language);
  std::vector<std::string> reasons;
  for (const Message& reason : call.reasons) reasons.push_back(render_message(reason, language));
  std::vector<std::string> remarks;
  for (const Message& flag : call.flags) {
    std::string text = render_message(flag, language);
    if (std::find(reasons.begin(), reasons.end(), text) == reasons.end()) remarks.push_back("⚑ " + text);
  }
  for (const RuleTrace& rule : call.rules) {
    const std::string statement = render_message(rule.statement, language);
    const auto said = std::find(reasons.begin(), reasons.end(), statement);
    const std::string mark = distance_text(rule, language) + (rule.depends_on_imputed_cq ? " †" : "");
    if (said != reasons.end()) {
      *said += mark;
    } else if (rule.decisive || call.needs_review) {
      remarks.push_back(statement + mark);
    }
  }
  for (const NamedValue& value : call.values) {
    if (value.value || !value.why_absent) continue;
    const std::string why = render_message(*value.why_absent, language);
    const auto is_why = [&](const std::string& text) { return text.find(why) != std::string::npos; };
    if (std::none_of(reasons.begin(), reasons.end(), is_why) && std::none_of(remarks.begin(), remarks.end(), is_why))
      remarks.push_back(why);
  }
  return make_cell(join(reasons, separator), Tone::neutral, false, join(remarks, separator));
}

/// The values that the reasons do not give, those that are absent together at the end.
ReportCell values_cell(const SampleCall& call, const ReportCell& reasons, Language language) {
  const std::string said = reasons.text + "\n" + reasons.detail;
  std::vector<std::string> parts;
  std::vector<std::string> absent;
  for (const NamedValue& value : call.values) {
    if (!value.value && value.text.empty()) {
      absent.push_back(value.id);
    } else if (find_word(value, language)) {
      parts.push_back(value_text(value, language));
    } else if (!is_said(said, value.id)) {
      parts.push_back(fmt::format("{} = {}", value.id, value_text(value, language)));
    }
  }
  if (!absent.empty()) parts.push_back(fmt::format("{}: –", join(absent, ", ")));
  return make_cell(join(parts, render_text("report.clause_separator", language)));
}

/// Calls that need a person first, then plate order.
std::vector<const SampleCall*> order_calls(const PlateResult& result) {
  std::vector<const SampleCall*> calls;
  for (const SampleCall& call : result.calls) calls.push_back(&call);
  std::stable_partition(calls.begin(), calls.end(), [](const SampleCall* call) { return call->needs_review; });
  return calls;
}

/// The one number that stands in for every undetected Cq of a target; none when there are several.
std::optional<double> find_common_stand_in(const PlateView& view, const TargetView& target) {
  std::optional<double> common;
  for (const std::size_t index : target.wells) {
    const WellResult& well = view.result.wells[index];
    if (!well.imputed || !well.used_cq_cycles) continue;
    if (common && *common != *well.used_cq_cycles) return std::nullopt;
    common = well.used_cq_cycles;
  }
  return common;
}

/// @param stand_in_noted the number that stands in for the target's undetected Cq is said below the table.
ReportCell cq_cell(const WellResult& well, bool stand_in_noted, Language language) {
  ReportCell cell = well.cq.cq_cycles ? make_cell(format_fixed(*well.cq.cq_cycles, 2))
                                      : make_cell(label("cq_status", to_string(well.cq.status), language), Tone::muted);
  if (well.imputed && well.used_cq_cycles) {
    if (stand_in_noted) {
      cell.text += " †";
    } else {
      cell.detail =
          render_message(Message{"report.imputed_cq", {{"value", format_fixed(*well.used_cq_cycles, 2)}}}, language);
    }
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

/// What was noticed in a well, the same remark about several targets once. That a Cq is imputed stands in its cell.
std::string flags_text(const PlateView& view, const WellView& well) {
  struct Remark {
    Message flag;
    std::vector<std::string> targets;
  };
  std::vector<Remark> remarks;
  for (const std::size_t index : well.wells) {
    const WellResult& each = view.result.wells[index];
    for (const Message& flag : each.flags) {
      if (each.imputed && flag.id == "not_detected_imputed") continue;
      // Why a flat curve is no amplification stands in the JSON result; the cell says that there is none.
      if (each.cq.status == CqStatus::no_amplification && flag == each.cq.reason) continue;
      Remark remark{flag, {each.target}};
      for (auto& [name, value] : remark.flag.values) {
        if (name == "target" && value == each.target) value.clear();
      }
      const auto known =
          std::find_if(remarks.begin(), remarks.end(), [&](const Remark& other) { return other.flag == remark.flag; });
      if (known == remarks.end()) {
        remarks.push_back(std::move(remark));
      } else if (std::find(known->targets.begin(), known->targets.end(), each.target) == known->targets.end()) {
        known->targets.push_back(each.target);
      }
    }
  }
  std::vector<std::string> lines;
  for (Remark& remark : remarks) {
    const std::string targets = join(remark.targets, ", ");
    bool names_targets = false;
    for (auto& [name, value] : remark.flag.values) {
      if (name != "target" || !value.empty()) continue;
      value = targets;
      names_targets = true;
    }
    const std::string text = render_message(remark.flag, view.language);
    lines.push_back(names_targets ? text : fmt::format("{}: {}", targets, text));
  }
  return join(lines, "\n");
}

ReportTable render_wells_table(const PlateView& view, std::size_t chunk) {
  const Language language = view.language;
  const std::size_t first = chunk * most_target_columns;
  const std::size_t last = std::min(view.targets.size(), first + most_target_columns);
  ReportTable table;
  table.id = chunk == 0 ? "wells" : fmt::format("wells-{}", chunk + 1);
  table.caption = render_text("report.wells_caption", language);
  table.compact = true;
  table.columns = {bilingual_column("report.well", language, Alignment::left, 6),
                   bilingual_column("report.sample", language, Alignment::left, 14),
                   bilingual_column("report.call_or_control", language, Alignment::left, 14)};
  std::map<std::size_t, std::size_t> column_of_result;
  std::vector<bool> stand_in_noted(table.columns.size(), false);
  std::vector<std::string> stand_ins;
  for (std::size_t i = first; i < last; ++i) {
    table.columns.push_back(make_column(view.targets[i].target, Alignment::right, 13, view.targets[i].dye));
    for (const std::size_t index : view.targets[i].wells) column_of_result[index] = table.columns.size() - 1;
    const std::optional<double> stand_in = find_common_stand_in(view, view.targets[i]);
    stand_in_noted.push_back(stand_in.has_value());
    if (stand_in) stand_ins.push_back(fmt::format("{} {}", view.targets[i].target, format_fixed(*stand_in, 2)));
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
      if (column != column_of_result.end()) {
        row[column->second] = cq_cell(view.result.wells[index], stand_in_noted[column->second], language);
      }
    }
    row.back() = make_cell({}, Tone::neutral, false, flags_text(view, well));
    table.rows.push_back(std::move(row));
  }
  if (!stand_ins.empty())
    table.note = "† " + render_message(Message{"report.stand_ins", {{"list", join(stand_ins, ", ")}}}, language);
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
  ReportTable table;
  table.id = "calls";
  table.caption = render_text("report.calls_caption", language);
  table.compact = true;
  table.columns = {bilingual_column("report.outcome", language, Alignment::left, 11.5),
                   bilingual_column("report.sample", language, Alignment::left, 12),
                   bilingual_column("report.wells", language, Alignment::left, 5.5),
                   bilingual_column("report.values", language, Alignment::left, 17),
                   bilingual_column("report.reasons", language, Alignment::left, 60)};
  for (const SampleCall* call : order_calls(result)) {
    std::vector<std::string> wells;
    for (const std::size_t index : call->wells) {
      const std::string& well = result.wells.at(index).well.label;
      if (std::find(wells.begin(), wells.end(), well) == wells.end()) wells.push_back(well);
    }
    ReportCell sample = make_cell(call->sample, Tone::neutral, true);
    if (!call->wells.empty()) sample.link = well_anchor(result.wells.at(call->wells.front()).well, 0);
    ReportCell reasons = reasons_cell(*call, language);
    ReportCell values = values_cell(*call, reasons, language);
    table.rows.push_back(
        {outcome_cell(*call, language), sample, make_cell(join(wells, " ")), std::move(values), std::move(reasons)});
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
    if (chunk + 1 == chunks)
      table.note += (table.note.empty() ? "" : "\n") + render_text("report.wells_note", language);
    blocks.emplace_back(std::move(table));
  }
  return blocks;
}

}  // namespace qpcr
