// Curves of single subjects of a trial as small multiples.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/report/trial_figures.hpp"

namespace qpcr {
namespace {

constexpr double figure_width = 511;
constexpr std::size_t columns = 4;
constexpr double panel_width = figure_width / static_cast<double>(columns);
constexpr double panel_height = 122;
constexpr double plot_height = 70;

struct SeriesLook {
  Ink ink;
  Dash dash;
};

constexpr std::array<SeriesLook, 6> looks{{{Ink::series_1, Dash::solid},
                                           {Ink::series_2, Dash::dashed},
                                           {Ink::series_3, Dash::dotted},
                                           {Ink::series_4, Dash::solid},
                                           {Ink::series_5, Dash::dashed},
                                           {Ink::series_6, Dash::dotted}}};

struct Series {
  std::string well;
  std::string target;
  std::optional<double> cq_cycles;
  std::optional<double> threshold;
  std::vector<Point> readings;  ///< cycle, fluorescence above the baseline
};

std::vector<Series> collect(const TrialView& view, const IndexTest& test) {
  std::vector<Series> series;
  const TestedRun& tested = view.trial.runs[test.run];
  if (test.result >= tested.runs.size()) return series;
  const Run& run = tested.runs[test.result];
  for (const std::size_t index : view.call(test).wells) {
    const WellResult& well = view.result(test).wells.at(index);
    const AmplificationCurve* curve = find_analysis_curve(run->measurements.at(well.measurement));
    if (curve == nullptr) continue;
    Series one{well.well.label, well.target, well.cq.cq_cycles, well.cq.threshold, {}};
    const Baseline& baseline = well.cq.baseline;
    for (std::size_t i = 0; i < curve->cycles.size(); ++i) {
      const double rise = curve->fluorescence[i] - (baseline.intercept + baseline.slope_per_cycle * curve->cycles[i]);
      if (std::isfinite(rise)) one.readings.push_back({curve->cycles[i], rise});
    }
    if (!one.readings.empty()) series.push_back(std::move(one));
  }
  return series;
}

/// One look a target, whatever the order of the wells.
SeriesLook find_look(const std::vector<Series>& all, const Series& one) {
  std::vector<std::string> targets;
  for (const Series& other : all) {
    if (std::find(targets.begin(), targets.end(), other.target) == targets.end()) targets.push_back(other.target);
  }
  const auto at = static_cast<std::size_t>(std::find(targets.begin(), targets.end(), one.target) - targets.begin());
  return looks.at(at % looks.size());
}

void draw_panel(Drawing& drawing, const TrialView& view, const SubjectOutcome& outcome, Point origin) {
  const std::string title =
      fmt::format("{} · {}", view.subject(outcome).id, view.word("trial_cell", cell_of(view, outcome)));
  drawing.add(make_text({origin.x + 2, origin.y + 9}, title, 7.5, Anchor::start, Ink::text, true));
  const IndexTest* test = view.counting(outcome);
  const std::vector<Series> series = test == nullptr ? std::vector<Series>{} : collect(view, *test);
  const double top = origin.y + 14;
  const double left = origin.x + 2;
  const double right = origin.x + panel_width - 8;
  drawing.add(make_rectangle({left, top}, right - left, plot_height, Ink::none, Ink::grid));
  if (series.empty()) {
    drawing.add(make_text({left + 6, top + plot_height / 2}, view.text("no_curve"), 7, Anchor::start, Ink::muted));
    return;
  }
  double low = 0.0;
  double high = 0.0;
  double first = std::numeric_limits<double>::infinity();
  double last = 0.0;
  for (const Series& one : series) {
    for (const Point& reading : one.readings) {
      low = std::min(low, reading.y);
      high = std::max(high, reading.y);
      first = std::min(first, reading.x);
      last = std::max(last, reading.x);
    }
    if (one.threshold) high = std::max(high, 1.2 * *one.threshold);
  }
  const Axis x{first, last > first ? last : first + 1, left, right, false};
  const Axis y{low, high > low ? high : low + 1, top + plot_height - 3, top + 3, false};
  for (double cycle = 10; cycle < last; cycle += 10) {
    drawing.add(make_line({x.to_position(cycle), top}, {x.to_position(cycle), top + plot_height}, Ink::grid, 0.4));
    drawing.add(make_text({x.to_position(cycle), top + plot_height + 7}, fmt::format("{}", std::lround(cycle)), 5.5,
                          Anchor::middle, Ink::muted));
  }
  double legend = top + plot_height + 15;
  double legend_x = left;
  for (std::size_t i = 0; i < series.size(); ++i) {
    const SeriesLook look = find_look(series, series[i]);
    if (series[i].threshold) {
      const double level = y.to_position(*series[i].threshold);
      drawing.add(make_line({left, level}, {right, level}, look.ink, 0.4, Dash::dotted));
    }
    Polyline line;
    line.stroke = {look.ink, 1.0, look.dash, 1.0};
    for (const Point& reading : series[i].readings)
      line.points.push_back({x.to_position(reading.x), y.to_position(reading.y)});
    drawing.add(line);
    drawing.add(Line{{legend_x, legend - 2.2}, {legend_x + 9, legend - 2.2}, {look.ink, 1.2, look.dash, 1.0}});
    drawing.add(make_text({legend_x + 11, legend},
                          fmt::format("{} {} {}", series[i].well, series[i].target,
                                      series[i].cq_cycles ? format_fixed(*series[i].cq_cycles, 2) : "–"),
                          5.6));
    const bool second_column = i % 2 == 1;
    legend_x = second_column ? left : left + (right - left) / 2;
    if (second_column) legend += 7;
  }
}

}  // namespace

Drawing draw_subject_curves(const TrialView& view, const std::vector<const SubjectOutcome*>& outcomes) {
  Drawing drawing;
  drawing.width = figure_width;
  const std::size_t rows = (outcomes.size() + columns - 1) / columns;
  drawing.height = panel_height * static_cast<double>(std::max<std::size_t>(rows, 1));
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    draw_panel(drawing, view, *outcomes[i],
               {panel_width * static_cast<double>(i % columns), panel_height * static_cast<double>(i / columns)});
  }
  return drawing;
}

}  // namespace qpcr
