// Reader and writer of delimited text.
#include "libqpcr/tabular/csv.hpp"

#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(ErrorCode code, const std::string& path, long line, std::string problem,
                         std::string found = {}) {
  ErrorContext context;
  context.path = path;
  context.line = line;
  context.found = std::move(found);
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

/// One pass over the text, one cell at a time.
class CsvParser {
 public:
  CsvParser(std::string_view text, char delimiter, const std::string& path)
      : text_(text), delimiter_(delimiter), path_(path) {}

  std::vector<CsvRow> parse() {
    std::vector<CsvRow> rows;
    while (at_ < text_.size()) {
      CsvRow row;
      row.line = line_;
      if (!rows.empty()) row.cells.reserve(rows.back().cells.size());
      read_row(row);
      const bool blank = row.cells.size() == 1 && trim(row.cells.front()).empty();
      if (!blank) rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  void read_row(CsvRow& row) {
    while (true) {
      row.cells.push_back(at_ < text_.size() && text_[at_] == '"' ? read_quoted() : read_plain());
      if (at_ >= text_.size()) return;
      if (text_[at_] == delimiter_) {
        ++at_;
        continue;
      }
      skip_line_end();
      return;
    }
  }

  std::string read_plain() {
    const std::array<char, 3> stops{delimiter_, '\n', '\r'};
    const std::size_t end =
        std::min(text_.find_first_of(std::string_view(stops.data(), stops.size()), at_), text_.size());
    std::string cell(text_.substr(at_, end - at_));
    at_ = end;
    return cell;
  }

  std::string read_quoted() {
    const long opened = line_;
    std::string cell;
    ++at_;
    while (true) {
      const std::size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) {
        refuse(ErrorCode::malformed_file, path_, opened, "a quote opens here and is never closed");
      }
      append_counting_lines(cell, text_.substr(at_, quote - at_));
      at_ = quote + 1;
      if (at_ >= text_.size() || text_[at_] != '"') break;
      cell += '"';
      ++at_;
    }
    if (at_ < text_.size() && text_[at_] != delimiter_ && text_[at_] != '\n' && text_[at_] != '\r') {
      refuse(ErrorCode::malformed_file, path_, line_, "text follows a closing quote",
             std::string(text_.substr(at_, 20)));
    }
    return cell;
  }

  void append_counting_lines(std::string& cell, std::string_view part) {
    cell += part;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (part[i] == '\n' || (part[i] == '\r' && (i + 1 >= part.size() || part[i + 1] != '\n'))) ++line_;
    }
  }

  void skip_line_end() {
    if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
    ++at_;
    ++line_;
  }

  std::string_view text_;
  char delimiter_;
  const std::string& path_;
  std::size_t at_ = 0;
  long line_ = 1;
};

}  // namespace

char detect_delimiter(std::string_view utf8) {
  constexpr std::array candidates{'\t', ';', ','};
  std::array<std::size_t, 3> counts{};
  bool quoted = false;
  bool any = false;
  for (const char c : utf8) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' || c == '\r') {
      if (any) break;
      continue;
    }
    any = any || c != ' ';
    for (std::size_t k = 0; k < candidates.size(); ++k) counts[k] += c == candidates[k] ? 1U : 0U;
  }
  std::size_t best = 2;
  for (std::size_t k = 0; k < candidates.size(); ++k) {
    if (counts[k] > counts[best] || (k < best && counts[k] == counts[best] && counts[k] > 0)) best = k;
  }
  return candidates[best];
}

std::vector<CsvRow> parse_csv(std::string_view utf8, char delimiter, const std::string& path) {
  return CsvParser(utf8, delimiter, path).parse();
}

CsvTable::CsvTable(std::vector<CsvRow> rows, std::string path) : path_(std::move(path)), rows_(std::move(rows)) {
  if (rows_.empty()) refuse(ErrorCode::malformed_file, path_, 0, "the file holds no table: no header row was found");
  header_ = std::move(rows_.front());
  rows_.erase(rows_.begin());
  std::set<std::string> seen;
  for (std::string& name : header_.cells) {
    name = std::string(trim(name));
    if (!name.empty() && !seen.insert(name).second) {
      refuse(ErrorCode::duplicate_entry, path_, header_.line, "two columns have one name", name);
    }
  }
  for (CsvRow& row : rows_) {
    while (row.cells.size() > header_.cells.size() && trim(row.cells.back()).empty()) row.cells.pop_back();
    if (row.cells.size() != header_.cells.size()) {
      refuse(ErrorCode::malformed_file, path_, row.line,
             fmt::format("expected {} cells as in the header, got {}", header_.cells.size(), row.cells.size()));
    }
  }
}

std::optional<std::size_t> CsvTable::find_column(std::string_view name) const {
  for (std::size_t i = 0; i < header_.cells.size(); ++i) {
    if (header_.cells[i] == name) return i;
  }
  return std::nullopt;
}

std::size_t CsvTable::column(std::string_view name) const {
  if (const std::optional<std::size_t> index = find_column(name)) return *index;
  ErrorContext context;
  context.path = path_;
  context.line = header_.line;
  context.column = std::string(name);
  context.problem = "the column is missing; the header holds " + fmt::format("'{}'", fmt::join(header_.cells, "', '"));
  throw Error(ErrorCode::missing_column, std::move(context));
}

CsvTable read_csv_table(std::string_view bytes, const std::string& path) {
  const DecodedText text = decode_text(bytes, path);
  return CsvTable(parse_csv(text.utf8, detect_delimiter(text.utf8), path), path);
}

void CsvWriter::begin_cell() {
  if (row_started_) text_ += delimiter_;
  row_started_ = true;
}

std::string to_csv_cell(std::string_view text, char delimiter) {
  const std::array<char, 4> special{delimiter, '"', '\n', '\r'};
  if (text.find_first_of(std::string_view(special.data(), special.size())) == std::string_view::npos)
    return std::string(text);
  std::string cell = "\"";
  for (const char c : text) {
    if (c == '"') cell += '"';
    cell += c;
  }
  return cell + '"';
}

CsvWriter& CsvWriter::add(std::string_view text) {
  begin_cell();
  constexpr std::string_view formula_starts = "=+-@\t\r";
  const bool guarded = guard_formulas_ && !text.empty() && formula_starts.find(text.front()) != std::string_view::npos;
  text_ += guarded ? to_csv_cell("'" + std::string(text), delimiter_) : to_csv_cell(text, delimiter_);
  return *this;
}

CsvWriter& CsvWriter::add_number(double value) {
  begin_cell();
  text_ += format_double(value);
  return *this;
}

CsvWriter& CsvWriter::add_number(long value) {
  begin_cell();
  text_ += std::to_string(value);
  return *this;
}

CsvWriter& CsvWriter::add_number(std::optional<double> value) { return value ? add_number(*value) : add_empty(); }

CsvWriter& CsvWriter::add_empty() {
  begin_cell();
  return *this;
}

void CsvWriter::end_row() {
  text_ += '\n';
  row_started_ = false;
}

}  // namespace qpcr
