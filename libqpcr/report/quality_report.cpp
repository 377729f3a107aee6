// Arranges the report of run-to-run quality control.
#include "libqpcr/report/quality_report.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/core/version.hpp"
#include "libqpcr/report/quality_figures.hpp"

namespace qpcr {
namespace {

Tone tone_of(QualityVerdict verdict) {
  switch (verdict) {
    case QualityVerdict::in_control:
      return Tone::good;
    case QualityVerdict::warning:
      return Tone::warning;
    case QualityVerdict::reject:
      return Tone::positive;
    case QualityVerdict::not_judged:
    case QualityVerdict::excluded:
      break;
  }
  return Tone::muted;
}

std::string symbol_of(QualityVerdict verdict) {
  switch (verdict) {
    case QualityVerdict::in_control:
      return "✓";
    case QualityVerdict::warning:
      return "!";
    case QualityVerdict::reject:
      return "✗";
    case QualityVerdict::not_judged:
    case QualityVerdict::excluded:
      break;
  }
  return "–";
}

std::string fixed(const std::optional<double>& value, int decimals) {
  return value ? format_fixed(*value, decimals) : std::string("–");
}

std::string count_text(std::size_t count) { return std::to_string(count); }

std::string stated(const std::string& text) { return text.empty() ? std::string("–") : text; }

/// A month written as YYYY-MM that holds a run.
void check_month(const QualityHistory& history, const std::string& month) {
  if (month.empty()) return;
  const bool written = month.size() == 7 && parse_run_time(month + "-01").has_value() && month[4] == '-';
  const bool held = std::any_of(history.runs.begin(), history.runs.end(),
                                [&](const QualityRun& run) { return run.time.day.substr(0, 7) == month; });
  if (written && held) return;
  throw Error(ErrorCode::invalid_option, {.path = {},
                                          .line = 0,
                                          .column = {},
                                          .field = "month",
                                          .found = month,
                                          .expected = "a month as 2026-11 in which there is a run",
                                          .problem = {}});
}

class Report {
 public:
  Report(const QualityHistory& history, const std::vector<QualityMonth>& months, const QualityReportOptions& options)
      : history_(history), months_(months), options_(options), language_(options.language) {}

  Document build() {
    check_month(history_, options_.month);
    document_.language = language_;
    document_.title = word("quality.title");
    document_.subtitle = describe_period();
    document_.header = document_.title + " · " + document_.subtitle;
    document_.footer = fmt::format("qpcr {}", library_version);
    if (history_.simulated) {
      document_.watermark = word("report.watermark_simulated");
      document_.banner = word("report.marking_simulated");
    }
    add_verdict();
    add_tiles();
    add_runs();
    add_charts();
    add_months();
    add_exclusions();
    add_records();
    add_method();
    return std::move(document_);
  }

 private:
  std::string word(std::string_view id) const { return render_message(Message{std::string(id), {}}, language_); }

  bool is_shown(const RunTime& time) const { return options_.month.empty() || time.day.substr(0, 7) == options_.month; }

  void add(Block block) { document_.blocks.push_back(std::move(block)); }

  std::string describe_period() const {
    if (!options_.month.empty()) return options_.month;
    if (history_.runs.empty()) return "–";
    return fmt::format("{} – {}", history_.runs.front().time.day, history_.runs.back().time.day);
  }

  void add_verdict() {
    QualityVerdict worst = QualityVerdict::excluded;
    std::vector<std::string> lines;
    for (const QualitySeries& series : history_.series) {
      if (series.superseded) continue;
      const QualityPoint& last = series.points.back();
      worst = std::max(worst, last.verdict);
      if (last.verdict < QualityVerdict::warning) continue;
      lines.push_back(fmt::format("{} · {} · {} · {}", describe_series(series.key, language_), last.run,
                                  word(fmt::format("quality_verdict.{}", to_string(last.verdict))),
                                  list_rules(last.findings, language_, false)));
    }
    add(Verdict{tone_of(worst), symbol_of(worst), word(fmt::format("quality_verdict.{}", to_string(worst))),
                word("quality.verdict_detail"), lines});
  }

  void add_tiles() {
    std::array<std::size_t, 5> counts{};
    std::size_t runs = 0;
    for (const QualityRun& run : history_.runs) {
      if (!is_shown(run.time)) continue;
      ++runs;
      ++counts.at(static_cast<std::size_t>(run.verdict));
    }
    Tiles tiles;
    tiles.tiles.push_back({"", count_text(runs), word("quality.runs"), "", Tone::neutral});
    for (const QualityVerdict verdict : {QualityVerdict::in_control, QualityVerdict::warning, QualityVerdict::reject,
                                         QualityVerdict::not_judged, QualityVerdict::excluded}) {
      tiles.tiles.push_back({symbol_of(verdict), count_text(counts.at(static_cast<std::size_t>(verdict))),
                             word(fmt::format("quality_verdict.{}", to_string(verdict))), "", tone_of(verdict)});
    }
    add(tiles);
  }

  void add_runs() {
    ReportTable table;
    table.id = "runs";
    table.compact = true;
    table.columns = {make_column(word("quality.column_date"), Alignment::left, 1.4),
                     make_column(word("quality.column_run"), Alignment::left, 2),
                     make_column(word("quality.column_verdict"), Alignment::left, 1.1),
                     make_column(word("quality.column_why"), Alignment::left, 5)};
    std::size_t quiet = 0;
    for (std::size_t i = 0; i < history_.runs.size(); ++i) {
      const QualityRun& run = history_.runs[i];
      if (!is_shown(run.time)) continue;
      if (run.rules.empty() && run.verdict != QualityVerdict::excluded) {
        ++quiet;
        continue;
      }
      table.rows.push_back(
          {make_cell(run.started_at), make_cell(run.run),
           make_cell(symbol_of(run.verdict) + " " + word(fmt::format("quality_verdict.{}", to_string(run.verdict))),
                     tone_of(run.verdict), true),
           make_cell(describe_run(i))});
    }
    add(make_heading(1, word("quality.runs_with_rules"), {}, "runs-heading"));
    if (!table.rows.empty()) add(table);
    add(make_paragraph(render_message(Message{"quality.quiet_runs", {{"count", count_text(quiet)}}}, language_),
                       Tone::muted, true));
  }

  std::string describe_run(std::size_t order) const {
    std::string text;
    for (const QualitySeries& series : history_.series) {
      for (const QualityPoint& point : series.points) {
        if (point.order != order || (point.findings.empty() && !point.exclusion)) continue;
        std::string why = list_rules(point.findings, language_, false);
        if (point.exclusion)
          why += (why.empty() ? "" : "; ") + word("quality_verdict.excluded") + ": " + *point.exclusion;
        text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", describe_series(series.key, language_), why);
      }
    }
    return text;
  }

  void add_charts() {
    add(PageBreak{});
    add(make_heading(1, word("quality.charts"), {}, "charts"));
    std::size_t number = 0;
    for (QualityChart chart : arrange_charts(history_)) {
      if (!options_.month.empty()) {
        const auto is_later = [&](const PointPlace& place) {
          return history_.series[place.series].points[place.point].time.day.substr(0, 7) > options_.month;
        };
        chart.points.erase(std::remove_if(chart.points.begin(), chart.points.end(), is_later), chart.points.end());
        if (chart.points.empty()) continue;
      }
      ++number;
      add_chart(chart, number);
    }
  }

  void add_chart(const QualityChart& chart, std::size_t number) {
    const SeriesKey& key = history_.series[chart.series.front()].key;
    add(make_heading(2, name_followed(key), word("quality.instrument") + " " + stated(key.instrument),
                     fmt::format("chart-{}", number)));
    const std::size_t parts = (chart.points.size() + most_points_of_drawing - 1) / most_points_of_drawing;
    for (std::size_t part = 0; part < parts; ++part) {
      Figure figure;
      figure.id = fmt::format("levey-jennings-{}-{}", number, part + 1);
      figure.caption = render_message(
          Message{"quality.chart_caption",
                  {{"series", name_followed(key)}, {"part", count_text(part + 1)}, {"parts", count_text(parts)}}},
          language_);
      figure.drawing = draw_levey_jennings(history_, chart, part * most_points_of_drawing, language_);
      figure.alternative_text = describe_chart(chart);
      add(figure);
    }
    ReportTable table;
    table.id = fmt::format("limits-{}", number);
    table.compact = true;
    table.columns = {make_column(word("quality.reagent_lot"), Alignment::left, 1.5),
                     make_column(word("quality.control_lot"), Alignment::left, 1.5),
                     make_column(word("quality.column_origin"), Alignment::left, 1.8),
                     make_column("n", Alignment::right, 0.6),
                     make_column(word("quality.column_mean"), Alignment::right, 1),
                     make_column("SD", Alignment::right, 1),
                     make_column(word("quality.column_frozen_on"), Alignment::left, 2.6)};
    for (const std::size_t s : chart.series) {
      const QualitySeries& series = history_.series[s];
      const auto& limits = series.limits;
      const std::string origin = word(limits ? fmt::format("quality_limits.{}", to_string(limits->origin))
                                             : std::string("quality_limits.none"));
      const bool frozen = limits && limits->origin == LimitsOrigin::frozen;
      table.rows.push_back(
          {make_cell(stated(series.key.reagent_lot)), make_cell(stated(series.key.control_lot)), make_cell(origin),
           make_cell(limits && limits->runs > 0 ? std::to_string(limits->runs) : "–"),
           make_cell(limits ? format_fixed(limits->mean, 3) : "–"),
           make_cell(limits ? format_fixed(limits->sd, 3) : "–"),
           make_cell(frozen ? fmt::format("{} ({} – {})", limits->frozen_on, limits->first_run, limits->last_run)
                            : "–")});
    }
    add(table);
  }

  std::string describe_chart(const QualityChart& chart) const {
    std::array<std::size_t, 5> counts{};
    for (const PointPlace& place : chart.points)
      ++counts.at(static_cast<std::size_t>(history_.series[place.series].points[place.point].verdict));
    const auto count = [&](QualityVerdict verdict) { return count_text(counts.at(static_cast<std::size_t>(verdict))); };
    return render_message(Message{"quality.chart_words",
                                  {{"points", count_text(chart.points.size())},
                                   {"in_control", count(QualityVerdict::in_control)},
                                   {"warning", count(QualityVerdict::warning)},
                                   {"reject", count(QualityVerdict::reject)},
                                   {"excluded", count(QualityVerdict::excluded)}}},
                          language_);
  }

  std::string name_followed(const SeriesKey& key) const {
    std::string name = key.control + " · " + key.target;
    if (key.kind != SeriesKind::cq) name += " · " + word(fmt::format("quality_kind.{}", to_string(key.kind)));
    return name;
  }

  void add_months() {
    add(make_heading(1, word("quality.months"), {}, "months"));
    add(make_paragraph(word("quality.months_note"), Tone::muted, true));
    for (std::size_t s = 0; s < history_.series.size(); ++s) {
      ReportTable table;
      table.id = fmt::format("months-{}", s + 1);
      table.compact = true;
      const QualitySeries& series = history_.series[s];
      table.caption = describe_series(series.key, language_);
      if (series.limits) {
        table.caption += fmt::format(" · {} {} ± {}", word("quality.column_limits"),
                                     format_fixed(series.limits->mean, 3), format_fixed(series.limits->sd, 3));
      }
      const std::string accepted = word("quality.accepted");
      table.columns = {make_column(word("quality.column_month"), Alignment::left, 1.3),
                       make_column("n", Alignment::right, 0.6, word("quality.all")),
                       make_column(word("quality.column_mean"), Alignment::right, 1, word("quality.all")),
                       make_column("SD", Alignment::right, 0.9, word("quality.all")),
                       make_column("n", Alignment::right, 0.6, accepted),
                       make_column(word("quality.column_mean"), Alignment::right, 1, accepted),
                       make_column("SD", Alignment::right, 0.9, accepted),
                       make_column(word("quality.column_shift"), Alignment::right, 1.1),
                       make_column(word("quality.column_ratio"), Alignment::right, 1),
                       make_column(word("quality.column_warnings"), Alignment::right, 0.9),
                       make_column(word("quality.column_rejections"), Alignment::right, 0.9),
                       make_column(word("quality.no_cq"), Alignment::right, 0.9),
                       make_column(word("quality.column_excluded"), Alignment::right, 0.9)};
      for (const QualityMonth& month : months_) {
        if (month.series != s || (!options_.month.empty() && month.month != options_.month)) continue;
        const auto count = [](int value) { return make_cell(std::to_string(value)); };
        ReportCell rejections = count(month.rejections);
        if (month.rejections > 0) {
          rejections.tone = Tone::positive;
          rejections.bold = true;
        }
        table.rows.push_back({make_cell(month.month), count(month.all.count), make_cell(fixed(month.all.mean, 3)),
                              make_cell(fixed(month.all.sd, 3)), count(month.accepted.count),
                              make_cell(fixed(month.accepted.mean, 3)), make_cell(fixed(month.accepted.sd, 3)),
                              make_cell(fixed(month.shift_sd, 2)), make_cell(fixed(month.sd_ratio, 2)),
                              count(month.warnings), rejections, count(month.not_detected), count(month.excluded)});
      }
      if (!table.rows.empty()) add(table);
    }
  }

  void add_exclusions() {
    ReportTable table;
    table.id = "exclusions";
    table.columns = {make_column(word("quality.column_date"), Alignment::left, 1.4),
                     make_column(word("quality.column_run"), Alignment::left, 1.6),
                     make_column(word("quality.column_series"), Alignment::left, 3),
                     make_column(word("quality.column_value"), Alignment::right, 1),
                     make_column(word("quality.column_reason"), Alignment::left, 3)};
    for (const QualitySeries& series : history_.series) {
      for (const QualityPoint& point : series.points) {
        if (!point.exclusion || !is_shown(point.time)) continue;
        table.rows.push_back({make_cell(point.started_at), make_cell(point.run),
                              make_cell(describe_series(series.key, language_)), make_cell(fixed(point.value, 2)),
                              make_cell(*point.exclusion)});
      }
    }
    if (table.rows.empty()) return;
    add(make_heading(1, word("quality.exclusions"), {}, "exclusions-heading"));
    add(table);
  }

  void add_records() {
    std::vector<Block> records = build_rejection_records(history_, options_);
    if (records.empty()) return;
    add(PageBreak{});
    add(make_heading(1, word("quality.records"), {}, "records"));
    add(make_paragraph(word("quality.records_note"), Tone::muted, true));
    for (Block& block : records) add(std::move(block));
  }

  void add_method() {
    add(make_heading(1, word("quality.method"), {}, "method"));
    ItemList list;
    for (const char* item : {"quality.method_point", "quality.method_limits", "quality.method_short",
                             "quality.method_westgard", "quality.method_missing"})
      list.items.push_back(word(item));
    add(list);
  }

  const QualityHistory& history_;
  const std::vector<QualityMonth>& months_;
  const QualityReportOptions& options_;
  Language language_;
  Document document_;
};

}  // namespace

std::string describe_series(const SeriesKey& key, Language language) {
  std::string text = key.control + " · " + key.target;
  if (key.kind != SeriesKind::cq)
    text += " · " + render_message(Message{fmt::format("quality_kind.{}", to_string(key.kind)), {}}, language);
  for (const std::string& part : {key.instrument, key.reagent_lot, key.control_lot}) text += " · " + stated(part);
  return text;
}

std::string list_rules(const std::vector<QualityFinding>& findings, Language language, bool rejecting_only) {
  std::string text;
  for (const QualityFinding& finding : findings) {
    if (rejecting_only && !rejects(finding.rule)) continue;
    if (!text.empty()) text += ", ";
    text += render_message(Message{fmt::format("quality_rule.{}", to_string(finding.rule)), {}}, language);
  }
  return text;
}

Document build_quality_report(const QualityHistory& history, const std::vector<QualityMonth>& months,
                              const QualityReportOptions& options) {
  return Report(history, months, options).build();
}

std::string render_quality_summary(const QualityHistory& history, Language language) {
  std::string text;
  if (history.simulated) text += render_text("report.marking_simulated", language) + "\n";
  for (const QualitySeries& series : history.series) {
    if (series.superseded) continue;
    const QualityPoint& last = series.points.back();
    text +=
        fmt::format("{} {}  {}  {}  {}", symbol_of(last.verdict),
                    render_message(Message{fmt::format("quality_verdict.{}", to_string(last.verdict)), {}}, language),
                    describe_series(series.key, language), last.run, last.started_at);
    const std::string rules = list_rules(last.findings, language, false);
    if (!rules.empty()) text += "  " + rules;
    text += "\n";
  }
  return text;
}

}  // namespace qpcr
