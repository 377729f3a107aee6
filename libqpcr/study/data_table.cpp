// Reads the columns of a plain table and refuses what is not what was asked for, with its place.
#include "libqpcr/study/data_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/study/request_checks.hpp"

namespace qpcr {
namespace {

bool is_missing(std::string_view text) { return text.empty() || text == "NA"; }

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

DataTable::DataTable(Grid grid) : grid_(std::move(grid)) {
  std::optional<std::size_t> header;
  for (std::size_t row = 0; row < grid_.row_count(); ++row) {
    if (grid_.is_blank(row)) continue;
    if (header) {
      rows_.push_back(row);
    } else {
      header = row;
    }
  }
  if (!header || rows_.empty())
    throw Error(ErrorCode::malformed_file, {path(), 0, {}, {}, {}, {}, "holds no header with rows below it"});
  for (const std::string_view name : grid_.row(*header)) names_.emplace_back(trim(name));
  read_.assign(names_.size(), 0);
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (!names_[i].empty() && std::count(names_.begin(), names_.end(), names_[i]) > 1)
      grid_.fail(ErrorCode::duplicate_entry, *header, names_[i], names_[i], "each column once");
  }
  std::vector<std::string_view> cells;
  for (const std::size_t row : rows_) {
    if (grid_.row(row).size() != names_.size()) {
      throw Error(ErrorCode::malformed_file, {path(),
                                              grid_.line(row),
                                              {},
                                              {},
                                              fmt::format("{} cells", grid_.row(row).size()),
                                              fmt::format("{} cells, as many as the header", names_.size()),
                                              {}});
    }
    for (const std::string_view text : grid_.row(row)) {
      if (!trim(text).empty()) cells.push_back(text);
    }
  }
  format_ = decide_number_format(cells, grid_.delimiter(), ThousandsCommas::never, path());
}

bool DataTable::has(std::string_view name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

std::size_t DataTable::column(std::string_view name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) {
    throw Error(ErrorCode::missing_column, {path(),
                                            1,
                                            std::string(name),
                                            {},
                                            {},
                                            {},
                                            fmt::format("there is no such column, only {}", fmt::join(names_, ", "))});
  }
  const auto index = static_cast<std::size_t>(found - names_.begin());
  read_[index] = 1;
  return index;
}

void DataTable::rename(std::string_view header, std::string name) {
  const std::size_t index = column(header);
  read_[index] = 0;
  if (names_[index] == name) return;
  if (has(name)) {
    throw Error(ErrorCode::duplicate_entry,
                {path(), 1, name, {}, {}, {}, fmt::format("is a column already, beside '{}'", header)});
  }
  names_[index] = std::move(name);
}

std::vector<std::string> DataTable::unread() const {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (read_[i] == 0 && !names_[i].empty()) found.push_back(names_[i]);
  }
  return found;
}

std::string_view DataTable::cell(std::size_t row, std::size_t column) const {
  return trim(grid_.cell(rows_[row], column));
}

void DataTable::refuse(std::size_t row, std::string_view name, std::string expected) const {
  grid_.fail(ErrorCode::invalid_value, rows_[row], std::string(name), cell(row, column(name)), std::move(expected));
}

std::vector<std::string_view> DataTable::texts(std::string_view name) const {
  const std::size_t index = column(name);
  std::vector<std::string_view> found;
  found.reserve(rows());
  for (std::size_t row = 0; row < rows(); ++row) found.push_back(cell(row, index));
  return found;
}

std::vector<double> DataTable::numbers(std::string_view name) const {
  const std::size_t index = column(name);
  std::vector<double> found;
  found.reserve(rows());
  for (std::size_t row = 0; row < rows(); ++row) {
    const std::string_view text = cell(row, index);
    if (is_missing(text)) {
      found.push_back(std::numeric_limits<double>::quiet_NaN());
      continue;
    }
    const std::optional<double> number = parse_number(text, format_);
    if (!number || !std::isfinite(*number)) refuse(row, name, "a finite number, or nothing");
    if (std::abs(*number) > greatest_magnitude)
      refuse(row, name, fmt::format("a magnitude of at most {}", greatest_magnitude));
    found.push_back(*number);
  }
  return found;
}

std::vector<long> DataTable::counts(std::string_view name) const {
  constexpr double largest = 9e15;  // exact as a double
  std::vector<long> found;
  found.reserve(rows());
  const std::vector<double> read = numbers(name);
  for (std::size_t row = 0; row < rows(); ++row) {
    const double number = read[row];
    if (!(number >= 0.0 && number <= largest) || number != std::floor(number))
      refuse(row, name, "a whole number that is not negative");
    found.push_back(static_cast<long>(number));
  }
  return found;
}

void DataTable::word_binary(std::string_view name, BinaryWords words) {
  const std::size_t index = column(name);
  read_[index] = 0;
  for (const std::vector<std::string>* side : {&words.positive, &words.negative}) {
    if (side->empty() || contains(*side, ""))
      refuse_option(std::string(name), "nothing", "words for positive and for negative");
  }
  for (const std::string& word : words.positive) {
    if (contains(words.negative, word)) refuse_option(std::string(name), word, "words that mean one thing each");
  }
  words_[index] = std::move(words);
}

std::vector<std::optional<bool>> DataTable::binaries(std::string_view name) const {
  static const BinaryWords usual{{"1", "true", "yes", "positive", "pos", "+", "阳性"},
                                 {"0", "false", "no", "negative", "neg", "-", "阴性"}};
  const auto own = words_.find(column(name));
  const BinaryWords& words = own == words_.end() ? usual : own->second;
  std::vector<std::optional<bool>> found;
  found.reserve(rows());
  const std::vector<std::string_view> read = texts(name);
  for (std::size_t row = 0; row < rows(); ++row) {
    const std::string text = own == words_.end() ? to_lower_ascii(read[row]) : std::string(read[row]);
    if (is_missing(read[row])) {
      found.emplace_back();
    } else if (contains(words.positive, text)) {
      found.emplace_back(true);
    } else if (contains(words.negative, text)) {
      found.emplace_back(false);
    } else {
      refuse(row, name,
             own == words_.end()
                 ? "1 or 0 (positive or negative)"
                 : fmt::format("{} or {}", fmt::join(words.positive, ", "), fmt::join(words.negative, ", ")));
    }
  }
  return found;
}

DataTable read_data_table(std::string_view bytes, const std::string& path) {
  return DataTable(read_text_grid(bytes, path));
}

}  // namespace qpcr
