// Draws Levey–Jennings charts.
#include "libqpcr/report/quality_figures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <tuple>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

constexpr double figure_width = 511;
constexpr double frame_left = 44;
constexpr double frame_right = 478;
constexpr double frame_top = 34;
constexpr double frame_bottom = 206;
constexpr double missing_row = 218;
constexpr double figure_height = 262;

struct Look {
  Ink ink;
  Ink fill;
};

Look look_of(QualityVerdict verdict) {
  switch (verdict) {
    case QualityVerdict::in_control:
      return {Ink::good, Ink::good};
    case QualityVerdict::warning:
      return {Ink::indeterminate, Ink::indeterminate};
    case QualityVerdict::reject:
      return {Ink::positive, Ink::positive};
    case QualityVerdict::not_judged:
      return {Ink::muted, Ink::muted};
    case QualityVerdict::excluded:
      break;
  }
  return {Ink::muted, Ink::paper};
}

/// Circle in control, triangle for a warning, square for a rejection, small dot before any judgement, hollow circle for
/// an excluded point.
void draw_mark(Drawing& drawing, Point at, QualityVerdict verdict) {
  constexpr double r = 3;
  const Look look = look_of(verdict);
  switch (verdict) {
    case QualityVerdict::warning:
      drawing.add(Polyline{{{at.x, at.y - r - 0.8}, {at.x + r + 0.6, at.y + r - 0.6}, {at.x - r - 0.6, at.y + r - 0.6}},
                           {Ink::paper, 0.5, Dash::solid, 1},
                           look.fill,
                           true});
      break;
    case QualityVerdict::reject: {
      Rectangle square = make_rectangle({at.x - r, at.y - r}, 2 * r, 2 * r, look.fill, Ink::paper);
      square.stroke.width = 0.5;
      drawing.add(square);
      break;
    }
    case QualityVerdict::not_judged:
      drawing.add(make_circle(at, 1.7, look.fill));
      break;
    case QualityVerdict::in_control:
      drawing.add(make_circle(at, 2.5, look.fill, Ink::paper, 0.5));
      break;
    case QualityVerdict::excluded:
      drawing.add(make_circle(at, r, Ink::paper, look.ink, 1));
      break;
  }
}

void draw_cross(Drawing& drawing, Point at) {
  constexpr double r = 2.8;
  drawing.add(make_line({at.x - r, at.y - r}, {at.x + r, at.y + r}, Ink::positive, 1.5));
  drawing.add(make_line({at.x - r, at.y + r}, {at.x + r, at.y - r}, Ink::positive, 1.5));
}

/// Points of one lot that follow each other, as positions in the drawing.
struct Segment {
  std::size_t series = 0;
  std::size_t first = 0;
  std::size_t last = 0;
};

class Chart {
 public:
  Chart(const QualityHistory& history, const QualityChart& chart, std::size_t first, Language language)
      : history_(history), language_(language) {
    const std::size_t end = std::min(chart.points.size(), first + most_points_of_drawing);
    places_.assign(chart.points.begin() + static_cast<std::ptrdiff_t>(first),
                   chart.points.begin() + static_cast<std::ptrdiff_t>(end));
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (segments_.empty() || segments_.back().series != places_[i].series)
        segments_.push_back({places_[i].series, i, i});
      segments_.back().last = i;
    }
    y_ = choose_axis();
  }

  Drawing draw() {
    drawing_.width = figure_width;
    drawing_.height = figure_height;
    draw_frame();
    for (const Segment& segment : segments_) draw_limits(segment);
    drawing_.add(make_rectangle({frame_left, frame_top}, frame_right - frame_left, frame_bottom - frame_top, Ink::none,
                                Ink::rule));
    draw_lot_changes();
    draw_dates();
    draw_points();
    draw_legend();
    return std::move(drawing_);
  }

 private:
  const QualityPoint& point(std::size_t i) const { return history_.series[places_[i].series].points[places_[i].point]; }

  double x(std::size_t i) const {
    const double step = (frame_right - frame_left) / static_cast<double>(places_.size());
    return frame_left + (static_cast<double>(i) + 0.5) * step;
  }
  double half_step() const { return (frame_right - frame_left) / static_cast<double>(places_.size()) / 2; }
  double y(double value) const { return y_.to_position(std::clamp(value, y_.low, y_.high)); }

  std::string word(std::string_view id) const { return render_message(Message{std::string(id), {}}, language_); }

  /// Limits ±4 SD where there are any, else the values. What lies beyond is marked at the edge.
  Axis choose_axis() const {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    const auto include = [&](double value) {
      low = std::min(low, value);
      high = std::max(high, value);
    };
    for (const Segment& segment : segments_) {
      const auto& limits = history_.series[segment.series].limits;
      if (limits) {
        include(limits->mean - 4 * limits->sd);
        include(limits->mean + 4 * limits->sd);
        continue;
      }
      for (std::size_t i = segment.first; i <= segment.last; ++i) {
        if (point(i).value) include(*point(i).value);
      }
    }
    if (!(high >= low)) return Axis{0, 1, frame_bottom, frame_top, false};
    const double margin = high > low ? 0.06 * (high - low) : 0.5;
    return Axis{low - margin, high + margin, frame_bottom, frame_top, false};
  }

  void draw_frame() {
    const std::vector<double> ticks = nice_ticks(y_.low, y_.high, 6);
    const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
    const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 4);
    for (const double tick : ticks) {
      if (tick < y_.low || tick > y_.high) continue;
      drawing_.add(make_line({frame_left - 3, y(tick)}, {frame_left, y(tick)}, Ink::rule, 0.5));
      drawing_.add(
          make_text({frame_left - 5, y(tick) + 2.4}, format_fixed(tick, decimals), 7, Anchor::end, Ink::muted));
    }
    const SeriesKind kind = history_.series[segments_.front().series].key.kind;
    Text label = make_text({10, (frame_top + frame_bottom) / 2}, word(fmt::format("quality.axis_{}", to_string(kind))),
                           7.5, Anchor::middle);
    label.rotation_degrees = -90;
    drawing_.add(label);
  }

  /// The last lot with limits: its lines are named.
  const Segment* last_limited() const {
    const Segment* found = nullptr;
    for (const Segment& segment : segments_) {
      if (history_.series[segment.series].limits) found = &segment;
    }
    return found;
  }

  void draw_limits(const Segment& segment) {
    const auto& limits = history_.series[segment.series].limits;
    if (!limits) return;
    const double from = x(segment.first) - half_step();
    const double to = x(segment.last) + half_step();
    // Runs before the freezing did not know these limits: their ground is shaded.
    for (std::size_t i = segment.first; i <= segment.last; ++i) {
      if (!point(i).forms_limits) continue;
      drawing_.add(
          make_rectangle({x(i) - half_step(), frame_top}, 2 * half_step(), frame_bottom - frame_top, Ink::panel));
    }
    for (const int k : {-3, -2, -1, 0, 1, 2, 3}) {
      const double at = y(limits->mean + k * limits->sd);
      const Ink ink = k == 0             ? Ink::text
                      : std::abs(k) == 1 ? Ink::rule
                      : std::abs(k) == 2 ? Ink::indeterminate
                                         : Ink::positive;
      const Dash dash = k == 0             ? Dash::solid
                        : std::abs(k) == 1 ? Dash::dotted
                        : std::abs(k) == 2 ? Dash::dashed
                                           : Dash::solid;
      drawing_.add(make_line({from, at}, {to, at}, ink, 0.75, dash));
      if (&segment == last_limited()) {
        drawing_.add(make_text({to + 4, at + 2.4}, k == 0 ? "x̄" : fmt::format("{}{} s", k > 0 ? "+" : "−", std::abs(k)),
                               6.5, Anchor::start, Ink::muted));
      }
    }
  }

  void draw_lot_changes() {
    double free_from[2] = {0, 0};
    for (std::size_t s = 0; s < segments_.size(); ++s) {
      const SeriesKey& key = history_.series[segments_[s].series].key;
      const double at = x(segments_[s].first) - half_step();
      const auto lot = [&](const std::string& text) { return text.empty() ? std::string("–") : text; };
      const std::string text = render_message(
          Message{"quality.chart_lots", {{"reagent", lot(key.reagent_lot)}, {"control", lot(key.control_lot)}}},
          language_);
      if (s > 0) drawing_.add(make_line({at, frame_top - 14}, {at, missing_row + 5}, Ink::accent, 1, Dash::dashed));
      // Two rows of labels, so that lots which follow closely do not run into each other.
      const std::size_t row = at >= free_from[0] ? 0 : at >= free_from[1] ? 1 : 2;
      if (row == 2) continue;
      const double width = 6.6 * static_cast<double>(std::count_if(text.begin(), text.end(), [](char c) {
                             return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
                           }));
      free_from[row] = at + width * 0.75;
      const bool fits = at + width * 0.75 < figure_width;
      drawing_.add(make_text({fits ? at + 2 : figure_width - 2, row == 0 && fits ? frame_top - 6 : frame_top - 16},
                             text, 7, fits ? Anchor::start : Anchor::end, Ink::accent));
    }
  }

  void draw_dates() {
    const std::size_t step = std::max<std::size_t>(1, (places_.size() + 9) / 10);
    std::string year;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      drawing_.add(make_line({x(i), frame_bottom}, {x(i), frame_bottom + (i % step == 0 ? 3 : 1.5)}, Ink::rule, 0.5));
      if (i % step != 0) continue;
      const std::string& day = point(i).time.day;
      drawing_.add(make_text({x(i), missing_row + 13}, day.substr(5), 6.5, Anchor::middle, Ink::muted));
      if (day.substr(0, 4) != year)
        drawing_.add(make_text({x(i), missing_row + 21}, day.substr(0, 4), 6.5, Anchor::middle, Ink::muted));
      year = day.substr(0, 4);
    }
  }

  void draw_points() {
    for (const Segment& segment : segments_) {
      Polyline line;
      line.stroke = {Ink::muted, 0.6, Dash::solid, 0.7};
      const auto end_line = [&] {
        if (line.points.size() > 1) drawing_.add(line);
        line.points.clear();
      };
      for (std::size_t i = segment.first; i <= segment.last; ++i) {
        if (point(i).exclusion) continue;
        if (!point(i).value) {
          end_line();
          continue;
        }
        line.points.push_back({x(i), y(*point(i).value)});
      }
      end_line();
    }
    double labelled_to = 0;
    double labelled_y = 0;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const QualityPoint& each = point(i);
      if (!each.value) {
        draw_cross(drawing_, {x(i), missing_row});
        continue;
      }
      const Point at{x(i), y(*each.value)};
      draw_mark(drawing_, at, each.verdict);
      std::string text;
      if (*each.value < y_.low || *each.value > y_.high)
        text = fmt::format("{}{}", *each.value > y_.high ? "↑" : "↓", format_fixed(*each.value, 2));
      if (each.verdict == QualityVerdict::reject) {
        for (const QualityFinding& finding : each.findings) {
          if (!rejects(finding.rule)) continue;
          text += fmt::format("{}{}", text.empty() ? "" : " ", to_string(finding.rule));
        }
      }
      // In a row of rejections the first says why; the list of runs has them all.
      const double width = 3.6 * static_cast<double>(text.size());
      const bool level = std::abs(at.y - labelled_y) < 40;
      if (text.empty() || (level && at.x - width / 2 < labelled_to)) continue;
      const double centre = std::clamp(at.x, frame_left + width / 2, figure_width - width / 2 - 2);
      labelled_to = centre + width / 2 + 2;
      labelled_y = at.y;
      const bool above = at.y > frame_top + 12;
      drawing_.add(make_text({centre, above ? at.y - 6 : at.y + 11}, text, 6.5, Anchor::middle, Ink::positive, true));
    }
  }

  void draw_legend() {
    double at = frame_left;
    constexpr double row = figure_height - 8;
    for (const QualityVerdict verdict : {QualityVerdict::in_control, QualityVerdict::warning, QualityVerdict::reject,
                                         QualityVerdict::excluded, QualityVerdict::not_judged}) {
      draw_mark(drawing_, {at, row - 2.4}, verdict);
      at = add_legend_text(at, word(fmt::format("quality_verdict.{}", to_string(verdict))));
    }
    draw_cross(drawing_, {at, row - 2.4});
    at = add_legend_text(at, word("quality.no_cq"));
    drawing_.add(make_rectangle({at - 4, row - 6.4}, 8, 8, Ink::panel, Ink::rule));
    add_legend_text(at, word("quality.forms_limits"));
  }

  double add_legend_text(double at, const std::string& text) {
    drawing_.add(make_text({at + 7, figure_height - 8}, text, 7, Anchor::start, Ink::muted));
    double width = 0;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      width += byte < 0x80 ? 3.7 : (byte & 0xC0U) == 0xC0U ? 7.0 : 0.0;
    }
    return at + 7 + width + 13;
  }

  const QualityHistory& history_;
  Language language_;
  std::vector<PointPlace> places_;
  std::vector<Segment> segments_;
  Axis y_;
  Drawing drawing_;
};

}  // namespace

std::vector<QualityChart> arrange_charts(const QualityHistory& history) {
  using Followed = std::tuple<SeriesKind, std::string, std::string, std::string>;
  std::map<Followed, QualityChart> charts;
  for (std::size_t s = 0; s < history.series.size(); ++s) {
    const SeriesKey& key = history.series[s].key;
    QualityChart& chart = charts[{key.kind, key.control, key.target, key.instrument}];
    chart.series.push_back(s);
    for (std::size_t i = 0; i < history.series[s].points.size(); ++i) chart.points.push_back({s, i});
  }
  std::vector<QualityChart> result;
  for (auto& [key, chart] : charts) {
    const auto order = [&](const PointPlace& place) { return history.series[place.series].points[place.point].order; };
    std::stable_sort(chart.points.begin(), chart.points.end(),
                     [&](const PointPlace& left, const PointPlace& right) { return order(left) < order(right); });
    result.push_back(std::move(chart));
  }
  return result;
}

Drawing draw_levey_jennings(const QualityHistory& history, const QualityChart& chart, std::size_t first,
                            Language language) {
  return Chart(history, chart, first, language).draw();
}

}  // namespace qpcr
