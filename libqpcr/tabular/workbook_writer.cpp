// Wraps libxlsxwriter, which rounds numbers to 16 digits, and puts back the digits that are missing.
#include "libqpcr/tabular/workbook_writer.hpp"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <xlsxwriter.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/core/well.hpp"
#include "libqpcr/tabular/zip.hpp"
#include "libqpcr/tabular/zip_writer.hpp"

namespace qpcr {
namespace {

[[noreturn]] void fail(ErrorCode code, std::string problem) {
  throw Error(code, {.path = {},
                     .line = 0,
                     .column = {},
                     .field = "workbook",
                     .found = {},
                     .expected = {},
                     .problem = std::move(problem)});
}

/// A number whose 16 digits are not all of it.
struct ExactNumber {
  std::size_t row = 0;
  std::size_t column = 0;
  double value = 0;
};

/// "A1" of zero-based indices.
std::string cell_name(std::size_t row, std::size_t column) {
  std::string letters;
  for (std::size_t rest = column + 1; rest > 0; rest = (rest - 1) / 26)
    letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
  return letters + std::to_string(row + 1);
}

/// The sheet with the full digits of those numbers; both are in the order of rows and columns.
std::string restore_digits(std::string_view xml, const std::vector<ExactNumber>& numbers) {
  std::string result;
  result.reserve(xml.size() + 4 * numbers.size());
  std::size_t at = 0;
  for (const ExactNumber& number : numbers) {
    const std::size_t cell = xml.find(fmt::format("<c r=\"{}\"", cell_name(number.row, number.column)), at);
    const std::size_t open = cell == std::string_view::npos ? cell : xml.find("<v>", cell);
    const std::size_t close = open == std::string_view::npos ? open : xml.find("</v>", open);
    if (close == std::string_view::npos) fail(ErrorCode::file_unwritable, "a number was not written");
    result += xml.substr(at, open + 3 - at);
    result += format_double(number.value);
    at = close;
  }
  result += xml.substr(at);
  return result;
}

}  // namespace

struct WorkbookWriter::State {
  std::filesystem::path folder;
  std::string file;
  std::string temporary;
  lxw_workbook* workbook = nullptr;
  lxw_worksheet* sheet = nullptr;
  lxw_format* bold = nullptr;
  std::string name;
  std::vector<std::string> header;
  int part = 1;
  std::size_t row = 0;
  std::size_t column = 0;
  std::vector<std::vector<ExactNumber>> exact;  ///< of each sheet

  void open_sheet(const std::string& title) {
    sheet = workbook_add_worksheet(workbook, title.c_str());
    if (sheet == nullptr) fail(ErrorCode::invalid_value, fmt::format("'{}' cannot be the name of a sheet", title));
    exact.emplace_back();
    worksheet_freeze_panes(sheet, 1, 0);
    row = 0;
    column = 0;
    for (const std::string& text : header)
      worksheet_write_string(sheet, 0, static_cast<lxw_col_t>(column++), text.c_str(), bold);
    row = 1;
    column = 0;
  }

  void close_sheet() {
    if (sheet != nullptr && !header.empty() && row > 1)
      worksheet_autofilter(sheet, 0, 0, static_cast<lxw_row_t>(row - 1), static_cast<lxw_col_t>(header.size() - 1));
  }
};

WorkbookWriter::WorkbookWriter() : state_(std::make_unique<State>()) {
  std::string pattern = (std::filesystem::temp_directory_path() / "qpcr-xlsx-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) fail(ErrorCode::file_unwritable, "no temporary folder can be made");
  state_->folder = pattern;
  state_->file = (state_->folder / "workbook.xlsx").string();
  state_->temporary = state_->folder.string();
  lxw_workbook_options options{};
  options.constant_memory = LXW_TRUE;
  options.tmpdir = state_->temporary.data();
  state_->workbook = workbook_new_opt(state_->file.c_str(), &options);
  if (state_->workbook == nullptr) fail(ErrorCode::file_unwritable, "no temporary file can be made");
  lxw_doc_properties properties{};
  constexpr time_t first_of_1980 = 315532800;
  properties.created = first_of_1980;
  workbook_set_properties(state_->workbook, &properties);
  state_->bold = workbook_add_format(state_->workbook);
  format_set_bold(state_->bold);
}

WorkbookWriter::~WorkbookWriter() {
  if (state_->workbook != nullptr) workbook_close(state_->workbook);
  std::error_code ignored;
  std::filesystem::remove_all(state_->folder, ignored);
}

void WorkbookWriter::begin_sheet(const std::string& name, const std::vector<std::string>& header) {
  state_->close_sheet();
  state_->name = name;
  state_->header = header;
  state_->part = 1;
  state_->open_sheet(name);
}

WorkbookWriter& WorkbookWriter::add(std::string_view text) {
  if (text.empty()) return add_empty();
  std::string valid = to_valid_utf8(text);
  if (valid.size() > longest_text) {
    std::size_t end = longest_text;
    while (end > 0 && (static_cast<unsigned char>(valid[end]) & 0xC0U) == 0x80U) --end;
    valid.resize(end);
    valid += "…";
  }
  for (char& c : valid) {
    if (c == '\0') c = ' ';
  }
  worksheet_write_string(state_->sheet, static_cast<lxw_row_t>(state_->row), static_cast<lxw_col_t>(state_->column),
                         valid.c_str(), nullptr);
  ++state_->column;
  return *this;
}

WorkbookWriter& WorkbookWriter::add_number(std::optional<double> value) {
  if (!value || !std::isfinite(*value)) return add_empty();
  worksheet_write_number(state_->sheet, static_cast<lxw_row_t>(state_->row), static_cast<lxw_col_t>(state_->column),
                         *value, nullptr);
  if (parse_double(fmt::format("{:.16G}", *value)) != value)
    state_->exact.back().push_back({state_->row, state_->column, *value});
  ++state_->column;
  return *this;
}

WorkbookWriter& WorkbookWriter::add_empty() {
  ++state_->column;
  return *this;
}

void WorkbookWriter::end_row() {
  ++state_->row;
  state_->column = 0;
  if (state_->row <= most_rows) return;
  state_->close_sheet();
  state_->open_sheet(fmt::format("{} {}", state_->name, ++state_->part));
}

std::string WorkbookWriter::finish() {
  state_->close_sheet();
  const lxw_error error = workbook_close(std::exchange(state_->workbook, nullptr));
  if (error != LXW_NO_ERROR) fail(ErrorCode::file_unwritable, lxw_strerror(error));
  const std::string bytes = read_file(state_->file);
  // The limits are for files of others; tables of repeated names compress well.
  ArchiveLimits limits;
  limits.inflated_bytes = std::uint64_t{1} << 40U;
  limits.ratio = 1'000'000;
  Archive archive(bytes, "workbook.xlsx", limits);
  std::vector<std::pair<std::string, std::string>> members;
  for (const ArchiveMember& member : archive.members()) {
    const ByteBuffer content = archive.inflate(member);
    std::string text(content.view());
    constexpr std::string_view start = "xl/worksheets/sheet";
    if (member.name.starts_with(start)) {
      const std::string_view number = std::string_view(member.name).substr(start.size());
      const std::optional<long> index = parse_integer(number.substr(0, number.find('.')));
      if (index && *index >= 1 && static_cast<std::size_t>(*index) <= state_->exact.size())
        text = restore_digits(text, state_->exact[static_cast<std::size_t>(*index) - 1]);
    }
    members.emplace_back(member.name, std::move(text));
  }
  constexpr unsigned fast = 3;  // large sheets shrink almost as much as at the slowest level
  return zip_files(members, fast);
}

}  // namespace qpcr
