// The map of the plate: symbol, letters, tint and hatch of every well.
#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/report/plate_figures.hpp"

namespace qpcr {
namespace {

constexpr double map_width = 511;
constexpr double label_width = 16;
constexpr double label_height = 13;

std::string_view control_letters(ControlKind kind) {
  switch (kind) {
    case ControlKind::no_template:
      return "NTC";
    case ControlKind::negative:
      return "NC";
    case ControlKind::weak_positive:
      return "WPC";
    case ControlKind::calibrator:
      return "CAL";
    case ControlKind::standard:
      return "STD";
    case ControlKind::extraction_blank:
      return "EB";
    case ControlKind::unmethylated:
      return "UM";
    case ControlKind::fully_methylated:
      return "FM";
    case ControlKind::conversion:
      return "CC";
    case ControlKind::no_reverse_transcription:
      return "NRT";
    case ControlKind::spike_in:
      return "SP";
    case ControlKind::positive:
      break;
  }
  return "PC";
}

/// Symbols are drawn, not typed, so that they are the same with every font.
void draw_symbol(Drawing& drawing, Outcome outcome, Point centre, double size) {
  const OutcomeLook look = describe(outcome);
  const double arm = size / 2;
  const double width = std::max(1.0, size / 5);
  switch (outcome) {
    case Outcome::positive:
      drawing.add(make_line({centre.x, centre.y - arm}, {centre.x, centre.y + arm}, look.ink, width));
      drawing.add(make_line({centre.x - arm, centre.y}, {centre.x + arm, centre.y}, look.ink, width));
      return;
    case Outcome::negative:
      drawing.add(make_line({centre.x - arm * 0.8, centre.y}, {centre.x + arm * 0.8, centre.y}, look.ink, width));
      return;
    case Outcome::indeterminate:
    case Outcome::scored:
    case Outcome::invalid:
      drawing.add(make_text({centre.x, centre.y + size * 0.45}, std::string(look.symbol), size * 1.3, Anchor::middle,
                            look.ink, true));
      return;
  }
}

void draw_excluded(Drawing& drawing, Point centre, double size) {
  const double radius = size / 2;
  const double reach = radius * 0.707;
  drawing.add(make_circle(centre, radius, Ink::paper, Ink::muted, 1));
  drawing.add(make_line({centre.x - reach, centre.y + reach}, {centre.x + reach, centre.y - reach}, Ink::muted, 1));
}

void draw_review_corner(Drawing& drawing, Point upper_right, double size) {
  drawing.add(Polyline{{{upper_right.x - size, upper_right.y}, upper_right, {upper_right.x, upper_right.y + size}},
                       {},
                       Ink::indeterminate,
                       true});
}

struct Cell {
  Point origin;
  double width;
  double height;
};

void draw_well(Drawing& drawing, const WellView& well, const Cell& cell) {
  const bool roomy = cell.width >= 30;
  const Point centre{cell.origin.x + cell.width / 2, cell.origin.y + cell.height * (roomy ? 0.4 : 0.5)};
  const double size = std::min(cell.width, cell.height) * (roomy ? 0.34 : 0.5);
  Rectangle box = make_rectangle({cell.origin.x + 1, cell.origin.y + 1}, cell.width - 2, cell.height - 2, Ink::panel,
                                 Ink::rule, roomy ? 3 : 1.5);
  box.stroke.width = 0.5;
  if (well.excluded) {
    box.hatch = Ink::rule;
    drawing.add(box);
    draw_excluded(drawing, centre, size);
  } else if (well.control) {
    box.fill = well.control_passed ? Ink::paper : Ink::invalid_tint;
    box.stroke = {well.control_passed ? Ink::good : Ink::invalid, 1.3, Dash::solid, 1};
    if (!well.control_passed) box.hatch = Ink::rule;
    drawing.add(box);
    const Ink ink = well.control_passed ? Ink::good : Ink::invalid;
    std::string letters(control_letters(*well.control));
    if (roomy) letters += well.control_passed ? " ✓" : " ✗";
    drawing.add(make_text({centre.x, centre.y + (roomy ? 3 : 2)}, letters,
                          roomy ? 8.5 : std::min(6.0, cell.width * 0.33), Anchor::middle, ink, true));
  } else if (well.call != nullptr) {
    const OutcomeLook look = describe(well.call->outcome);
    box.fill = look.tint;
    box.stroke.ink = look.ink;
    if (well.call->outcome == Outcome::invalid) box.hatch = Ink::rule;
    drawing.add(box);
    draw_symbol(drawing, well.call->outcome, centre, size);
    if (well.call->needs_review)
      draw_review_corner(drawing, {cell.origin.x + cell.width - 1.5, cell.origin.y + 1.5}, roomy ? 6.5 : 4);
  } else {
    drawing.add(box);
  }
  if (roomy) {
    const std::string name = well.sample.size() > 11 ? "…" + well.sample.substr(well.sample.size() - 8) : well.sample;
    drawing.add(make_text({cell.origin.x + cell.width / 2, cell.origin.y + cell.height - 4},
                          is_valid_utf8(name) ? name : std::string{}, 5.6, Anchor::middle, Ink::muted));
  }
}

struct LegendEntry {
  std::string text;
  WellView sample;
};

/// About the width of a text in points: a Chinese character is as wide as it is high, a Latin letter a little over
/// half of that.
double estimate_width(std::string_view text, double size) {
  double width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) width += byte >= 0xE0U ? size : 0.56 * size;
  }
  return width;
}

/// A row of sample wells with their meaning, wrapped to the width of the map. @return the height used.
double draw_legend(Drawing& drawing, const PlateView& view, double top) {
  static const std::array<SampleCall, 5> examples = [] {
    std::array<SampleCall, 5> calls;
    calls[0].outcome = Outcome::positive;
    calls[1].outcome = Outcome::negative;
    calls[2].outcome = Outcome::indeterminate;
    calls[3].outcome = Outcome::invalid;
    calls[4].outcome = Outcome::negative;
    calls[4].needs_review = true;
    return calls;
  }();
  std::vector<LegendEntry> entries;
  for (const SampleCall& call : examples) {
    WellView well;
    well.call = &call;
    entries.push_back({call.needs_review ? render_text("report.needs_review", view.language)
                                         : label("outcome", to_string(call.outcome), view.language),
                       well});
  }
  WellView excluded;
  excluded.excluded = true;
  entries.push_back({label("cq_status", to_string(CqStatus::excluded), view.language), excluded});
  WellView control;
  control.control = ControlKind::positive;
  entries.push_back({render_text("report.control_passed", view.language), control});
  control.control_passed = false;
  entries.push_back({render_text("report.control_failed", view.language), control});

  constexpr double text_size = 6.6;
  constexpr double text_offset = 19;
  double used = 0;
  for (const LegendEntry& entry : entries) used += text_offset + estimate_width(entry.text, text_size);
  const double gap = std::max(2.0, (map_width - label_width - used) / static_cast<double>(entries.size() - 1));
  double x = label_width;
  for (const LegendEntry& entry : entries) {
    draw_well(drawing, entry.sample, {{x, top}, 16, 14});
    drawing.add(make_text({x + text_offset, top + 9.5}, entry.text, text_size, Anchor::start, Ink::text));
    x += text_offset + estimate_width(entry.text, text_size) + gap;
  }
  return 18;
}

}  // namespace

std::optional<PictureWithWords> draw_plate_map(const PlateView& view) {
  const auto& plate = view.run->plate;
  if (!plate || plate->rows < 1 || plate->columns < 1) return std::nullopt;
  PictureWithWords picture;
  Drawing& drawing = picture.drawing;
  drawing.width = map_width;
  const double cell_width = std::min(60.0, (map_width - label_width) / plate->columns);
  const double cell_height = std::clamp(cell_width * 0.78, 8.0, 31.0);
  const auto cell_at = [&](GridPosition position) {
    return Cell{{label_width + position.column * cell_width, label_height + position.row * cell_height},
                cell_width,
                cell_height};
  };
  const double label_size = std::min(7.5, cell_width * 0.4);
  for (int column = 0; column < plate->columns; ++column) {
    drawing.add(make_text({label_width + (column + 0.5) * cell_width, label_height - 4}, fmt::format("{}", column + 1),
                          label_size, Anchor::middle, Ink::muted));
  }
  for (int row = 0; row < plate->rows; ++row) {
    std::string letters = to_label({row, 0});
    letters.pop_back();
    drawing.add(make_text({label_width - 5, label_height + (row + 0.5) * cell_height + label_size * 0.36}, letters,
                          label_size, Anchor::end, Ink::muted));
  }
  std::map<GridPosition, const WellView*> wells;
  for (const WellView& well : view.wells) {
    if (well.well.position && plate->contains(*well.well.position)) wells[*well.well.position] = &well;
  }
  for (int row = 0; row < plate->rows; ++row) {
    for (int column = 0; column < plate->columns; ++column) {
      const GridPosition position{row, column};
      const Cell cell = cell_at(position);
      const auto well = wells.find(position);
      if (well != wells.end()) {
        draw_well(drawing, *well->second, cell);
      } else {
        drawing.add(make_circle({cell.origin.x + cell.width / 2, cell.origin.y + cell.height / 2},
                                std::min(cell.width, cell.height) * 0.12, Ink::grid));
      }
    }
  }
  const double bottom = label_height + plate->rows * cell_height + 8;
  drawing.height = bottom + draw_legend(drawing, view, bottom);

  const auto count = [&](Outcome outcome) { return fmt::format("{}", count_calls(view.result, outcome)); };
  picture.alternative_text = render_message(Message{"report.plate_map_words",
                                                    {{"rows", fmt::format("{}", plate->rows)},
                                                     {"columns", fmt::format("{}", plate->columns)},
                                                     {"positive", count(Outcome::positive)},
                                                     {"negative", count(Outcome::negative)},
                                                     {"indeterminate", count(Outcome::indeterminate)},
                                                     {"invalid", count(Outcome::invalid)}}},
                                            view.language);
  return picture;
}

}  // namespace qpcr
