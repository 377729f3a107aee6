// Sections of a trial report that list single subjects, and the appendices that make each number followable.
#include <algorithm>

#include <fmt/format.h>

#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/report/plate_view.hpp"
#include "libqpcr/report/trial_figures.hpp"
#include "libqpcr/report/trial_sections.hpp"

namespace qpcr {
namespace {

std::string join_lines(const std::vector<std::string>& lines, std::string_view separator) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : std::string(separator)) + line;
  return text;
}

std::string person_text(const TrialView& view, const Subject& subject) {
  std::vector<std::string> parts;
  if (subject.sex) parts.push_back(view.word("sex", to_string(*subject.sex)));
  if (subject.age_years) parts.push_back(format_double(*subject.age_years));
  if (subject.afp_ng_ml) parts.push_back("AFP " + subject.afp_ng_ml->text);
  return join_lines(parts, " · ");
}

ReportCell subject_cell(const TrialView& view, const SubjectOutcome& outcome) {
  ReportCell cell = make_cell(view.subject(outcome).id, Tone::neutral, false, person_text(view, view.subject(outcome)));
  cell.link = subject_anchor(outcome.subject);
  return cell;
}

ReportCell reference_cell(const TrialView& view, const Subject& subject) {
  if (!subject.reference) return make_cell(view.text("not_available"), Tone::muted);
  return make_cell(view.word("reference_standard", to_string(*subject.reference)), Tone::neutral, false,
                   disease_label(view, subject));
}

/// Result in words with its symbol; where nothing counts, the place.
ReportCell outcome_cell(const TrialView& view, const SubjectOutcome& outcome) {
  const IndexTest* test = view.counting(outcome);
  if (test == nullptr) return make_cell(view.word("place", to_string(outcome.place)), Tone::muted);
  const bool run_valid = view.result(*test).run_valid;
  const OutcomeLook look = describe(*outcome.outcome);
  const std::string word =
      run_valid ? view.word("outcome", to_string(*outcome.outcome)) : view.word("place", "run_invalid");
  std::string place = outcome.place == Place::analysed ? "" : view.word("place", to_string(outcome.place));
  if (place == word) place.clear();
  return make_cell(fmt::format("{} {}", look.symbol, word), look.tone, false, place);
}

/// Values that the words in `said` do not carry yet.
std::string values_text(const SampleCall& call, std::string_view said) {
  std::vector<std::string> parts;
  for (const NamedValue& value : call.values) {
    std::string number = !value.text.empty() ? value.text
                         : value.value       ? format_fixed(*value.value, value.display_digits)
                                             : std::string();
    if (number.empty() || said.find(value.id) != std::string_view::npos) continue;
    if (!value.unit.empty()) number += " " + value.unit;
    if (value.depends_on_imputed_cq) number += " †";
    parts.push_back(fmt::format("{} = {}", value.id, number));
  }
  return join_lines(parts, "; ");
}

/// "A7 DM1 –, DIC 26.79; B7 …": the wells of a call with each label once.
std::string group_wells(const TrialView& view, const IndexTest& test) {
  std::string text;
  std::string last;
  constexpr int cq_decimals = 2;
  for (const std::size_t index : view.call(test).wells) {
    const WellResult& well = view.result(test).wells.at(index);
    if (well.well.label != last) text += (text.empty() ? "" : "; ") + well.well.label + " ";
    if (well.well.label == last) text += ", ";
    last = well.well.label;
    text += well.target + " " + (well.cq.cq_cycles ? format_fixed(*well.cq.cq_cycles, cq_decimals) : "–");
  }
  return text;
}

/// Values that were computed, without those that were read from the table of covariates or stand in `said`.
std::string derived_text(const SampleCall& call, std::string_view said = {}) {
  SampleCall derived;
  for (const NamedValue& value : call.values) {
    if (value.text.empty()) derived.values.push_back(value);
  }
  for (NamedValue& value : derived.values) value.unit.clear();
  return values_text(derived, said);
}

std::string reasons_text(const TrialView& view, const SubjectOutcome& outcome) {
  const IndexTest* test = view.counting(outcome);
  if (test == nullptr) return view.text("sample_in_no_run", {{"sample", view.subject(outcome).sample}});
  const PlateResult& plate = view.result(*test);
  std::vector<std::string> lines;
  for (const Message& reason : plate.run_valid ? view.call(*test).reasons : plate.run_reasons)
    lines.push_back(view.words(reason));
  for (const RuleTrace& rule : view.call(*test).rules) {
    const std::string statement = view.words(rule.statement);
    const bool said = std::any_of(lines.begin(), lines.end(),
                                  [&](const std::string& line) { return line.find(statement) != std::string::npos; });
    if (plate.run_valid && rule.decisive && !said) lines.push_back(statement);
  }
  return join_lines(lines, render_text("report.clause_separator", view.language));
}

ReportCell run_cell(const TrialView& view, const IndexTest& test) {
  constexpr std::size_t prefix = 12;
  const PlateResult& plate = view.result(test);
  const std::string hash =
      plate.provenance.sources.empty() ? std::string() : plate.provenance.sources.front().sha256.substr(0, prefix);
  ReportCell cell = make_cell(view.trial.runs[test.run].id, Tone::neutral, false, hash);
  cell.link = run_anchor(test.run, test.result);
  return cell;
}

std::vector<const SubjectOutcome*> select(const TrialView& view, const std::vector<std::string>& cells) {
  std::vector<const SubjectOutcome*> chosen;
  for (const std::string& cell : cells) {
    for (const SubjectOutcome& outcome : view.trial.disposition.subjects) {
      if (cell_of(view, outcome) == cell) chosen.push_back(&outcome);
    }
  }
  return chosen;
}

ReportTable list_outcomes(const TrialView& view, std::string id, std::string caption,
                          const std::vector<const SubjectOutcome*>& outcomes) {
  ReportTable table;
  table.id = std::move(id);
  table.caption = std::move(caption);
  table.compact = true;
  table.columns = {make_column(view.text("subject"), Alignment::left, 1.3),
                   make_column(view.text("centre"), Alignment::left, 0.6),
                   make_column(view.text("reference"), Alignment::left, 1.1),
                   make_column(view.text("index_result"), Alignment::left, 0.9),
                   make_column(view.text("why"), Alignment::left, 4.9),
                   make_column(view.text("wells_and_cq"), Alignment::left, 1.8),
                   make_column(render_text("report.run", view.language), Alignment::left, 1.1)};
  for (const SubjectOutcome* outcome : outcomes) {
    const IndexTest* test = view.counting(*outcome);
    const std::string reasons = reasons_text(view, *outcome);
    table.rows.push_back(
        {subject_cell(view, *outcome), make_cell(view.subject(*outcome).centre),
         reference_cell(view, view.subject(*outcome)), outcome_cell(view, *outcome),
         make_cell(reasons, Tone::neutral, false, test == nullptr ? "" : derived_text(view.call(*test), reasons)),
         make_cell(test == nullptr ? "" : group_wells(view, *test)),
         test == nullptr ? make_cell("") : run_cell(view, *test)});
  }
  return table;
}

void add_curves(const TrialView& view, Blocks& blocks, const std::vector<const SubjectOutcome*>& outcomes) {
  const bool any_curves = std::any_of(view.trial.runs.begin(), view.trial.runs.end(),
                                      [](const TestedRun& run) { return !run.runs.empty(); });
  if (!any_curves || outcomes.empty()) return;
  blocks.push_back(make_heading(2, view.text("curves_of_discordant")));
  const std::size_t figures = (outcomes.size() + subjects_per_figure - 1) / subjects_per_figure;
  for (std::size_t i = 0; i < figures; ++i) {
    const auto first = outcomes.begin() + static_cast<std::ptrdiff_t>(i * subjects_per_figure);
    const auto last =
        outcomes.begin() + static_cast<std::ptrdiff_t>(std::min(outcomes.size(), (i + 1) * subjects_per_figure));
    Figure figure;
    figure.id = fmt::format("figure-curves-{}", i + 1);
    figure.caption = view.text("curves_caption", {{"part", fmt::format("{}/{}", i + 1, figures)}});
    figure.alternative_text = view.text("curves_words");
    figure.drawing = draw_subject_curves(view, {first, last});
    blocks.push_back(std::move(figure));
  }
}

}  // namespace

void add_trial_discordant(const TrialView& view, Blocks& blocks) {
  blocks.push_back(make_heading(1, view.text("discordant")));
  const std::vector<const SubjectOutcome*> discordant = select(view, {"fn", "fp"});
  if (discordant.empty()) {
    blocks.push_back(make_paragraph(view.text("no_discordant")));
  } else {
    blocks.push_back(make_paragraph(view.text("discordant_text")));
    blocks.push_back(list_outcomes(view, "table-discordant",
                                   view.text("discordant_caption", {{"count", fmt::format("{}", discordant.size())}}),
                                   discordant));
    add_curves(view, blocks, discordant);
  }
  const std::vector<const SubjectOutcome*> undecided =
      select(view, {"indeterminate-pos", "indeterminate-neg", "sample_invalid-pos", "sample_invalid-neg",
                    "run_invalid-pos", "run_invalid-neg", "no_index_result-pos", "no_index_result-neg"});
  blocks.push_back(make_heading(2, view.text("undecided_list")));
  if (undecided.empty()) {
    blocks.push_back(make_paragraph(view.text("no_undecided")));
  } else {
    blocks.push_back(list_outcomes(view, "table-undecided",
                                   view.text("undecided_caption", {{"count", fmt::format("{}", undecided.size())}}),
                                   undecided));
  }
}

void add_trial_not_used(const TrialView& view, Blocks& blocks) {
  const TrialResult& trial = view.trial;
  blocks.push_back(make_heading(1, view.text("not_used")));
  if (!trial.warnings.empty()) {
    blocks.push_back(make_heading(2, view.text("warnings_title")));
    ItemList items;
    for (const Message& warning : trial.warnings) items.items.push_back(view.words(warning));
    blocks.push_back(std::move(items));
  }
  blocks.push_back(make_heading(2, view.text("repeats")));
  ReportTable repeats;
  repeats.id = "table-repeats";
  repeats.caption = view.text("repeats_caption");
  repeats.compact = true;
  repeats.columns = {make_column(view.text("subject"), Alignment::left, 1.2),
                     make_column(view.text("all_results"), Alignment::left, 3),
                     make_column(view.text("counts"), Alignment::left, 1.2),
                     make_column(view.text("repeat_reason"), Alignment::left, 2)};
  for (const SubjectOutcome& outcome : trial.disposition.subjects) {
    if (outcome.tests.size() < 2) continue;
    std::vector<std::string> results;
    std::vector<std::string> reasons;
    for (const IndexTest& test : outcome.tests) {
      const std::string word = view.result(test).run_valid ? view.word("outcome", to_string(view.call(test).outcome))
                                                           : view.word("place", "run_invalid");
      results.push_back(fmt::format("{} {}", trial.runs[test.run].id, word));
      if (!trial.plan.runs[test.run].reason.empty()) reasons.push_back(trial.plan.runs[test.run].reason);
    }
    ReportCell subject = make_cell(view.subject(outcome).id);
    subject.link = subject_anchor(outcome.subject);
    ReportCell counting = make_cell(trial.runs[view.counting(outcome)->run].id);
    counting.link = run_anchor(view.counting(outcome)->run, view.counting(outcome)->result);
    repeats.rows.push_back(
        {subject, make_cell(join_lines(results, " → ")), counting, make_cell(join_lines(reasons, "\n"))});
  }
  if (repeats.rows.empty()) {
    blocks.push_back(make_paragraph(view.text("no_repeats")));
  } else {
    blocks.push_back(std::move(repeats));
  }
  blocks.push_back(make_heading(2, view.text("unassigned")));
  if (trial.disposition.unassigned.empty()) {
    blocks.push_back(make_paragraph(view.text("no_unassigned")));
  } else {
    ReportTable table;
    table.id = "table-unassigned";
    table.caption = view.text("unassigned_caption");
    table.columns = {make_column(render_text("report.sample", view.language)),
                     make_column(render_text("report.run", view.language)), make_column(view.text("index_result"))};
    for (const UnassignedSample& each : trial.disposition.unassigned) {
      ReportCell run = make_cell(trial.runs[each.run].id);
      run.link = run_anchor(each.run, each.result);
      table.rows.push_back(
          {make_cell(mask_personal(each.sample)), run, make_cell(view.word("outcome", to_string(each.outcome)))});
    }
    blocks.push_back(std::move(table));
  }
  blocks.push_back(make_heading(2, view.text("unused_columns")));
  if (trial.subjects.not_read.empty()) {
    blocks.push_back(make_paragraph(view.text("no_unused_columns")));
  } else {
    ItemList items;
    for (const NotRead& each : trial.subjects.not_read) items.items.push_back(mask_personal(each.where));
    blocks.push_back(make_paragraph(view.text("column_not_used")));
    blocks.push_back(std::move(items));
  }
}

void add_trial_methods(const TrialView& view, Blocks& blocks) {
  blocks.push_back(make_heading(1, view.text("methods")));
  ItemList items;
  for (const std::string_view id :
       {"method_accuracy", "method_wilson", "method_clopper_pearson", "method_ratios", "method_predictive",
        "method_strata", "method_undecided", "method_repeats", "method_scope"}) {
    items.items.push_back(view.text(id));
  }
  blocks.push_back(std::move(items));
  if (!view.trial.assay.citations.empty()) {
    blocks.push_back(make_heading(2, render_text("report.citations", view.language)));
    blocks.push_back(ItemList{view.trial.assay.citations});
  }
}

void add_trial_provenance(const TrialView& view, Blocks& blocks) {
  blocks.push_back(make_heading(1, render_text("report.provenance", view.language)));
  ReportTable table;
  table.id = "table-runs";
  table.caption = view.text("runs_caption");
  table.compact = true;
  table.columns = {make_column(render_text("report.run", view.language), Alignment::left, 1),
                   make_column(view.text("centre"), Alignment::left, 0.5),
                   make_column(render_text("report.passed_or_failed", view.language), Alignment::left, 2.4),
                   make_column(view.text("file_and_hash"), Alignment::left, 4.4),
                   make_column(render_text("report.instrument", view.language), Alignment::left, 1.5)};
  for (std::size_t i = 0; i < view.trial.runs.size(); ++i) {
    const TestedRun& tested = view.trial.runs[i];
    for (std::size_t j = 0; j < tested.results.size(); ++j) {
      const PlateResult& plate = tested.results[j];
      ReportCell run = make_cell(tested.id, Tone::neutral, true, plate.run);
      run.anchor = run_anchor(i, j);
      std::vector<std::string> reasons;
      for (const Message& reason : plate.run_reasons) reasons.push_back(view.words(reason));
      std::vector<std::string> files;
      for (const SourceFile& file : plate.provenance.sources)
        files.push_back(fmt::format("{}\n{}", file.name, file.sha256));
      ReportCell hashes = make_cell(join_lines(files, "\n"));
      hashes.monospace = true;
      std::string instrument;
      if (j < tested.runs.size()) {
        const RunData& data = *tested.runs[j];
        instrument = fmt::format("{} {}\n{}\n{}", data.instrument.vendor, data.instrument.model,
                                 data.instrument.serial_number, data.started_at);
      }
      table.rows.push_back(
          {run, make_cell(view.trial.plan.runs[i].centre),
           make_cell(render_text(plate.run_valid ? "report.batch_valid" : "report.batch_invalid", view.language),
                     plate.run_valid ? Tone::good : Tone::invalid, false,
                     join_lines(reasons, render_text("report.clause_separator", view.language))),
           std::move(hashes), make_cell(instrument, Tone::neutral, false, plate.provenance.reader)});
    }
  }
  blocks.push_back(std::move(table));
}

void add_trial_counts(const TrialView& view, Blocks& blocks) {
  blocks.push_back(PageBreak{});
  blocks.push_back(make_heading(1, view.text("counts_title")));
  blocks.push_back(make_paragraph(view.text("counts_text")));
  constexpr std::size_t subjects_per_row = 7;
  for (const CountTable& counts : list_counts(view)) {
    ReportTable table;
    table.id = counts.id;
    table.caption = counts.caption;
    table.compact = true;
    table.columns = {make_column(view.text("count"), Alignment::left, 2.2)};
    for (std::size_t i = 0; i < subjects_per_row; ++i)
      table.columns.push_back(make_column(i == 0 ? view.text("subjects") : ""));
    for (const CountGroup& group : counts.groups) {
      for (std::size_t first = 0; first < group.subjects.size(); first += subjects_per_row) {
        std::vector<ReportCell> row{make_cell("")};
        if (first == 0) {
          row[0] = make_cell(fmt::format("{}  n = {}", group.label, group.subjects.size()), Tone::neutral, true);
          row[0].anchor = group.anchor;
        }
        for (std::size_t i = first; i < first + subjects_per_row; ++i) {
          ReportCell cell = make_cell("");
          if (i < group.subjects.size()) {
            cell.text = view.trial.subjects.subjects[group.subjects[i]].id;
            cell.link = subject_anchor(group.subjects[i]);
          }
          row.push_back(std::move(cell));
        }
        table.rows.push_back(std::move(row));
      }
    }
    blocks.push_back(std::move(table));
  }
}

void add_trial_listing(const TrialView& view, Blocks& blocks) {
  blocks.push_back(PageBreak{});
  blocks.push_back(make_heading(1, view.text("listing")));
  ReportTable table;
  table.id = "table-listing";
  table.caption = view.text("listing_caption");
  table.compact = true;
  table.columns = {
      make_column(view.text("subject"), Alignment::left, 1.2),
      make_column(view.text("centre"), Alignment::left, 0.55),
      make_column(render_text("report.sample", view.language), Alignment::left, 0.85),
      make_column(view.text("reference"), Alignment::left, 1.0),
      make_column(view.text("index_result"), Alignment::left, 0.9),
      make_column(view.text("wells_and_cq"), Alignment::left, 3.6),
      make_column(render_text("report.run", view.language), Alignment::left, 1.1, view.text("hash_prefix"))};
  for (const SubjectOutcome& outcome : view.trial.disposition.subjects) {
    const Subject& subject = view.subject(outcome);
    const IndexTest* test = view.counting(outcome);
    ReportCell first = make_cell(subject.id, Tone::neutral, false, person_text(view, subject));
    first.anchor = subject_anchor(outcome.subject);
    ReportCell result = outcome_cell(view, outcome);
    if (outcome.place == Place::excluded) {
      result.detail = (test == nullptr ? "" : view.word("place", "excluded") + ": ") + subject.exclusion_reason;
    }
    table.rows.push_back(
        {std::move(first), make_cell(subject.centre), make_cell(subject.sample), reference_cell(view, subject),
         std::move(result),
         test == nullptr ? make_cell("")
                         : make_cell(group_wells(view, *test), Tone::neutral, false, derived_text(view.call(*test))),
         test == nullptr ? make_cell("") : run_cell(view, *test)});
  }
  table.note = view.text("listing_note");
  blocks.push_back(std::move(table));
}

}  // namespace qpcr
