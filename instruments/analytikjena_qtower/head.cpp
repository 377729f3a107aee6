// Reads the head of a qPCRsoft export.
#include "instruments/analytikjena_qtower/head.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "instruments/base/grid_table.hpp"
#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::analytikjena_qtower {
namespace {

constexpr long most_readings = 65536;
constexpr std::size_t most_steps = 1000;
constexpr std::size_t most_head_rows = 1000;

/// A line of the protocol table.
struct Line {
  std::optional<double> temperature_celsius;
  std::optional<double> duration_seconds;
  double change_celsius = 0;
  long go_to = 0;  ///< 1-based step to which the loop returns
  long loops = 0;
  bool scan = false;
};

/// "00:30" and "01:00:30" in seconds; nothing for another text.
std::optional<double> parse_duration(std::string_view text) {
  double seconds = 0;
  for (const std::string_view part : split(trim(text), ':')) {
    const std::optional<double> value = parse_double(part);
    if (!value || *value < 0) return std::nullopt;
    seconds = seconds * 60 + *value;
  }
  return seconds;
}

/// The cells after the key, those that hold a text, joined.
std::string join_cells(const Grid& grid, std::size_t row) {
  std::string text;
  for (std::size_t column = 1; column < grid.row(row).size(); ++column) {
    const std::string_view cell = trim(grid.cell(row, column));
    if (cell.empty()) continue;
    if (!text.empty()) text += ' ';
    text += cell;
  }
  return text;
}

/// One past the rows of a table inside the head: they have no key.
std::size_t end_of_rows(const Grid& grid, std::size_t header) {
  std::size_t row = header + 1;
  while (row < grid.row_count() && !grid.is_blank(row) && trim(grid.cell(row, 0)).empty()) ++row;
  return row;
}

void read_colours(GridTable table, Head& head, RunData& run, NotReadList& not_read) {
  const std::size_t dye = table.require({"Dye"});
  const auto reference = table.find({"Refr", "Ref", "Reference"});
  for (std::size_t row = table.first_row(); row < table.end_row(); ++row) {
    const std::string name(table.text(row, dye));
    if (name.empty()) continue;
    head.dyes.insert(name);
    if (!table.text(row, reference).empty()) run.passive_reference_dye = name;
  }
  table.mark_read(0);
  table.report_columns_not_read(not_read, "Colors+Dyes");
}

std::vector<Line> read_lines(GridTable& table, NumberFormat format) {
  const auto scan = table.find({"scan"});
  const auto temperature = table.find({"°C"});
  const auto duration = table.find({"m:s", "h:m:s"});
  const auto go_to = table.find({"goto"});
  const auto loops = table.find({"loops"});
  const auto change = table.find({"delta Temp(°C)", "delta Temp"});
  table.find({"steps"});
  std::vector<Line> lines;
  for (std::size_t row = table.first_row(); row < table.end_row(); ++row) {
    Line line;
    line.temperature_celsius = table.number(row, temperature, format);
    line.duration_seconds = parse_duration(table.text(row, duration));
    line.change_celsius = table.number(row, change, format).value_or(0);
    const auto count = [&](std::optional<std::size_t> column) {
      if (table.text(row, column).empty() || table.text(row, column) == "-") return 0L;
      const long value = table.integer(row, column).value_or(0);
      if (value < 0 || value > most_readings) table.fail(row, *column, "a number of loops");
      return value;
    };
    line.go_to = count(go_to);
    line.loops = count(loops);
    line.scan = !table.text(row, scan).empty() && table.text(row, scan) != "-";
    if (lines.size() == most_steps)
      table.grid().fail(ErrorCode::malformed_file, row, "steps", {}, fmt::format("at most {} steps", most_steps));
    if (line.go_to > static_cast<long>(lines.size()) + 1) table.fail(row, *go_to, "a step that is already there");
    lines.push_back(line);
  }
  return lines;
}

/// Stages are the loops and the runs of steps between them.
void add_protocol(const std::vector<Line>& lines, Head& head, RunData& run) {
  std::vector<long> repeats(lines.size(), 1);
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].loops == 0) continue;
    const std::size_t from = lines[i].go_to > 0 ? static_cast<std::size_t>(lines[i].go_to) - 1 : i;
    for (std::size_t k = from; k <= i; ++k) repeats[k] = lines[i].loops + 1;
    starts.push_back(from);
    starts.push_back(i + 1);
  }
  ProtocolStep step;
  step.step = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0 && std::find(starts.begin(), starts.end(), i) != starts.end()) {
      ++step.stage;
      step.step = 0;
    }
    ++step.step;
    step.repeats = static_cast<int>(repeats[i]);
    step.temperature_celsius = lines[i].temperature_celsius;
    step.duration_seconds = lines[i].duration_seconds;
    step.collects = lines[i].scan;
    run.protocol.push_back(step);
    if (lines[i].scan && lines[i].temperature_celsius)
      head.scans.push_back({*lines[i].temperature_celsius, lines[i].change_celsius, repeats[i]});
  }
}

}  // namespace

Head read_head(const Grid& grid, NumberFormat format, RunData& run, NotReadList& not_read) {
  Head head;
  std::size_t row = 0;
  while (row < std::min(grid.row_count(), most_head_rows) && !grid.is_blank(row)) {
    std::string key = fold_header(grid.cell(row, 0));
    if (!key.ends_with(':')) break;
    key.pop_back();
    const std::string value = join_cells(grid, row);
    std::size_t next = row + 1;
    if (key == "device") {
      run.instrument.model = trim(grid.cell(row, 1));
      run.instrument.serial_number = trim(grid.cell(row, 2));
    } else if (key == "date/time" || key == "date") {
      run.started_at = value;
    } else if (key == "operator") {
      run.operator_name = value;
    } else if (key == "comments" || key == "title") {
      if (!value.empty()) run.notes += (run.notes.empty() ? "" : "; ") + value;
    } else if (key == "colors+dyes") {
      next = end_of_rows(grid, row);
      read_colours(GridTable(grid, row, next), head, run, not_read);
    } else if (key == "tcprotocol") {
      next = end_of_rows(grid, row);
      GridTable table(grid, row, next);
      add_protocol(read_lines(table, format), head, run);
      table.mark_read(0);
      table.report_columns_not_read(not_read, "TC Protocol");
    } else if (key == "meltactive") {
      head.melt_active = is_yes(value);
    } else if (!value.empty()) {
      not_read.add(fmt::format("'{}'", trim(grid.cell(row, 0))), "no result comes from it");
    }
    row = next;
  }
  head.end_row = row;
  return head;
}

}  // namespace qpcr::analytikjena_qtower
