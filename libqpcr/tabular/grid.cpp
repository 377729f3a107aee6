// Cells of a delimited text, split without copying those that need no change.
#include "libqpcr/tabular/grid.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/encoding.hpp"

namespace qpcr {
namespace {

constexpr std::size_t longest_excerpt = 20;

/// One pass over the text, one cell at a time.
class GridParser {
 public:
  GridParser(std::string_view text, char delimiter, Grid& grid) : text_(text), delimiter_(delimiter), grid_(grid) {}

  void parse() {
    while (at_ < text_.size()) {
      grid_.begin_row(line_);
      read_row();
    }
  }

 private:
  void read_row() {
    if (skip_line_end()) return;
    while (true) {
      grid_.add_cell(at_ < text_.size() && text_[at_] == '"' ? read_quoted() : read_plain());
      if (at_ >= text_.size()) return;
      if (text_[at_] != delimiter_) {
        skip_line_end();
        return;
      }
      ++at_;
    }
  }

  std::string_view read_plain() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != delimiter_ && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
    return text_.substr(begin, at_ - begin);
  }

  std::string_view read_quoted() {
    const long opened = line_;
    const std::size_t begin = ++at_;
    bool doubled = false;
    while (true) {
      const std::size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) fail(opened, "a quote opens here and is never closed", {});
      count_lines(text_.substr(at_, quote - at_));
      at_ = quote + 1;
      if (at_ >= text_.size() || text_[at_] != '"') break;
      doubled = true;
      ++at_;
    }
    if (at_ < text_.size() && text_[at_] != delimiter_ && text_[at_] != '\n' && text_[at_] != '\r')
      fail(line_, "text follows a closing quote", text_.substr(at_, longest_excerpt));
    const std::string_view inside = text_.substr(begin, at_ - 1 - begin);
    if (!doubled) return inside;
    std::string plain;
    plain.reserve(inside.size());
    for (std::size_t i = 0; i < inside.size(); ++i) {
      plain += inside[i];
      if (inside[i] == '"') ++i;
    }
    return grid_.keep(std::move(plain));
  }

  void count_lines(std::string_view part) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (part[i] == '\n' || (part[i] == '\r' && (i + 1 >= part.size() || part[i + 1] != '\n'))) ++line_;
    }
  }

  bool skip_line_end() {
    if (text_[at_] != '\r' && text_[at_] != '\n') return false;
    if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
    ++at_;
    ++line_;
    return true;
  }

  [[noreturn]] void fail(long line, std::string problem, std::string_view found) const {
    ErrorContext context;
    context.path = grid_.path();
    context.line = line;
    context.found = std::string(found);
    context.problem = std::move(problem);
    throw Error(ErrorCode::malformed_file, std::move(context));
  }

  std::string_view text_;
  char delimiter_;
  Grid& grid_;
  std::size_t at_ = 0;
  long line_ = 1;
};

}  // namespace

std::span<const std::string_view> Grid::row(std::size_t row) const noexcept {
  if (row >= rows_.size()) return {};
  const std::size_t first = rows_[row].first_cell;
  const std::size_t end = row + 1 < rows_.size() ? rows_[row + 1].first_cell : cells_.size();
  return std::span(cells_).subspan(first, end - first);
}

std::string_view Grid::cell(std::size_t row, std::size_t column) const noexcept {
  const std::span<const std::string_view> cells = this->row(row);
  return column < cells.size() ? cells[column] : std::string_view();
}

long Grid::line(std::size_t row) const noexcept { return row < rows_.size() ? rows_[row].line : 0; }

bool Grid::is_blank(std::size_t row) const noexcept {
  const std::span<const std::string_view> cells = this->row(row);
  return std::all_of(cells.begin(), cells.end(), [](std::string_view cell) { return trim(cell).empty(); });
}

void Grid::fail(ErrorCode code, std::size_t row, std::string column, std::string_view found,
                std::string expected) const {
  ErrorContext context;
  context.path = path_;
  context.line = line(row);
  context.column = std::move(column);
  context.found = std::string(found);
  context.expected = std::move(expected);
  throw Error(code, std::move(context));
}

void Grid::begin_row(long line) { rows_.push_back({cells_.size(), line}); }

std::string_view Grid::keep(std::string text) {
  kept_.push_back(std::move(text));
  return kept_.back();
}

char detect_grid_delimiter(std::string_view utf8) {
  constexpr std::size_t enough_bytes = std::size_t{64} << 10U;
  constexpr long lines_for_one = 10;
  constexpr std::array<char, 2> candidates{'\t', ';'};
  std::array<long, candidates.size()> with{};
  long lines = 0;
  utf8 = utf8.substr(0, enough_bytes);
  while (!utf8.empty()) {
    const std::size_t end = std::min(utf8.find_first_of("\r\n"), utf8.size());
    const std::string_view line = utf8.substr(0, end);
    utf8.remove_prefix(std::min(end + 1, utf8.size()));
    if (trim(line).empty()) continue;
    ++lines;
    for (std::size_t i = 0; i < candidates.size(); ++i) with[i] += line.find(candidates[i]) != std::string_view::npos;
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (with[i] > 0 && with[i] * lines_for_one >= lines) return candidates[i];
  }
  return ',';
}

Grid parse_text_grid(std::string utf8, const std::string& path, std::optional<char> delimiter) {
  const auto text = std::make_shared<const std::string>(std::move(utf8));
  Grid grid(path);
  grid.set_delimiter(delimiter.value_or(detect_grid_delimiter(*text)));
  grid.keep_alive(text);
  GridParser(*text, grid.delimiter(), grid).parse();
  return grid;
}

Grid read_text_grid(std::string_view bytes, const std::string& path, std::optional<char> delimiter) {
  return parse_text_grid(decode_text(bytes, path).utf8, path, delimiter);
}

}  // namespace qpcr
