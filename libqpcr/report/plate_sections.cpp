// Head of a plate report: verdict, counts, controls, map, curves, method, warnings, provenance, statements.
#include "libqpcr/report/plate_sections.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/report/plate_figures.hpp"

namespace qpcr {
namespace {

std::string both(std::string_view id, Language language) {
  return language == Language::zh ? render_text(id, Language::en) : std::string{};
}

ReportColumn bilingual_column(std::string_view id, Language language, Alignment alignment, double width) {
  return make_column(render_text(id, language), alignment, width, both(id, language));
}

std::string number(std::size_t value) { return fmt::format("{}", value); }

Tile outcome_tile(const PlateView& view, Outcome outcome) {
  const OutcomeLook look = describe(outcome);
  return {std::string(look.symbol), number(count_calls(view.result, outcome)),
          label("outcome", to_string(outcome), view.language),
          view.language == Language::zh ? label("outcome", to_string(outcome), Language::en) : std::string{},
          look.tone};
}

/// The finding, with the Cq where its words do not carry it.
std::string finding_text(const ControlResult& control, Language language) {
  std::string text = render_message(control.finding, language);
  if (!control.cq_cycles) return text;
  const std::string cq = format_fixed(*control.cq_cycles, 2);
  return text.find(cq) == std::string::npos ? fmt::format("{} ({} {})", text, render_text("report.cq", language), cq)
                                            : text;
}

/// All expectations on one control well, or on a control as a whole, in one row; those that failed first, marked.
std::vector<ReportCell> control_row(const std::vector<const ControlResult*>& expectations, Language language) {
  const std::string separator = render_text("report.clause_separator", language);
  std::string expected;
  std::string found;
  std::string failed_expected;
  std::string failed_found;
  for (const ControlResult* each : expectations) {
    std::string& left = each->passed ? expected : failed_expected;
    std::string& right = each->passed ? found : failed_found;
    const std::string mark = each->passed ? "" : "✗ ";
    left += (left.empty() ? "" : separator) + mark + render_message(each->expectation, language);
    right += (right.empty() ? "" : separator) + mark + finding_text(*each, language);
  }
  const ControlResult& first = *expectations.front();
  const bool passed = failed_found.empty();
  const auto words = [&](const std::string& good, const std::string& bad) {
    return passed ? make_cell(good) : make_cell(bad, Tone::invalid, true, good);
  };
  return {make_cell(label("control_kind", to_string(first.kind), language), Tone::neutral, false,
                    first.control == first.sample ? "" : first.control),
          make_cell(first.well.label.empty() ? "–" : first.well.label),
          make_cell(first.sample),
          words(expected, failed_expected),
          words(found, failed_found),
          make_cell((passed ? "✓ " : "✗ ") + render_text(passed ? "report.passed" : "report.failed", language),
                    passed ? Tone::good : Tone::invalid, true)};
}

}  // namespace

Heading bilingual_heading(int level, std::string_view id, Language language) {
  return make_heading(level, render_text(id, language), both(id, language));
}

std::vector<Block> render_verdict_section(const PlateView& view) {
  const PlateResult& result = view.result;
  const Language language = view.language;
  std::vector<Block> blocks;
  const std::string_view verdict_id = result.run_valid ? "report.batch_valid" : "report.batch_invalid";
  Verdict verdict{result.run_valid ? Tone::good : Tone::invalid,
                  result.run_valid ? "✓" : "✗",
                  render_text(verdict_id, language),
                  both(verdict_id, language),
                  {}};
  for (const Message& reason : result.run_reasons) verdict.lines.push_back(render_message(reason, language));
  blocks.emplace_back(std::move(verdict));
  if (result.simulated) {
    blocks.emplace_back(Notice{Tone::invalid, render_text("report.marking_simulated", language),
                               render_text("report.simulated_explained", language)});
  }
  if (result.assay.status != AssayStatus::released) {
    const Message why{"report.research_explained", {{"status", std::string(to_string(result.assay.status))}}};
    blocks.emplace_back(
        Notice{Tone::warning, render_text("report.marking_research", language), render_message(why, language)});
  } else if (!result.releasable) {
    std::string why;
    for (const Message& block : result.not_releasable)
      why += (why.empty() ? "" : "\n") + render_message(block, language);
    blocks.emplace_back(Notice{Tone::invalid, render_text("report.marking_not_releasable", language), why});
  }

  Tiles tiles;
  tiles.tiles.push_back({{},
                         number(result.calls.size()),
                         render_text("report.samples", language),
                         both("report.samples", language),
                         Tone::neutral});
  for (const Outcome outcome : {Outcome::positive, Outcome::negative, Outcome::indeterminate, Outcome::invalid})
    tiles.tiles.push_back(outcome_tile(view, outcome));
  if (count_calls(result, Outcome::scored) > 0) tiles.tiles.push_back(outcome_tile(view, Outcome::scored));
  const auto reviews = static_cast<std::size_t>(std::count_if(
      result.calls.begin(), result.calls.end(), [](const SampleCall& call) { return call.needs_review; }));
  tiles.tiles.push_back({"⚑", number(reviews), render_text("report.needs_review", language),
                         both("report.needs_review", language), reviews == 0 ? Tone::neutral : Tone::warning});
  blocks.emplace_back(std::move(tiles));

  KeyValues head;
  const auto add = [&](std::string_view id, const std::string& value) {
    if (!value.empty()) head.rows.emplace_back(render_text(id, language), value);
  };
  add("report.run", result.run);
  add("report.assay",
      fmt::format("{} · {} {}", pick(result.assay.title, language), result.assay.id, result.assay.version));
  add("report.assay_status", label("assay_status", to_string(result.assay.status), language));
  add("report.intended_use", pick(result.assay.intended_use, language));
  const Instrument& instrument = view.run->instrument;
  std::string device = instrument.vendor;
  for (const std::string& part : {instrument.model, instrument.serial_number}) {
    if (!part.empty()) device += (device.empty() ? "" : " · ") + part;
  }
  add("report.instrument", device);
  add("report.started_at", view.run->started_at);
  add("report.reagent_lot", result.reagent_lot);
  add("report.control_lot", result.control_lot);
  blocks.emplace_back(std::move(head));
  return blocks;
}

std::vector<Block> render_controls_section(const PlateView& view) {
  const Language language = view.language;
  std::vector<Block> blocks;
  blocks.emplace_back(bilingual_heading(1, "report.controls", language));
  if (view.result.controls.empty()) {
    blocks.emplace_back(make_paragraph(render_text("report.no_controls", language), Tone::warning));
    return blocks;
  }
  ReportTable table;
  table.id = "controls";
  table.caption = render_text("report.controls_caption", language);
  table.compact = true;
  table.columns = {bilingual_column("report.control", language, Alignment::left, 13),
                   bilingual_column("report.well", language, Alignment::left, 6),
                   bilingual_column("report.sample", language, Alignment::left, 9),
                   bilingual_column("report.expectation", language, Alignment::left, 32),
                   bilingual_column("report.finding", language, Alignment::left, 32),
                   bilingual_column("report.passed_or_failed", language, Alignment::left, 11)};
  std::vector<std::vector<const ControlResult*>> groups;
  for (const ControlResult& control : view.result.controls) {
    const auto known = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
      const ControlResult& first = *group.front();
      return first.control == control.control && first.kind == control.kind && first.sample == control.sample &&
             first.well.label == control.well.label;
    });
    if (known == groups.end()) {
      groups.push_back({&control});
    } else {
      known->push_back(&control);
    }
  }
  for (const auto& group : groups) table.rows.push_back(control_row(group, language));
  blocks.emplace_back(std::move(table));
  return blocks;
}

std::vector<Block> render_map_section(const PlateView& view) {
  std::vector<Block> blocks;
  blocks.emplace_back(bilingual_heading(1, "report.plate_map", view.language));
  if (auto picture = draw_plate_map(view)) {
    blocks.emplace_back(Figure{"plate-map", render_text("report.plate_map_caption", view.language),
                               std::move(picture->alternative_text), std::move(picture->drawing)});
  } else {
    blocks.emplace_back(make_paragraph(render_text("report.no_plate", view.language), Tone::muted));
  }
  if (!view.idle_wells.empty()) {
    std::string wells;
    for (const std::string& well : view.idle_wells) wells += (wells.empty() ? "" : ", ") + well;
    blocks.emplace_back(make_paragraph(render_message(Message{"report.idle_wells", {{"wells", wells}}}, view.language),
                                       Tone::muted, true));
  }
  return blocks;
}

std::vector<Block> render_curves_section(const PlateView& view) {
  std::vector<Block> blocks;
  if (view.targets.empty()) return blocks;
  blocks.emplace_back(bilingual_heading(1, "report.curves", view.language));
  for (std::size_t i = 0; i < view.targets.size(); ++i) {
    const TargetView& target = view.targets[i];
    PictureWithWords picture = draw_curves(view, target);
    const std::string caption =
        fmt::format("{} · {}", target_label(target), label("target_role", to_string(target.role), view.language));
    blocks.emplace_back(Figure{fmt::format("curves-{}", i + 1), caption, std::move(picture.alternative_text),
                               std::move(picture.drawing)});
  }
  return blocks;
}

std::vector<Block> render_method_section(const PlateView& view) {
  const Language language = view.language;
  std::vector<Block> blocks;
  blocks.emplace_back(bilingual_heading(1, "report.method", language));
  ReportTable table;
  table.id = "thresholds";
  table.caption = render_text("report.thresholds_caption", language);
  table.columns = {bilingual_column("report.target", language, Alignment::left, 20),
                   bilingual_column("report.dye", language, Alignment::left, 12),
                   bilingual_column("report.role", language, Alignment::left, 16),
                   bilingual_column("report.cq_method", language, Alignment::left, 20),
                   bilingual_column("report.baseline", language, Alignment::left, 14),
                   bilingual_column("report.threshold", language, Alignment::right, 14),
                   bilingual_column("report.threshold_source", language, Alignment::left, 14)};
  for (const TargetView& target : view.targets) {
    const WellResult& first = view.result.wells[target.wells.front()];
    const bool known = target.threshold != nullptr && target.threshold->threshold.has_value();
    // Curves that carry no signal have no baseline; the commonest way of the others is what the reader wants to know.
    std::string baseline;
    for (const std::size_t index : target.wells) {
      const std::string each =
          label("baseline_method", to_string(view.result.wells[index].cq.baseline.method), language);
      if (baseline.find(each) == std::string::npos) baseline += (baseline.empty() ? "" : ", ") + each;
    }
    table.rows.push_back(
        {make_cell(target.target), make_cell(target.dye),
         make_cell(label("target_role", to_string(target.role), language)),
         make_cell(label("cq_method", to_string(first.cq.method), language)), make_cell(baseline),
         make_cell(known ? fmt::format("{:.5g}", *target.threshold->threshold) : "–"),
         make_cell(target.threshold == nullptr
                       ? "–"
                       : render_text(target.threshold->fixed ? "report.threshold_fixed" : "report.threshold_automatic",
                                     language))});
  }
  if (!table.rows.empty()) blocks.emplace_back(std::move(table));
  blocks.emplace_back(make_paragraph(render_text("report.method_note", language), Tone::muted, true));
  return blocks;
}

std::vector<Block> render_warnings_section(const PlateView& view) {
  const Language language = view.language;
  std::vector<Block> blocks;
  blocks.emplace_back(bilingual_heading(1, "report.warnings", language));
  ItemList items;
  for (const Message& warning : view.result.warnings) items.items.push_back(render_message(warning, language));
  for (const std::string& warning : view.run->warnings) items.items.push_back(warning);
  if (items.items.empty()) {
    blocks.emplace_back(make_paragraph(render_text("report.no_warnings", language), Tone::muted));
  } else {
    blocks.emplace_back(std::move(items));
  }
  blocks.emplace_back(bilingual_heading(2, "report.not_read", language));
  const auto& not_read = view.result.provenance.not_read;
  if (not_read.empty()) {
    blocks.emplace_back(make_paragraph(render_text("report.all_read", language), Tone::muted));
    return blocks;
  }
  ReportTable table;
  table.id = "not-read";
  table.caption = render_text("report.not_read_caption", language);
  table.columns = {bilingual_column("report.not_read_where", language, Alignment::left, 40),
                   bilingual_column("report.not_read_why", language, Alignment::left, 60)};
  for (const NotRead& each : not_read) table.rows.push_back({make_cell(each.where), make_cell(each.why)});
  blocks.emplace_back(std::move(table));
  return blocks;
}

std::vector<Block> render_provenance_section(const PlateView& view) {
  const Language language = view.language;
  const PlateResult& result = view.result;
  std::vector<Block> blocks;
  blocks.emplace_back(bilingual_heading(1, "report.provenance", language));
  ReportTable table;
  table.id = "sources";
  table.caption = render_text("report.sources_caption", language);
  table.columns = {bilingual_column("report.file", language, Alignment::left, 34),
                   bilingual_column("report.size_bytes", language, Alignment::right, 12),
                   make_column("SHA-256", Alignment::left, 54)};
  for (const SourceFile& source : result.provenance.sources) {
    ReportCell hash = make_cell(source.sha256);
    hash.monospace = true;
    table.rows.push_back({make_cell(source.name), make_cell(fmt::format("{}", source.size_bytes)), hash});
  }
  if (!table.rows.empty()) blocks.emplace_back(std::move(table));
  KeyValues pairs;
  const auto add = [&](std::string_view id, const std::string& value) {
    pairs.rows.emplace_back(render_text(id, language), value.empty() ? "–" : value);
  };
  add("report.reader", result.provenance.reader);
  add("report.assay", fmt::format("{} {}", result.assay.id, result.assay.version));
  add("report.assay_sha256", result.assay.sha256);
  add("report.software", fmt::format("qpcr {}", result.library_version));
  add("report.schema", result.schema);
  const Instrument& instrument = view.run->instrument;
  add("report.instrument_software", instrument.software_version.empty()
                                        ? instrument.software
                                        : instrument.software + " " + instrument.software_version);
  blocks.emplace_back(std::move(pairs));
  return blocks;
}

std::vector<Block> render_statements_section(const PlateView& view) {
  const Language language = view.language;
  std::vector<Block> blocks;
  blocks.emplace_back(bilingual_heading(1, "report.statements", language));
  ItemList statements;
  for (const LocalizedText& text : view.result.assay.statements) statements.items.push_back(pick(text, language));
  if (is_marked(view.result)) statements.items.push_back(marking(view.result, language));
  for (const Message& block : view.result.not_releasable) statements.items.push_back(render_message(block, language));
  statements.items.push_back(render_text("report.unsigned", language));
  blocks.emplace_back(std::move(statements));
  if (!view.result.assay.citations.empty()) {
    blocks.emplace_back(bilingual_heading(2, "report.citations", language));
    blocks.emplace_back(ItemList{view.result.assay.citations});
  }
  return blocks;
}

}  // namespace qpcr
