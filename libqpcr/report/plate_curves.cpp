// Baseline-corrected amplification curves of a target, linear and logarithmic, with the threshold.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/report/plate_figures.hpp"

namespace qpcr {
namespace {

constexpr double figure_width = 511;
constexpr double figure_height = 198;
constexpr double top_edge = 31;
constexpr double bottom_edge = figure_height - 30;

/// Whose curve it is; painted in this order, so that what matters lies on top.
enum class Group {
  not_called,
  negative,
  no_template,
  negative_control,
  positive_control,
  invalid,
  indeterminate,
  positive
};

struct GroupLook {
  Ink ink;
  double width;
  double opacity;
  Dash dash;
};

GroupLook describe(Group group) {
  switch (group) {
    case Group::not_called:
      return {Ink::rule, 0.6, 1, Dash::dotted};
    case Group::negative:
      return {Ink::negative, 0.6, 0.65, Dash::solid};
    case Group::no_template:
      return {Ink::text, 1, 1, Dash::dotted};
    case Group::negative_control:
      return {Ink::text, 1, 1, Dash::dashed};
    case Group::positive_control:
      return {Ink::good, 1.1, 1, Dash::dashed};
    case Group::invalid:
      return {Ink::invalid, 0.9, 1, Dash::dashed};
    case Group::indeterminate:
      return {Ink::indeterminate, 1.1, 1, Dash::solid};
    case Group::positive:
      break;
  }
  return {Ink::positive, 1.25, 1, Dash::solid};
}

constexpr std::array<Group, 8> groups = {Group::not_called,       Group::negative,         Group::no_template,
                                         Group::negative_control, Group::positive_control, Group::invalid,
                                         Group::indeterminate,    Group::positive};

struct Curve {
  std::vector<double> cycles;
  std::vector<double> rise;  ///< fluorescence above the baseline
  Group group = Group::negative;
  bool amplified = false;
  std::optional<double> cq_cycles;
};

Group find_group(const WellResult& well, const SampleCall* call) {
  if (well.control == ControlKind::no_template) return Group::no_template;
  if (well.control == ControlKind::negative) return Group::negative_control;
  if (well.control == ControlKind::positive) return Group::positive_control;
  if (call == nullptr || well.cq.status == CqStatus::excluded) return Group::not_called;
  switch (call->outcome) {
    case Outcome::positive:
      return Group::positive;
    case Outcome::indeterminate:
      return Group::indeterminate;
    case Outcome::invalid:
      return Group::invalid;
    case Outcome::scored:
      return Group::not_called;
    case Outcome::negative:
      break;
  }
  return Group::negative;
}

std::string group_label(Group group, Language language) {
  switch (group) {
    case Group::not_called:
      return render_text("report.not_called", language);
    case Group::no_template:
      return label("control_kind", to_string(ControlKind::no_template), language);
    case Group::negative_control:
      return label("control_kind", to_string(ControlKind::negative), language);
    case Group::positive_control:
      return label("control_kind", to_string(ControlKind::positive), language);
    case Group::invalid:
      return label("outcome", to_string(Outcome::invalid), language);
    case Group::indeterminate:
      return label("outcome", to_string(Outcome::indeterminate), language);
    case Group::positive:
      return label("outcome", to_string(Outcome::positive), language);
    case Group::negative:
      break;
  }
  return label("outcome", to_string(Outcome::negative), language);
}

std::vector<Curve> collect(const PlateView& view, const TargetView& target) {
  std::vector<const SampleCall*> calls(view.result.wells.size(), nullptr);
  for (const SampleCall& call : view.result.calls) {
    for (const std::size_t index : call.wells) calls.at(index) = &call;
  }
  std::vector<Curve> curves;
  for (const std::size_t index : target.wells) {
    const WellResult& well = view.result.wells[index];
    const AmplificationCurve* source = find_analysis_curve(view.run->measurements.at(well.measurement));
    if (source == nullptr) continue;
    Curve curve;
    curve.group = find_group(well, calls[index]);
    curve.amplified = well.cq.amplified;
    curve.cq_cycles = well.cq.cq_cycles;
    const Baseline& baseline = well.cq.baseline;
    for (std::size_t i = 0; i < source->cycles.size(); ++i) {
      const double rise = source->fluorescence[i] - (baseline.intercept + baseline.slope_per_cycle * source->cycles[i]);
      if (!std::isfinite(rise)) continue;
      curve.cycles.push_back(source->cycles[i]);
      curve.rise.push_back(rise);
    }
    if (!curve.cycles.empty()) curves.push_back(std::move(curve));
  }
  std::stable_sort(curves.begin(), curves.end(), [](const Curve& left, const Curve& right) {
    return std::tie(left.amplified, left.group) < std::tie(right.amplified, right.group);
  });
  return curves;
}

/// The smallest and largest values in sight.
struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

struct Panel {
  Axis x;
  Axis y;
  bool logarithmic = false;

  Point at(double cycle, double value) const { return {x.to_position(cycle), y.to_position(value)}; }
};

/// A tick's text: as many digits as the step between ticks needs.
std::string tick_text(double value, double step) {
  if (std::abs(value) >= 1e5) return fmt::format("{:.3g}", value);
  const int digits = step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
  return format_fixed(value, std::min(digits, 6));
}

void draw_frame(Drawing& drawing, const Panel& panel, Language language, const std::string& y_title) {
  const std::vector<double> cycle_ticks = nice_ticks(panel.x.low, panel.x.high, panel.logarithmic ? 4 : 8);
  for (const double cycle : cycle_ticks) {
    const double x = panel.x.to_position(cycle);
    drawing.add(make_line({x, panel.y.end}, {x, panel.y.start}, Ink::grid, 0.5));
    drawing.add(make_text({x, panel.y.start + 9}, tick_text(cycle, 1), 6.5, Anchor::middle, Ink::muted));
  }
  std::vector<double> ticks;
  if (panel.logarithmic) {
    for (double power = std::ceil(std::log10(panel.y.low) - 1e-9); std::pow(10, power) <= panel.y.high; ++power)
      ticks.push_back(std::pow(10, power));
  } else {
    ticks = nice_ticks(panel.y.low, panel.y.high, 5);
  }
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
  for (const double tick : ticks) {
    const double y = panel.y.to_position(tick);
    drawing.add(make_line({panel.x.start, y}, {panel.x.end, y}, Ink::grid, 0.5));
    const std::string text = panel.logarithmic ? fmt::format("{:g}", tick) : tick_text(tick, step);
    drawing.add(make_text({panel.x.start - 4, y + 2.3}, text, 6.5, Anchor::end, Ink::muted));
  }
  drawing.add(make_line({panel.x.start, panel.y.start}, {panel.x.end, panel.y.start}, Ink::rule, 0.9));
  drawing.add(make_text({(panel.x.start + panel.x.end) / 2, panel.y.start + 20},
                        render_text("report.axis_cycle", language), 7, Anchor::middle, Ink::muted));
  drawing.add(make_text({panel.x.start, panel.y.end - 6}, y_title, 7, Anchor::start, Ink::muted));
}

/// Pieces of a curve inside the panel; readings below a logarithmic axis interrupt it.
void draw_curve(Drawing& drawing, const Panel& panel, const Curve& curve) {
  GroupLook look = describe(curve.group);
  // The flat curve of a positive sample is no news: only what amplified is drawn boldly.
  if (!curve.amplified) look.width = std::min(look.width, 0.6);
  std::vector<Point> piece;
  const auto finish = [&] {
    if (piece.size() > 1)
      drawing.add(Polyline{piece, {look.ink, look.width, look.dash, look.opacity}, Ink::none, false});
    piece.clear();
  };
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    const double value = curve.rise[i];
    if (panel.logarithmic && value < panel.y.low) {
      finish();
      continue;
    }
    piece.push_back(panel.at(curve.cycles[i], value));
  }
  finish();
}

void draw_threshold(Drawing& drawing, const Panel& panel, double threshold, const std::vector<Curve>& curves) {
  if (threshold < panel.y.low || threshold > panel.y.high) return;
  const double y = panel.y.to_position(threshold);
  drawing.add(make_line({panel.x.start, y}, {panel.x.end, y}, Ink::accent, 0.9, Dash::dashed));
  for (const Curve& curve : curves) {
    if (!curve.cq_cycles || curve.group != Group::positive) continue;
    drawing.add(make_circle(panel.at(*curve.cq_cycles, threshold), 1.7, Ink::paper, Ink::positive, 0.8));
  }
}

void draw_legend(Drawing& drawing, const std::vector<Curve>& curves, std::optional<double> threshold,
                 Language language) {
  struct Entry {
    std::string text;
    GroupLook look;
    double width;
  };
  std::vector<Entry> entries;
  const auto entry = [&](const std::string& text, const GroupLook& look) {
    // Text width is not known here: 7 points a CJK character and 3.9 a Latin one are a little more than any font needs.
    double width = 24;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      width += byte < 0x80 ? 3.9 : byte >= 0xC0 ? 7.0 : 0.0;
    }
    entries.push_back({text, look, width});
  };
  if (threshold) {
    entry(render_message(Message{"report.threshold_value", {{"value", fmt::format("{:.4g}", *threshold)}}}, language),
          {Ink::accent, 1, 1, Dash::dashed});
  }
  for (const Group group : groups) {
    const auto count =
        std::count_if(curves.begin(), curves.end(), [&](const Curve& curve) { return curve.group == group; });
    if (count > 0) entry(fmt::format("{} {}", group_label(group, language), count), describe(group));
  }
  // Right-aligned; long words (English ones) close up rather than leave the figure.
  double total = 0;
  for (const Entry& each : entries) total += each.width;
  const double share = std::min(1.0, figure_width / total);
  double x = figure_width;
  for (const Entry& each : entries) {
    x -= each.width * share;
    drawing.add(Line{{x, 7.5}, {x + 13, 7.5}, {each.look.ink, std::max(each.look.width, 1.0), each.look.dash, 1}});
    drawing.add(make_text({x + 16, 10}, each.text, 6.8 * std::max(share, 0.8), Anchor::start, Ink::text));
  }
}

}  // namespace

PictureWithWords draw_curves(const PlateView& view, const TargetView& target) {
  const std::vector<Curve> curves = collect(view, target);
  const std::optional<double> threshold = target.threshold == nullptr ? std::nullopt : target.threshold->threshold;
  PictureWithWords picture;
  Drawing& drawing = picture.drawing;
  drawing.width = figure_width;
  drawing.height = figure_height;
  const auto positives =
      std::count_if(curves.begin(), curves.end(), [](const Curve& curve) { return curve.group == Group::positive; });
  picture.alternative_text =
      render_message(Message{"report.curves_words",
                             {{"target", target_label(target)},
                              {"curves", fmt::format("{}", curves.size())},
                              {"positive", fmt::format("{}", positives)},
                              {"threshold", threshold ? fmt::format("{:.4g}", *threshold) : "–"}}},
                     view.language);
  if (curves.empty()) {
    drawing.height = 30;
    drawing.add(make_text({0, 18}, render_text("report.no_curves", view.language), 9, Anchor::start, Ink::muted));
    return picture;
  }
  Range cycles;
  Range rise;
  rise.include(0);
  for (const Curve& curve : curves) {
    cycles.include(curve.cycles.front());
    cycles.include(curve.cycles.back());
    for (const double value : curve.rise) rise.include(value);
  }
  if (threshold) rise.include(*threshold * 1.1);
  if (!(cycles.high > cycles.low)) cycles.high = cycles.low + 1;
  if (!(rise.high > rise.low)) rise.high = rise.low + 1;
  const double headroom = 0.04 * (rise.high - rise.low);

  Panel linear{{cycles.low, cycles.high, 38, 332, false},
               {rise.low - headroom, rise.high + headroom, bottom_edge, top_edge, false},
               false};
  draw_frame(drawing, linear, view.language, render_text("report.axis_rise", view.language));
  for (const Curve& curve : curves) draw_curve(drawing, linear, curve);
  if (threshold) draw_threshold(drawing, linear, *threshold, curves);

  // As far below the threshold as noise is worth seeing; three decades where there is none.
  const double log_low = threshold && *threshold > 0 ? std::min(*threshold / 20, rise.high / 100) : rise.high / 1000;
  if (log_low > 0) {
    Panel logarithmic{
        {cycles.low, cycles.high, 376, 511, false}, {log_low, rise.high * 1.2, bottom_edge, top_edge, true}, true};
    draw_frame(drawing, logarithmic, view.language, render_text("report.axis_rise_logarithmic", view.language));
    for (const Curve& curve : curves) draw_curve(drawing, logarithmic, curve);
    if (threshold) draw_threshold(drawing, logarithmic, *threshold, curves);
  }
  draw_legend(drawing, curves, threshold, view.language);
  return picture;
}

}  // namespace qpcr
