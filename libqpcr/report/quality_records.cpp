// Records of loss of control, to be filled in by people.
#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/report/quality_report.hpp"

namespace qpcr {
namespace {

std::string write_value(const std::optional<double>& value, int decimals) {
  return value ? format_fixed(*value, decimals) : std::string("–");
}

/// The points that break a rule together, without the run of the record itself.
std::string list_other_runs(const QualityHistory& history, const QualityPoint& point) {
  std::string text;
  for (const QualityFinding& finding : point.findings) {
    if (!rejects(finding.rule)) continue;
    std::string runs;
    for (const PointPlace& place : finding.points) {
      const QualitySeries& series = history.series[place.series];
      const QualityPoint& each = series.points[place.point];
      if (&each == &point) continue;
      const std::string name = each.run == point.run ? series.key.control : each.run;
      runs += (runs.empty() ? "" : ", ") + name;
    }
    if (!runs.empty()) text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", to_string(finding.rule), runs);
  }
  return text;
}

ReportTable build_facts(const QualityHistory& history, const QualityRun& run, std::size_t number, Language language) {
  const auto word = [&](const char* id) { return render_message(Message{id, {}}, language); };
  ReportTable table;
  table.id = fmt::format("rejection-{}-points", number);
  table.columns = {make_column(word("quality.column_series"), Alignment::left, 3.2),
                   make_column(word("quality.column_value"), Alignment::right, 1.1),
                   make_column(word("quality.column_limits"), Alignment::right, 1.6),
                   make_column("z", Alignment::right, 0.8),
                   make_column(word("quality.column_rules"), Alignment::left, 2.2),
                   make_column(word("quality.column_with"), Alignment::left, 2.6)};
  for (const QualitySeries& series : history.series) {
    for (const QualityPoint& point : series.points) {
      if (point.run != run.run || point.verdict != QualityVerdict::reject) continue;
      const std::string limits =
          series.limits && point.z && !point.forms_limits
              ? fmt::format("{} ± {}", format_fixed(series.limits->mean, 3), format_fixed(series.limits->sd, 3))
              : std::string("–");
      std::string value = write_value(point.value, 2);
      if (!point.value) value = word(series.key.kind == SeriesKind::cq ? "quality.no_cq" : "quality.no_curve");
      table.rows.push_back({make_cell(describe_series(series.key, language)), make_cell(value), make_cell(limits),
                            make_cell(write_value(point.z, 2)),
                            make_cell(list_rules(point.findings, language, true), Tone::positive, true),
                            make_cell(list_other_runs(history, point))});
    }
  }
  return table;
}

ReportTable build_form(std::size_t number, Language language) {
  const auto word = [&](const char* id) { return render_message(Message{id, {}}, language); };
  ReportTable table;
  table.id = fmt::format("rejection-{}-form", number);
  table.columns = {make_column(word("quality.form_item"), Alignment::left, 1),
                   make_column(word("quality.form_entry"), Alignment::left, 3.4)};
  for (const char* field : {"quality.form_cause", "quality.form_correction", "quality.form_retest",
                            "quality.form_samples", "quality.form_prevention"})
    table.rows.push_back({make_cell(word(field)), make_cell("\u00A0\n\u00A0")});
  table.rows.push_back({make_cell(word("quality.form_operator")), make_cell("\u00A0")});
  table.rows.push_back({make_cell(word("quality.form_reviewer")), make_cell("\u00A0")});
  return table;
}

}  // namespace

std::vector<Block> build_rejection_records(const QualityHistory& history, const QualityReportOptions& options) {
  const Language language = options.language;
  std::vector<Block> blocks;
  std::size_t number = 0;
  for (const QualityRun& run : history.runs) {
    if (run.verdict != QualityVerdict::reject) continue;
    if (!options.month.empty() && run.time.day.substr(0, 7) != options.month) continue;
    ++number;
    // Two forms fill a page; a third would be cut by its foot.
    if (number > 1 && number % 2 == 1) blocks.emplace_back(PageBreak{});
    blocks.emplace_back(make_heading(
        3,
        render_message(Message{"quality.record_title", {{"number", std::to_string(number)}, {"run", run.run}}},
                       language),
        run.started_at, fmt::format("rejection-{}", number)));
    blocks.emplace_back(build_facts(history, run, number, language));
    blocks.emplace_back(build_form(number, language));
  }
  return blocks;
}

}  // namespace qpcr
