// A definition as a page: identity, decision and outcomes; the tables of its parts stand in assay_page_tables.cpp.
#include "libqpcr/report/assay_page.hpp"

#include <cmath>

#include <fmt/format.h>

#include "libqpcr/report/assay_formula.hpp"
#include "libqpcr/report/assay_page_tables.hpp"
#include "libqpcr/report/decision_diagram.hpp"
#include "libqpcr/report/plate_sections.hpp"

namespace qpcr {
namespace {

std::string word(std::string_view group, std::string_view enumerator, Language language) {
  return render_text(fmt::format("{}.{}", group, enumerator), language);
}

Block identity_block(const AssayDefinition& definition, const AssayIdentity& identity, Language language) {
  KeyValues pairs;
  const auto add = [&](std::string_view id, const std::string& value) {
    if (!value.empty()) pairs.rows.emplace_back(render_text(id, language), value);
  };
  add("assay_page.identity", fmt::format("{} {}", identity.id, identity.version));
  add("assay_page.status", word("assay_status", to_string(definition.status), language));
  std::string claim = word("claim", to_string(definition.claim), language);
  if (definition.horizon_years) {
    claim = render_message(
        {"assay_page.claim_horizon", {{"claim", claim}, {"years", render_constant(*definition.horizon_years)}}},
        language);
  }
  add("assay_page.claim", claim);
  add("assay_page.intended_use", pick(definition.intended_use, language));
  add("assay_page.sha256", identity.sha256);
  if (definition.release) {
    const ReleaseRecord& release = *definition.release;
    add("assay_page.registration", release.registration);
    add("assay_page.laboratory_developed_test", release.laboratory_developed_test);
    add("assay_page.verification",
        fmt::format("{} {} {}", release.verified_by, release.verification_date, release.verification_sha256));
    add("assay_page.validity_dates", fmt::format("{} – {}", release.valid_from, release.valid_until));
  }
  return pairs;
}

void append_decision(std::vector<Block>& blocks, const AssayDefinition& definition, Language language) {
  blocks.emplace_back(bilingual_heading(1, "assay_page.decision", language));
  if (!definition.positive && !definition.classification) {
    blocks.emplace_back(Notice{Tone::warning, render_text("assay_page.no_decision", language), {}});
  }
  if (definition.positive) {
    blocks.emplace_back(make_paragraph(render_message(
        {"assay_page.positive_when", {{"expression", render_expression(*definition.positive)}}}, language)));
    blocks.emplace_back(make_paragraph(render_text("assay_page.three_valued", language), Tone::muted, true));
  }
  Figure figure;
  figure.id = "decision";
  figure.caption = render_text("assay_page.diagram_caption", language);
  figure.alternative_text =
      definition.positive
          ? render_message({"assay_page.positive_when", {{"expression", render_expression(*definition.positive)}}},
                           language)
          : render_text("assay_page.diagram_caption", language);
  figure.drawing = draw_decision(definition, language);
  if (!figure.drawing.shapes.empty()) blocks.emplace_back(std::move(figure));
}

void append_repeat(std::vector<Block>& blocks, const AssayDefinition& definition, Language language) {
  const RepeatPlan& plan = definition.repeat;
  if (plan.rules.empty()) return;
  blocks.emplace_back(bilingual_heading(1, "assay_page.repeat", language));
  ItemList items;
  for (const RepeatRequest& request : plan.rules) {
    Message message{"assay_page.repeat_request",
                    {{"cause", std::string(to_string(request.cause))}, {"step", std::string(to_string(request.from))}}};
    std::string text = render_message(message, language);
    if (!request.instruction.empty()) text += " · " + request.instruction;
    items.items.push_back(std::move(text));
  }
  blocks.emplace_back(std::move(items));
  blocks.emplace_back(make_paragraph(
      render_message({"assay_page.repeat_decision",
                      {{"maximum", std::to_string(plan.maximum)}, {"decision", std::string(to_string(plan.decision))}}},
                     language)));
}

void append_outcomes(std::vector<Block>& blocks, const AssayDefinition& definition, Language language) {
  if (!definition.positive) return;
  blocks.emplace_back(bilingual_heading(1, "assay_page.outcomes", language));
  KeyValues pairs;
  const auto add = [&](Outcome outcome, const LocalizedText& text) {
    pairs.rows.emplace_back(word("outcome", to_string(outcome), language), pick(text, language));
  };
  add(Outcome::positive, definition.outcomes.positive);
  add(Outcome::negative, definition.outcomes.negative);
  add(Outcome::indeterminate, definition.outcomes.indeterminate);
  add(Outcome::invalid, definition.outcomes.invalid);
  blocks.emplace_back(std::move(pairs));
}

void append_signatures(std::vector<Block>& blocks, Language language) {
  blocks.emplace_back(bilingual_heading(1, "assay_page.signatures", language));
  ReportTable table;
  table.id = "signatures";
  table.caption = render_text("assay_page.signatures_caption", language);
  for (const std::string_view column :
       {"assay_page.role", "assay_page.name", "assay_page.signature", "assay_page.date"})
    table.columns.push_back(make_column(render_text(column, language), Alignment::left, 25));
  for (const std::string_view role : {"assay_page.prepared", "assay_page.reviewed", "assay_page.approved"}) {
    table.rows.push_back({make_cell(render_text(role, language)), make_cell(""), make_cell(""), make_cell("\n")});
  }
  blocks.emplace_back(std::move(table));
}

}  // namespace

Document build_assay_page(const AssayDefinition& definition, Language language) {
  const AssayIdentity identity = identify(definition);
  Document document;
  document.language = language;
  document.title = pick(definition.title, language);
  document.subtitle =
      fmt::format("{} · {} {}", render_text("assay_page.title", language), identity.id, identity.version);
  if (definition.status != AssayStatus::released) document.banner = render_text("report.marking_research", language);
  if (definition.status == AssayStatus::simulated)
    document.watermark = render_text("report.watermark_simulated", language);
  document.header = document.subtitle;
  document.footer = fmt::format("{} {} · {}", identity.id, identity.version, identity.sha256.substr(0, 12));

  std::vector<Block>& blocks = document.blocks;
  blocks.push_back(identity_block(definition, identity, language));
  if (identity.recalled) {
    blocks.emplace_back(Notice{Tone::warning, render_text("assay_page.recalled", language),
                               render_text("assay_page.recalled_explained", language)});
  }
  append_decision(blocks, definition, language);
  append_assay_tables(blocks, definition, language);
  append_repeat(blocks, definition, language);
  append_outcomes(blocks, definition, language);
  blocks.emplace_back(bilingual_heading(1, "report.statements", language));
  ItemList statements;
  for (const LocalizedText& text : identity.statements) statements.items.push_back(pick(text, language));
  blocks.emplace_back(std::move(statements));
  append_sources(blocks, definition, language);
  append_signatures(blocks, language);
  return document;
}

}  // namespace qpcr
