// Splits the texts of results into lines and cells.
#include "instruments/appbio_quantstudio/result_text.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_quantstudio/number_list.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::appbio_quantstudio {

bool ResultText::next() {
  while (lines_.next()) {
    const std::string_view line = lines_.line();
    const std::size_t tab = line.find('\t');
    label_ = trim(line.substr(0, tab));
    behind_ = tab == std::string_view::npos ? std::string_view{} : line.substr(tab + 1);
    if (!label_.empty() || !trim(behind_).empty()) return true;
  }
  return false;
}

const std::vector<std::string_view>& ResultText::cells() {
  cells_.clear();
  for (std::string_view rest = lines_.line();;) {
    const std::size_t tab = rest.find('\t');
    cells_.push_back(rest.substr(0, tab));
    if (tab == std::string_view::npos) return cells_;
    rest.remove_prefix(tab + 1);
  }
}

void ResultText::read_numbers(std::vector<double>& numbers) const {
  std::string_view rest = behind_;
  // Lines end with a tab.
  while (!rest.empty() && (rest.back() == '\t' || rest.back() == ' ')) rest.remove_suffix(1);
  while (!rest.empty()) {
    double value = 0;
    std::size_t length = scan_number(rest, value);
    if (length == 0 || (length < rest.size() && rest[length] != '\t')) {
      length = std::min(rest.find('\t'), rest.size());
      const std::string_view cell = trim(rest.substr(0, length));
      const std::optional<double> parsed = parse_double(cell);
      if (!parsed && !cell.empty() && cell != "NaN") {
        fail(ErrorCode::invalid_value, fmt::format("{} cycle {}", label_, numbers.size() + 1), cell, "a finite number");
      }
      value = parsed.value_or(std::numeric_limits<double>::quiet_NaN());
    }
    numbers.push_back(value);
    rest.remove_prefix(std::min(length + 1, rest.size()));
  }
}

void ResultText::fail(ErrorCode code, std::string column, std::string_view found, std::string expected) const {
  ErrorContext context;
  context.path = path_;
  context.line = line();
  context.column = std::move(column);
  context.found = std::string(found);
  context.expected = std::move(expected);
  throw Error(code, std::move(context));
}

void ResultText::fail(ErrorCode code, std::string column, std::string problem) const {
  ErrorContext context;
  context.path = path_;
  context.line = line();
  context.column = std::move(column);
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

void ResultHeader::read(const std::vector<std::string_view>& cells) {
  names_.clear();
  folded_.clear();
  for (const std::string_view cell : cells) {
    names_.emplace_back(trim(cell));
    folded_.push_back(fold_header(cell));
  }
  while (!names_.empty() && names_.back().empty()) names_.pop_back();
  folded_.resize(names_.size());
  used_.assign(names_.size(), false);
}

std::optional<std::size_t> ResultHeader::find(std::initializer_list<std::string_view> names, const ResultText& text,
                                              bool required) {
  std::optional<std::size_t> found;
  for (const std::string_view name : names) {
    const std::string folded = fold_header(name);
    for (std::size_t i = 0; i < folded_.size(); ++i) {
      if (folded_[i] != folded) continue;
      if (found && folded_[*found] == folded)
        text.fail(ErrorCode::duplicate_entry, names_[i], "two columns have this name");
      if (!found) found = i;
    }
  }
  if (found) used_[*found] = true;
  if (!found && required) {
    text.fail(ErrorCode::missing_column, std::string(*names.begin()),
              fmt::format("the column is missing; the header holds '{}'", fmt::join(names_, "', '")));
  }
  return found;
}

std::vector<std::size_t> ResultHeader::others() const {
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (!used_[i] && !names_[i].empty()) columns.push_back(i);
  }
  return columns;
}

std::string_view cell_of(const std::vector<std::string_view>& cells, std::optional<std::size_t> column) {
  return column && *column < cells.size() ? trim(cells[*column]) : std::string_view{};
}

}  // namespace qpcr::appbio_quantstudio
