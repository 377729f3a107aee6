// Drawing the flow of subjects and the forest plots of a trial.
#include "libqpcr/report/trial_figures.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

constexpr double figure_width = 511;
constexpr double line_height = 11.5;
constexpr double box_padding = 6;

struct Box {
  Point origin;
  double width = 0;
  double height = 0;

  double middle() const { return origin.x + width / 2; }
  double bottom() const { return origin.y + height; }
};

double box_height(std::size_t lines) { return static_cast<double>(lines) * line_height + 2 * box_padding - 2; }

Box draw_box(Drawing& drawing, Point origin, double width, const std::vector<std::string>& lines, Ink fill, Ink stroke,
             Anchor anchor) {
  const Box box{origin, width, box_height(lines.size())};
  drawing.add(make_rectangle(origin, width, box.height, fill, stroke, 3));
  double y = origin.y + box_padding + 8;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const double x = anchor == Anchor::middle ? box.middle() : origin.x + box_padding + 2;
    drawing.add(make_text({x, y}, lines[i], 8, anchor, Ink::text, i == 0));
    y += line_height;
  }
  return box;
}

void draw_arrow(Drawing& drawing, Point from, Point to) {
  drawing.add(make_line(from, to, Ink::muted, 1));
  const bool down = std::abs(to.y - from.y) > std::abs(to.x - from.x);
  constexpr double size = 3.5;
  Polyline head;
  head.closed = true;
  head.fill = Ink::muted;
  head.points = down ? std::vector<Point>{to, {to.x - size, to.y - 1.6 * size}, {to.x + size, to.y - 1.6 * size}}
                     : std::vector<Point>{to, {to.x - 1.6 * size, to.y - size}, {to.x - 1.6 * size, to.y + size}};
  drawing.add(head);
}

std::string counted(const std::string& label, long count) { return fmt::format("{}  n = {}", label, count); }

/// What leaves the flow at one step: a heading and one line a place.
std::vector<std::string> list_leaving(const TrialView& view, const std::string& title,
                                      const std::vector<Place>& places) {
  std::vector<std::string> lines;
  long sum = 0;
  for (const Place place : places) sum += count_place(view.trial.disposition, place);
  lines.push_back(counted(title, sum));
  for (const Place place : places) {
    if (places.size() > 1)
      lines.push_back(counted(view.word("place", to_string(place)), count_place(view.trial.disposition, place)));
  }
  return lines;
}

std::string shorten(const std::string& text, std::size_t characters) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
    const bool wide = static_cast<unsigned char>(text[i]) >= 0xE0U;
    count += wide ? 2 : 1;
    if (count > characters) return text.substr(0, i) + "…";
  }
  return text;
}

struct Panel {
  Axis axis;
  double text_x = 0;
};

double find_low_end(const std::vector<ForestRow>& rows) {
  double low = 1.0;
  for (const ForestRow& row : rows) {
    for (const Proportion* proportion : row.proportions) {
      if (proportion != nullptr && proportion->wilson) low = std::min(low, proportion->wilson->lower);
    }
  }
  constexpr double steps = 5.0;  // ends at a multiple of 20 %
  return std::min(0.8, std::floor(low * steps) / steps);
}

void draw_estimate(Drawing& drawing, const TrialView& view, const Panel& panel, double y, const Proportion& proportion,
                   bool summary) {
  if (!proportion.estimate) {
    drawing.add(make_text({panel.axis.start, y + 2.5}, view.text("not_estimable"), 7, Anchor::start, Ink::muted));
    drawing.add(make_text({panel.text_x, y + 2.5}, to_fraction(proportion), 7));
    return;
  }
  const double x = panel.axis.to_position(*proportion.estimate);
  const Interval interval = *proportion.wilson;
  const double left = panel.axis.to_position(interval.lower);
  const double right = panel.axis.to_position(interval.upper);
  if (summary) {
    Polyline diamond;
    diamond.closed = true;
    diamond.fill = Ink::accent;
    diamond.points = {{left, y}, {x, y - 4}, {right, y}, {x, y + 4}};
    drawing.add(diamond);
  } else {
    drawing.add(make_line({left, y}, {right, y}, Ink::text, 1));
    drawing.add(make_line({left, y - 2.5}, {left, y + 2.5}, Ink::text, 1));
    drawing.add(make_line({right, y - 2.5}, {right, y + 2.5}, Ink::text, 1));
    drawing.add(make_rectangle({x - 2.8, y - 2.8}, 5.6, 5.6, Ink::accent));
  }
  drawing.add(make_text({panel.text_x, y - 1},
                        fmt::format("{}  {}", to_percent(proportion.estimate), to_fraction(proportion)), 7,
                        Anchor::start, Ink::text, summary));
  drawing.add(make_text({panel.text_x, y + 7}, to_percent(proportion.wilson), 6, Anchor::start, Ink::muted));
}

}  // namespace

Drawing draw_flow(const TrialView& view) {
  const Disposition& flow = view.trial.disposition;
  Drawing drawing;
  drawing.width = figure_width;
  constexpr double main_x = 30;
  constexpr double main_width = 190;
  constexpr double side_x = 275;
  constexpr double side_width = 232;
  constexpr double gap = 14;
  const auto enrolled = static_cast<long>(flow.subjects.size());
  long left = enrolled;

  std::vector<std::string> excluded = list_leaving(view, view.word("place", "excluded"), {Place::excluded});
  for (const std::string& reason : list_exclusion_reasons(view)) {
    const auto count = std::count_if(flow.subjects.begin(), flow.subjects.end(), [&](const SubjectOutcome& outcome) {
      return outcome.place == Place::excluded && view.subject(outcome).exclusion_reason == reason;
    });
    excluded.push_back("· " + counted(shorten(reason, 44), static_cast<long>(count)));
  }
  struct Step {
    std::string title;
    std::vector<std::string> leaving;
    long gone;
  };
  const auto gone = [&](std::initializer_list<Place> places) {
    long sum = 0;
    for (const Place place : places) sum += count_place(flow, place);
    return sum;
  };
  const std::vector<Step> steps = {
      {view.text("flow_enrolled"), excluded, gone({Place::excluded})},
      {view.text("flow_eligible"),
       list_leaving(view, view.word("place", "reference_missing"), {Place::reference_missing}),
       gone({Place::reference_missing})},
      {view.text("flow_with_reference"),
       list_leaving(view, view.text("flow_no_valid_result"),
                    {Place::no_index_result, Place::run_invalid, Place::sample_invalid}),
       gone({Place::no_index_result, Place::run_invalid, Place::sample_invalid})},
      {view.text("flow_valid_result"), list_leaving(view, view.word("place", "indeterminate"), {Place::indeterminate}),
       gone({Place::indeterminate})},
  };
  double y = 4;
  for (const Step& step : steps) {
    const Box box =
        draw_box(drawing, {main_x, y}, main_width, {counted(step.title, left)}, Ink::panel, Ink::rule, Anchor::middle);
    const Box side =
        draw_box(drawing, {side_x, y + box.height + 5}, side_width, step.leaving, Ink::paper, Ink::rule, Anchor::start);
    left -= step.gone;
    const double turn = side.origin.y + std::min(side.height / 2, 11.0);
    const double next = side.bottom() + gap - 4;
    draw_arrow(drawing, {box.middle(), box.bottom()}, {box.middle(), next});
    draw_arrow(drawing, {box.middle(), turn}, {side_x, turn});
    y = next;
  }
  const FourfoldTable& table = view.trial.overall.table;
  const Box analysed = draw_box(drawing, {main_x, y}, main_width, {counted(view.word("place", "analysed"), left)},
                                Ink::good_tint, Ink::good, Anchor::middle);
  y = analysed.bottom() + 2 * gap;
  constexpr double half = 225;
  const Box cases = draw_box(drawing, {4, y}, half,
                             {counted(view.text("cases"), table.cases()),
                              fmt::format("{}  ·  {}", counted(view.word("trial_cell", "tp"), table.true_positive),
                                          counted(view.word("trial_cell", "fn"), table.false_negative))},
                             Ink::positive_tint, Ink::positive, Anchor::middle);
  const Box controls = draw_box(drawing, {figure_width - half - 4, y}, half,
                                {counted(view.text("controls"), table.controls()),
                                 fmt::format("{}  ·  {}", counted(view.word("trial_cell", "tn"), table.true_negative),
                                             counted(view.word("trial_cell", "fp"), table.false_positive))},
                                Ink::negative_tint, Ink::negative, Anchor::middle);
  const double rail = analysed.bottom() + gap;
  drawing.add(make_line({analysed.middle(), analysed.bottom()}, {analysed.middle(), rail}, Ink::muted, 1));
  drawing.add(make_line({cases.middle(), rail}, {controls.middle(), rail}, Ink::muted, 1));
  draw_arrow(drawing, {cases.middle(), rail}, {cases.middle(), y});
  draw_arrow(drawing, {controls.middle(), rail}, {controls.middle(), y});
  drawing.height = cases.bottom() + 4;
  return drawing;
}

Drawing draw_forest(const TrialView& view, const std::vector<std::string>& titles, const std::vector<ForestRow>& rows) {
  Drawing drawing;
  drawing.width = figure_width;
  constexpr double row_height = 20;
  constexpr double top = 22;
  constexpr double text_width = 88;
  const double label_width = titles.size() > 1 ? 78 : 150;
  const double share = (figure_width - label_width) / static_cast<double>(titles.size());
  const double bottom = top + row_height * static_cast<double>(rows.size());
  drawing.height = bottom + 16;

  const double low = find_low_end(rows);
  std::vector<Panel> panels;
  for (std::size_t i = 0; i < titles.size(); ++i) {
    const double start = label_width + share * static_cast<double>(i) + 10;
    const double end = start + share - text_width - 26;
    panels.push_back({Axis{low, 1.0, start, end, false}, end + 12});
    drawing.add(make_text({(start + end) / 2, 10}, titles[i], 8, Anchor::middle, Ink::text, true));
    for (double tick = low; tick <= 1.0001; tick += 0.2) {
      const double x = panels.back().axis.to_position(tick);
      drawing.add(make_line({x, top - 6}, {x, bottom}, Ink::grid, 0.5));
      drawing.add(
          make_text({x, bottom + 9}, fmt::format("{}%", std::lround(100 * tick)), 6.5, Anchor::middle, Ink::muted));
    }
    drawing.add(make_line({start, bottom}, {end, bottom}, Ink::rule, 0.75));
  }
  double y = top + row_height / 2 - 2;
  for (const ForestRow& row : rows) {
    if (row.summary)
      drawing.add(make_line({0, y - row_height / 2 - 1}, {figure_width, y - row_height / 2 - 1}, Ink::rule, 0.5));
    drawing.add(make_text({2, y + 2.5}, row.label, 8, Anchor::start, Ink::text, row.summary));
    for (std::size_t i = 0; i < panels.size() && i < row.proportions.size(); ++i) {
      if (row.proportions[i] != nullptr) draw_estimate(drawing, view, panels[i], y, *row.proportions[i], row.summary);
    }
    y += row_height;
  }
  return drawing;
}

}  // namespace qpcr
