// Sections of a trial report that show counts and estimates.
#include "libqpcr/report/trial_sections.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/report/plate_view.hpp"
#include "libqpcr/report/trial_figures.hpp"

namespace qpcr {
namespace {

ReportCell right_cell(std::string text, bool bold = false) { return make_cell(std::move(text), Tone::neutral, bold); }

/// Estimate and interval, or the reason why there is none.
std::vector<ReportCell> proportion_cells(const TrialView& view, const Proportion& proportion, const std::string& link) {
  ReportCell fraction = right_cell(to_fraction(proportion));
  fraction.link = link;
  if (!proportion.estimate) {
    return {fraction, make_cell(view.text("not_estimable"), Tone::muted),
            make_cell(proportion.why_absent ? view.words(*proportion.why_absent) : std::string(), Tone::muted),
            make_cell("")};
  }
  return {fraction, right_cell(to_percent(proportion.estimate), true), right_cell(to_percent(proportion.wilson)),
          right_cell(to_percent(proportion.clopper_pearson))};
}

std::vector<ReportCell> index_cells(const TrialView& view, const Estimate& index, bool as_percent) {
  const auto number = [as_percent](std::optional<double> value) {
    return as_percent ? to_percent(value) : to_plain(value);
  };
  const auto range = [as_percent](const std::optional<Interval>& interval) {
    return as_percent ? to_percent(interval) : to_plain(interval);
  };
  const std::string why = index.why_absent ? view.words(*index.why_absent) : std::string();
  return {index.value ? right_cell(number(index.value), true) : make_cell(view.text("not_estimable"), Tone::muted),
          index.interval ? right_cell(range(index.interval)) : make_cell(why, Tone::muted)};
}

std::string confidence_text(const TrialView& view) { return fmt::format("{}%", 100.0 * view.trial.plan.confidence); }

std::vector<ReportColumn> proportion_columns(const TrialView& view, std::string first) {
  return {make_column(std::move(first), Alignment::left, 2.2), make_column("n/N", Alignment::right, 1.1),
          make_column(view.text("estimate"), Alignment::right, 1.1),
          make_column(view.text("interval_wilson"), Alignment::right, 2.2, confidence_text(view)),
          make_column(view.text("interval_clopper_pearson"), Alignment::right, 2.2, confidence_text(view))};
}

std::vector<ReportCell> join(ReportCell first, std::vector<ReportCell> rest) {
  rest.insert(rest.begin(), std::move(first));
  return rest;
}

std::string excluded_note(const TrialView& view, const std::vector<ExcludedCount>& exclusions) {
  std::string list;
  for (const ExcludedCount& each : exclusions) {
    if (each.subjects == 0) continue;
    list += fmt::format("{}{} {}", list.empty() ? "" : view.text("list_separator"), view.word("place", each.reason),
                        each.subjects);
  }
  if (list.empty()) list = view.text("nobody");
  return view.text("not_in_this_table", {{"list", list}});
}

long count_subjects(const TrialView& view, const std::string& centre, std::optional<Place> place) {
  return static_cast<long>(std::count_if(view.trial.disposition.subjects.begin(), view.trial.disposition.subjects.end(),
                                         [&](const SubjectOutcome& outcome) {
                                           return (centre.empty() || view.subject(outcome).centre == centre) &&
                                                  (!place || outcome.place == *place);
                                         }));
}

std::string summary_text(const TrialView& view, const Summary& summary) {
  if (!summary.mean) return "–";
  std::string text = fmt::format("{} ± {}", format_fixed(*summary.mean, 1),
                                 summary.standard_deviation ? format_fixed(*summary.standard_deviation, 1) : "–");
  text += fmt::format("\n{} ({}–{})", format_fixed(*summary.median, 1), format_fixed(*summary.minimum, 0),
                      format_fixed(*summary.maximum, 0));
  if (summary.missing > 0) text += "\n" + view.text("missing_count", {{"count", fmt::format("{}", summary.missing)}});
  return text;
}

std::string share_text(long count, long total) {
  if (total == 0) return "0";
  return fmt::format("{} ({})", count, to_percent(static_cast<double>(count) / static_cast<double>(total)));
}

std::vector<ForestRow> strata_rows(const TrialView& view, const StrataResult& strata, std::string_view group) {
  std::vector<ForestRow> rows;
  for (const Stratum& stratum : strata.strata)
    rows.push_back({view.word(group, stratum.id), {&stratum.proportion}, false});
  return rows;
}

void add_strata(const TrialView& view, Blocks& blocks, const StrataResult& strata, std::string_view kind,
                std::string_view group, std::string_view success, const Proportion& overall) {
  const std::string base = kind == "stage" ? "by_stage" : "by_class";
  blocks.push_back(make_heading(2, view.text(base)));
  if (strata.strata.empty()) {
    blocks.push_back(make_paragraph(view.text("no_strata"), Tone::muted));
    return;
  }
  ReportTable table;
  table.id = fmt::format("table-{}", kind);
  table.caption = view.text(base + "_caption");
  table.columns = proportion_columns(view, view.text(kind == "stage" ? "stage" : "control_class"));
  for (const Stratum& stratum : strata.strata) {
    table.rows.push_back(
        join(make_cell(view.word(group, stratum.id)),
             proportion_cells(view, stratum.proportion, fmt::format("n-{}-{}-{}", kind, stratum.id, success))));
  }
  table.rows.push_back(join(make_cell(view.text("all"), Tone::neutral, true),
                            proportion_cells(view, overall, fmt::format("n-{}", success))));
  table.note = excluded_note(view, strata.exclusions);
  blocks.push_back(table);

  std::vector<ForestRow> rows = strata_rows(view, strata, group);
  rows.push_back({view.text("all"), {&overall}, true});
  const std::string title = view.text(kind == "stage" ? "sensitivity" : "specificity");
  Figure figure;
  figure.id = fmt::format("figure-{}", kind);
  figure.caption = view.text(base);
  figure.alternative_text = view.text("forest_words", {{"table", table.caption}});
  figure.drawing = draw_forest(view, {title}, rows);
  blocks.push_back(std::move(figure));
}

}  // namespace

ReportCell make_count_cell(long count, std::string link) {
  ReportCell cell = make_cell(fmt::format("{}", count));
  if (count > 0) cell.link = std::move(link);
  return cell;
}

void add_trial_summary(const TrialView& view, Blocks& blocks) {
  const TrialResult& trial = view.trial;
  blocks.push_back(make_heading(1, view.text("summary")));
  const auto tile = [&](const Proportion& proportion, std::string_view label, Tone tone) {
    Tile made;
    made.value = proportion.estimate ? to_percent(proportion.estimate) : view.text("not_estimable");
    made.label = view.text(label);
    made.detail = proportion.estimate ? fmt::format("{}\n{}", to_fraction(proportion), to_percent(proportion.wilson))
                                      : to_fraction(proportion);
    made.tone = tone;
    return made;
  };
  Tile analysed;
  analysed.value = fmt::format("{}", trial.overall.table.total());
  analysed.label = view.word("place", "analysed");
  analysed.detail = view.text("of_enrolled", {{"count", fmt::format("{}", trial.disposition.subjects.size())}});
  Tiles tiles;
  tiles.tiles = {tile(trial.overall.sensitivity, "sensitivity", Tone::accent),
                 tile(trial.overall.specificity, "specificity", Tone::accent), analysed};
  for (const TechnicalRate& rate : trial.rates) {
    if (rate.id == "indeterminate" || rate.id == "invalid_runs") {
      Tile made = tile(rate.proportion, "rate." + rate.id, Tone::indeterminate);
      tiles.tiles.push_back(std::move(made));
    }
  }
  blocks.push_back(tiles);
  blocks.push_back(
      make_paragraph(view.text("summary_note", {{"confidence", confidence_text(view)}}), Tone::muted, true));
  if (all_runs_invalid(trial))
    blocks.push_back(Notice{Tone::invalid, view.text("all_runs_invalid"), view.text("all_runs_invalid_text")});

  KeyValues facts;
  facts.rows = {
      {view.text("study_id"), trial.plan.id},
      {view.text("design"), view.text("design_text", {{"sampling", std::string(to_string(trial.plan.sampling))}})},
      {view.text("assay"),
       fmt::format("{} ({} {})", pick(trial.assay.title, view.language), trial.assay.id, trial.assay.version)},
      {render_text("report.assay_status", view.language), view.word("assay_status", to_string(trial.assay.status))},
      {render_text("report.intended_use", view.language), pick(trial.assay.intended_use, view.language)},
      {render_text("report.assay_sha256", view.language), trial.assay.sha256},
      {view.text("assay_locked"), view.text(trial.plan.assay_sha256.empty() ? "assay_locked_no" : "assay_locked_yes")},
      {view.text("repeats"), view.word("repeat_rule", to_string(trial.plan.repeats))},
      {view.text("study_file"), fmt::format("{}\nSHA-256 {}", trial.plan.source.name, trial.plan.source.sha256)},
      {view.text("subject_file"),
       fmt::format("{}\nSHA-256 {}", trial.subjects.source.name, trial.subjects.source.sha256)},
      {render_text("report.software", view.language), fmt::format("qpcr-validate {}", trial.library_version)},
  };
  if (trial.covariates) {
    facts.rows.insert(
        facts.rows.end() - 1,
        {view.text("covariate_file"), fmt::format("{}\nSHA-256 {}", trial.covariates->name, trial.covariates->sha256)});
  }
  blocks.push_back(facts);
  for (const LocalizedText& statement : trial.assay.statements) {
    blocks.push_back(Notice{Tone::neutral, {}, pick(statement, view.language)});
  }
  if (trial.plan.simulated)
    blocks.push_back(
        Notice{Tone::invalid, render_text("report.marking_simulated", view.language), view.text("simulated_text")});
  if (!trial.warnings.empty()) {
    blocks.push_back(Notice{Tone::warning, view.text("warnings_title"),
                            view.text("warnings_text", {{"count", fmt::format("{}", trial.warnings.size())}})});
  }
}

void add_trial_flow(const TrialView& view, Blocks& blocks) {
  blocks.push_back(make_heading(1, view.text("flow")));
  Figure figure;
  figure.id = "figure-flow";
  figure.caption = view.text("flow_caption");
  figure.alternative_text = view.text("flow_words");
  figure.drawing = draw_flow(view);
  blocks.push_back(std::move(figure));

  ReportTable table;
  table.id = "table-disposition";
  table.caption = view.text("disposition_caption");
  table.columns = {make_column(view.text("centre")), make_column(view.text("flow_enrolled"), Alignment::right)};
  for (const Place place : all_places())
    table.columns.push_back(make_column(view.word("place", to_string(place)), Alignment::right));
  std::vector<std::string> centres = list_centres(view.trial.subjects);
  centres.emplace_back();
  for (std::size_t i = 0; i < centres.size(); ++i) {
    const std::string& centre = centres[i];
    std::vector<ReportCell> row{make_cell(centre.empty() ? view.text("all") : centre, Tone::neutral, centre.empty())};
    row.push_back(right_cell(fmt::format("{}", count_subjects(view, centre, std::nullopt)), centre.empty()));
    for (const Place place : all_places()) {
      const std::string link = place == Place::analysed ? "table-centres"
                                                        : fmt::format("n-at-{}{}", to_string(place),
                                                                      centre.empty() ? "" : fmt::format("-{}", i + 1));
      row.push_back(make_count_cell(count_subjects(view, centre, place), link));
    }
    table.rows.push_back(std::move(row));
  }
  table.note = view.text("disposition_note");
  blocks.push_back(std::move(table));

  const std::vector<std::string> reasons = list_exclusion_reasons(view);
  if (reasons.empty()) {
    blocks.push_back(make_paragraph(view.text("no_exclusions")));
    return;
  }
  ReportTable excluded;
  excluded.id = "table-exclusions";
  excluded.caption = view.text("exclusions_caption");
  excluded.columns = {make_column(view.text("exclusion_reason"), Alignment::left, 4),
                      make_column(view.text("subjects"), Alignment::right)};
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    long count = 0;
    for (const SubjectOutcome& outcome : view.trial.disposition.subjects) {
      if (outcome.place == Place::excluded && view.subject(outcome).exclusion_reason == reasons[i]) ++count;
    }
    excluded.rows.push_back({make_cell(reasons[i]), make_count_cell(count, fmt::format("n-reason-{}", i + 1))});
  }
  excluded.rows.push_back({make_cell(view.text("all"), Tone::neutral, true),
                           make_count_cell(count_place(view.trial.disposition, Place::excluded), "n-at-excluded")});
  blocks.push_back(std::move(excluded));
}

void add_trial_demographics(const TrialView& view, Blocks& blocks) {
  const Demographics& all = view.trial.demographics;
  blocks.push_back(make_heading(1, view.text("demographics")));
  struct Column {
    std::string title;
    const GroupDemographics* group;
  };
  std::vector<Column> columns{{view.text("cases"), &all.cases}, {view.text("controls"), &all.controls}};
  if (all.without_reference.subjects > 0)
    columns.push_back({view.word("place", "reference_missing"), &all.without_reference});
  columns.push_back({view.text("all"), &all.all});

  ReportTable table;
  table.id = "table-demographics";
  table.caption = view.text("demographics_caption");
  table.columns = {make_column(view.text("characteristic"), Alignment::left, 1.6)};
  for (const Column& column : columns) {
    table.columns.push_back(
        make_column(column.title, Alignment::right, 1, fmt::format("n = {}", column.group->subjects)));
  }
  const auto add_row = [&](const std::string& label, const auto& value) {
    std::vector<ReportCell> row{make_cell(label)};
    for (const Column& column : columns) row.push_back(right_cell(value(*column.group)));
    table.rows.push_back(std::move(row));
  };
  const auto count_of = [](auto member) {
    return [member](const GroupDemographics& group) { return share_text(member(group), group.subjects); };
  };
  add_row(view.text("age"), [&](const GroupDemographics& group) { return summary_text(view, group.age_years); });
  add_row(view.word("sex", "male"), count_of([](const GroupDemographics& group) { return group.male; }));
  add_row(view.word("sex", "female"), count_of([](const GroupDemographics& group) { return group.female; }));
  if (all.all.sex_missing > 0)
    add_row(view.text("sex_missing"), count_of([](const GroupDemographics& group) { return group.sex_missing; }));
  add_row(view.text("afp_below"), count_of([](const GroupDemographics& group) { return group.afp.below_20; }));
  add_row(view.text("afp_between"), count_of([](const GroupDemographics& group) { return group.afp.from_20_to_400; }));
  add_row(view.text("afp_above"), count_of([](const GroupDemographics& group) { return group.afp.above_400; }));
  if (all.all.afp.undecided > 0) {
    add_row(view.text("afp_undecided"), count_of([](const GroupDemographics& group) { return group.afp.undecided; }));
  }
  add_row(view.text("afp_missing"), count_of([](const GroupDemographics& group) { return group.afp.missing; }));
  table.note = view.text("demographics_note");
  blocks.push_back(std::move(table));
}

void add_trial_cross_table(const TrialView& view, Blocks& blocks) {
  blocks.push_back(make_heading(1, view.text("cross_table")));
  ReportTable table;
  table.id = "table-cross";
  table.caption = view.text("cross_table_caption");
  table.columns = {make_column(view.text("index_result"), Alignment::left, 1.6),
                   make_column(view.text("reference_positive"), Alignment::right),
                   make_column(view.text("reference_negative"), Alignment::right),
                   make_column(view.text("all"), Alignment::right)};
  long positive = 0;
  long negative = 0;
  for (const CrossRow& row : view.trial.cross_table) {
    const bool decided = row.id == "positive" || row.id == "negative";
    const std::string label = decided ? view.word("outcome", row.id) : view.word("place", row.id);
    const std::string left = row.id == "positive"   ? "n-tp"
                             : row.id == "negative" ? "n-fn"
                                                    : fmt::format("n-{}-pos", row.id);
    const std::string right = row.id == "positive"   ? "n-fp"
                              : row.id == "negative" ? "n-tn"
                                                     : fmt::format("n-{}-neg", row.id);
    ReportCell first = make_count_cell(row.reference_positive, left);
    ReportCell second = make_count_cell(row.reference_negative, right);
    first.bold = decided;
    second.bold = decided;
    if (decided) {
      first.detail = view.word("trial_cell", row.id == "positive" ? "tp" : "fn");
      second.detail = view.word("trial_cell", row.id == "positive" ? "fp" : "tn");
    }
    table.rows.push_back({make_cell(label, Tone::neutral, decided), first, second,
                          right_cell(fmt::format("{}", row.reference_positive + row.reference_negative))});
    positive += row.reference_positive;
    negative += row.reference_negative;
  }
  table.rows.push_back({make_cell(view.text("all"), Tone::neutral, true), right_cell(fmt::format("{}", positive), true),
                        right_cell(fmt::format("{}", negative), true),
                        right_cell(fmt::format("{}", positive + negative), true)});
  table.note = view.text("cross_table_note");
  blocks.push_back(std::move(table));
}

void add_trial_accuracy(const TrialView& view, Blocks& blocks) {
  const AccuracyResult& overall = view.trial.overall;
  blocks.push_back(make_heading(1, view.text("accuracy")));
  ReportTable table;
  table.id = "table-accuracy";
  table.caption = view.text("accuracy_caption");
  table.columns = proportion_columns(view, view.text("measure"));
  table.rows.push_back(join(make_cell(view.text("sensitivity")), proportion_cells(view, overall.sensitivity, "n-tp")));
  table.rows.push_back(join(make_cell(view.text("specificity")), proportion_cells(view, overall.specificity, "n-tn")));
  table.rows.push_back(
      join(make_cell(view.text("overall_accuracy")), proportion_cells(view, overall.overall_accuracy, "table-cross")));
  if (view.trial.plan.sampling == Sampling::consecutive) {
    table.rows.push_back(
        join(make_cell(view.text("ppv")), proportion_cells(view, overall.positive_predictive_value, "n-tp")));
    table.rows.push_back(
        join(make_cell(view.text("npv")), proportion_cells(view, overall.negative_predictive_value, "n-tn")));
  }
  table.note = excluded_note(view, overall.exclusions);
  blocks.push_back(std::move(table));

  ReportTable indices;
  indices.id = "table-indices";
  indices.caption = view.text("indices_caption");
  indices.columns = {make_column(view.text("measure"), Alignment::left, 1.6),
                     make_column(view.text("estimate"), Alignment::right),
                     make_column(view.text("interval"), Alignment::right, 2, confidence_text(view)),
                     make_column(view.text("interval_kind"), Alignment::left, 2)};
  const auto add_index = [&](std::string_view name, const Estimate& index, std::string_view method, bool as_percent) {
    std::vector<ReportCell> row = join(make_cell(view.text(name)), index_cells(view, index, as_percent));
    row.push_back(make_cell(std::string(method), Tone::muted));
    indices.rows.push_back(std::move(row));
  };
  add_index("lr_positive", overall.positive_likelihood_ratio, "Simel 1991", false);
  add_index("lr_negative", overall.negative_likelihood_ratio, "Simel 1991", false);
  add_index("youden", overall.youden_index, "Newcombe 1998 (10)", false);
  add_index("kappa", overall.kappa, "Fleiss–Cohen–Everitt 1969", false);
  blocks.push_back(std::move(indices));

  blocks.push_back(make_heading(2, view.text("by_centre")));
  ReportTable centres;
  centres.id = "table-centres";
  centres.caption = view.text("by_centre_caption");
  centres.columns = {make_column(view.text("centre"), Alignment::left, 0.9),
                     make_column("TP", Alignment::right, 0.55),
                     make_column("FN", Alignment::right, 0.55),
                     make_column("FP", Alignment::right, 0.55),
                     make_column("TN", Alignment::right, 0.55),
                     make_column(view.text("sensitivity"), Alignment::right, 2.3),
                     make_column(view.text("specificity"), Alignment::right, 2.3),
                     make_column(view.text("overall_accuracy"), Alignment::right, 2.3)};
  const auto both = [&](const Proportion& proportion, bool bold) {
    if (!proportion.estimate)
      return make_cell(view.text("not_estimable"), Tone::muted, false,
                       proportion.why_absent ? view.words(*proportion.why_absent) : "");
    return make_cell(fmt::format("{} ({})", to_percent(proportion.estimate), to_fraction(proportion)), Tone::neutral,
                     bold,
                     fmt::format("W {}\nCP {}", to_percent(proportion.wilson), to_percent(proportion.clopper_pearson)));
  };
  std::vector<ForestRow> forest;
  const auto add_centre = [&](const std::string& label, const AccuracyResult& accuracy, const std::string& suffix) {
    const FourfoldTable& counts = accuracy.table;
    const bool bold = suffix.empty();
    centres.rows.push_back({make_cell(label, Tone::neutral, bold),
                            make_count_cell(counts.true_positive, "n-tp" + suffix),
                            make_count_cell(counts.false_negative, "n-fn" + suffix),
                            make_count_cell(counts.false_positive, "n-fp" + suffix),
                            make_count_cell(counts.true_negative, "n-tn" + suffix), both(accuracy.sensitivity, bold),
                            both(accuracy.specificity, bold), both(accuracy.overall_accuracy, bold)});
    forest.push_back({label, {&accuracy.sensitivity, &accuracy.specificity}, bold});
  };
  for (std::size_t i = 0; i < view.trial.centres.size(); ++i) {
    add_centre(view.trial.centres[i].centre, view.trial.centres[i].accuracy, fmt::format("-{}", i + 1));
  }
  add_centre(view.text("all"), overall, {});
  centres.note = view.text("both_intervals") + "\n" + view.text("by_centre_note");
  blocks.push_back(std::move(centres));

  Figure figure;
  figure.id = "figure-centres";
  figure.caption = view.text("forest_caption");
  figure.alternative_text = view.text("forest_words", {{"table", view.text("by_centre_caption")}});
  figure.drawing = draw_forest(view, {view.text("sensitivity"), view.text("specificity")}, forest);
  blocks.push_back(std::move(figure));
}

void add_trial_strata(const TrialView& view, Blocks& blocks) {
  blocks.push_back(make_heading(1, view.text("strata")));
  add_strata(view, blocks, view.trial.stages, "stage", "bclc_stage", "tp", view.trial.overall.sensitivity);
  add_strata(view, blocks, view.trial.classes, "class", "control_class", "tn", view.trial.overall.specificity);
}

void add_trial_predictive_values(const TrialView& view, Blocks& blocks) {
  blocks.push_back(make_heading(1, view.text("predictive_values")));
  const bool consecutive = view.trial.plan.sampling == Sampling::consecutive;
  blocks.push_back(make_paragraph(view.text(consecutive ? "predictive_consecutive" : "predictive_enriched")));
  if (view.trial.predictive_values.empty()) {
    blocks.push_back(make_paragraph(view.text("no_prevalences"), Tone::muted));
    return;
  }
  ReportTable table;
  table.id = "table-predictive";
  table.caption = view.text("predictive_caption");
  table.columns = {make_column(view.text("prevalence"), Alignment::right),
                   make_column(view.text("ppv"), Alignment::right),
                   make_column(view.text("interval"), Alignment::right, 1.8, confidence_text(view)),
                   make_column(view.text("npv"), Alignment::right),
                   make_column(view.text("interval"), Alignment::right, 1.8, confidence_text(view))};
  for (const PredictiveValues& values : view.trial.predictive_values) {
    std::vector<ReportCell> row{right_cell(fmt::format("{}%", format_double(100.0 * values.prevalence)), true)};
    for (const Estimate* index : {&values.positive, &values.negative}) {
      for (ReportCell& cell : index_cells(view, *index, true)) row.push_back(std::move(cell));
    }
    table.rows.push_back(std::move(row));
  }
  table.note = view.text("predictive_note");
  blocks.push_back(std::move(table));
}

void add_trial_scenarios(const TrialView& view, Blocks& blocks) {
  blocks.push_back(make_heading(1, view.text("undecided")));
  ReportTable rates;
  rates.id = "table-rates";
  rates.caption = view.text("rates_caption");
  rates.columns = proportion_columns(view, view.text("rate"));
  for (const TechnicalRate& rate : view.trial.rates) {
    rates.rows.push_back(
        join(make_cell(view.text("rate." + rate.id), Tone::neutral, false, view.text("rate_of." + rate.id)),
             proportion_cells(view, rate.proportion,
                              rate.id == "invalid_runs"         ? "table-runs"
                              : rate.id == "first_test_invalid" ? "table-repeats"
                                                                : "table-undecided")));
  }
  blocks.push_back(std::move(rates));

  ReportTable table;
  table.id = "table-scenarios";
  table.caption = view.text("scenarios_caption");
  table.columns = {make_column(view.text("scenario"), Alignment::left, 2.4),
                   make_column(view.text("sensitivity"), Alignment::right, 1.5),
                   make_column(view.text("interval_wilson"), Alignment::right, 1.5, confidence_text(view)),
                   make_column(view.text("specificity"), Alignment::right, 1.5),
                   make_column(view.text("interval_wilson"), Alignment::right, 1.5, confidence_text(view))};
  const auto add_row = [&](const std::string& label, const std::string& detail, const AccuracyResult& accuracy,
                           bool bold) {
    std::vector<ReportCell> row{make_cell(label, Tone::neutral, bold, detail)};
    for (const Proportion* proportion : {&accuracy.sensitivity, &accuracy.specificity}) {
      row.push_back(make_cell(proportion->estimate ? to_percent(proportion->estimate) : view.text("not_estimable"),
                              Tone::neutral, bold, to_fraction(*proportion)));
      row.push_back(right_cell(to_percent(proportion->wilson)));
    }
    table.rows.push_back(std::move(row));
  };
  add_row(view.text("scenario.primary"), view.text("scenario_text.primary"), view.trial.overall, true);
  for (const Scenario& scenario : view.trial.scenarios) {
    add_row(view.text("scenario." + scenario.id), view.text("scenario_text." + scenario.id), scenario.accuracy, false);
  }
  table.note = view.text("scenarios_note");
  blocks.push_back(std::move(table));
}

}  // namespace qpcr
