// Walks the cells of a sheet once (ECMA-376 part 1, 18.3 and 18.4).
#include "libqpcr/tabular/xlsx_sheet.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/utf8.hpp"
#include "libqpcr/tabular/workbook.hpp"
#include "libqpcr/tabular/xml_tokenizer.hpp"

namespace qpcr::xlsx {
namespace {

constexpr std::size_t most_rows = 1'048'576;
constexpr std::size_t most_columns = 16'384;
constexpr std::size_t longest_excerpt = 40;

/// "_xHHHH_", a UTF-16 code unit, at the start of a text.
std::optional<char32_t> parse_escape(std::string_view text) {
  constexpr std::size_t length = 7;
  if (text.size() < length || !text.starts_with("_x") || text[length - 1] != '_') return std::nullopt;
  unsigned unit = 0;
  const char* const end = text.data() + length - 1;
  const auto [stop, fault] = std::from_chars(text.data() + 2, end, unit, 16);
  if (fault != std::errc{} || stop != end) return std::nullopt;
  return static_cast<char32_t>(unit);
}

/// The text with its escapes (22.4.2.4, ST_Xstring) as the characters they stand for. What stands for no character of a
/// text stays as written.
std::string decode_escapes(std::string_view text) {
  constexpr std::size_t length = 7;
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    const std::size_t next = std::min(text.find("_x"), text.size());
    plain += text.substr(0, next);
    text.remove_prefix(next);
    if (text.empty()) break;
    std::optional<char32_t> character = parse_escape(text);
    std::size_t taken = length;
    if (character && *character >= 0xD800 && *character < 0xDC00) {
      const std::optional<char32_t> low = parse_escape(text.substr(length));
      if (low && *low >= 0xDC00 && *low < 0xE000) {
        character = 0x10000 + ((*character - 0xD800) << 10U) + (*low - 0xDC00);
        taken = 2 * length;
      }
    }
    if (character && is_xml_character(*character)) {
      append_utf8(plain, *character);
      text.remove_prefix(taken);
    } else {
      plain += text.front();
      text.remove_prefix(1);
    }
  }
  return plain;
}

/// Joins the pieces of a text. One piece that stands in the part as it is, is not copied.
class TextPieces {
 public:
  explicit TextPieces(const XmlSource& source) : source_(source.text()) {}

  void clear() {
    view_ = {};
    is_copied_ = false;
  }

  void add(std::string_view piece) {
    const bool in_source =
        !std::less<>()(piece.data(), source_.data()) && std::less<>()(piece.data(), source_.data() + source_.size());
    if (view_.empty() && !is_copied_ && in_source) {
      view_ = piece;
      return;
    }
    if (!is_copied_) copy_ = view_;
    is_copied_ = true;
    copy_ += piece;
  }

  /// @param keep stores a text and returns a view of it.
  template <typename Keep>
  std::string_view finish(Keep keep) const {
    const std::string_view text = is_copied_ ? std::string_view(copy_) : view_;
    if (text.find("_x") != std::string_view::npos) {
      std::string plain = decode_escapes(text);
      if (plain != text) return keep(std::move(plain));
    }
    return is_copied_ ? keep(copy_) : view_;
  }

 private:
  std::string_view source_;
  std::string_view view_;
  std::string copy_;
  bool is_copied_ = false;
};

/// A string item: a text, or runs of them. Phonetic guides (rPh) are no part of the text.
void read_string_item(XmlTokenizer& xml, TextPieces& pieces) {
  while (xml.next_child()) {
    if (xml.name() == "t") {
      pieces.add(xml.read_untrimmed_text());
    } else if (xml.name() == "r") {
      while (xml.next_child()) {
        if (xml.name() == "t") {
          pieces.add(xml.read_untrimmed_text());
        } else {
          xml.skip();
        }
      }
    } else {
      xml.skip();
    }
  }
}

std::string render_column(std::size_t column) {
  std::string letters;
  for (std::size_t rest = column + 1; rest > 0; rest = (rest - 1) / 26)
    letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
  return letters;
}

struct CellPlace {
  std::size_t row = 0;  ///< 0-based
  std::size_t column = 0;
};

/// "B7". Numbers beyond a sheet are cut to just beyond it.
std::optional<CellPlace> parse_reference(std::string_view text) {
  CellPlace place;
  std::size_t letters = 0;
  std::size_t column = 0;
  for (; letters < text.size(); ++letters) {
    const char c = text[letters];
    const bool lower = c >= 'a' && c <= 'z';
    if (!lower && (c < 'A' || c > 'Z')) break;
    column = std::min(column * 26 + static_cast<std::size_t>(c - (lower ? 'a' : 'A') + 1), most_columns + 1);
  }
  const std::optional<long> row = parse_integer(text.substr(letters));
  if (letters == 0 || !row || *row < 1 || text[letters] == '-' || text[letters] == '+') return std::nullopt;
  place.column = column - 1;
  place.row = std::min(static_cast<std::size_t>(*row) - 1, most_rows);
  return place;
}

enum class CellType { number, shared, text, inline_text, boolean, error, iso_date };

class SheetReader {
 public:
  SheetReader(const PartText& part, const std::string& path, SheetContext& context)
      : grid_(path), xml_(part.source), pieces_(part.source), context_(context) {}

  Grid read() {
    while (xml_.next_child()) {
      if (xml_.name() != "sheetData") {
        xml_.skip();
        continue;
      }
      while (xml_.next_child()) {
        if (xml_.name() == "row") {
          read_row();
        } else {
          xml_.skip();
        }
      }
    }
    return std::move(grid_);
  }

  std::size_t formulas_without_value() const noexcept { return empty_formulas_; }
  const std::string& first_empty_formula() const noexcept { return first_empty_formula_; }

 private:
  [[noreturn]] void fail(ErrorCode code, std::string problem, std::string_view found = {},
                         std::string expected = {}) const {
    ErrorContext context;
    context.path = grid_.path();
    context.line = static_cast<long>(std::min(at_.row, most_rows - 1)) + 1;
    if (in_cell_) context.column = render_column(at_.column) + std::to_string(at_.row + 1);
    context.found = std::string(found.substr(0, longest_excerpt));
    context.problem = std::move(problem);
    context.expected = std::move(expected);
    throw Error(code, std::move(context));
  }

  void read_row() {
    in_cell_ = false;
    std::size_t row = next_row_;
    if (const auto written = xml_.attribute("r")) {
      const std::optional<long> number = parse_integer(*written);
      if (!number || *number < 1) fail(ErrorCode::malformed_file, "a row without a number", *written);
      row = static_cast<std::size_t>(*number) - 1;
    }
    if (row >= most_rows) {
      fail(ErrorCode::unsafe_archive, fmt::format("a row beyond the last, {}", most_rows), std::to_string(row + 1));
    }
    if (row < next_row_) {
      fail(ErrorCode::malformed_file, "the rows are not in order: a row comes again or too late",
           std::to_string(row + 1));
    }
    at_ = {row, 0};
    next_row_ = row + 1;
    next_column_ = 0;
    while (xml_.next_child()) {
      if (xml_.name() == "c") {
        read_cell();
      } else {
        xml_.skip();
      }
    }
  }

  void read_cell() {
    in_cell_ = true;
    at_.column = next_column_;
    if (const auto written = xml_.attribute("r")) place_cell(*written);
    if (at_.column >= most_columns) {
      fail(ErrorCode::unsafe_archive, fmt::format("a column beyond the last, {}", most_columns));
    }
    next_column_ = at_.column + 1;
    const CellType type = parse_type(xml_.attribute("t").value_or("n"));
    const DateStyle style = type == CellType::number ? find_style() : DateStyle::none;
    bool has_formula = false;
    bool has_value = false;
    while (xml_.next_child()) {
      if (xml_.name() == "v" && type != CellType::inline_text) {
        if (has_value) fail(ErrorCode::malformed_file, "a cell with two values");
        has_value = read_value(type, style);
      } else if (xml_.name() == "is" && type == CellType::inline_text) {
        if (has_value) fail(ErrorCode::malformed_file, "a cell with two values");
        pieces_.clear();
        read_string_item(xml_, pieces_);
        put(finish_text());
        has_value = true;
      } else {
        has_formula = has_formula || xml_.name() == "f";
        xml_.skip();
      }
    }
    if (has_formula && !has_value) {
      if (empty_formulas_++ == 0) first_empty_formula_ = render_column(at_.column) + std::to_string(at_.row + 1);
      // An empty cell would mean "none": of a Cq, that nothing amplified.
      put("=? (a formula without a stored value)");
    }
  }

  void place_cell(std::string_view written) {
    const std::optional<CellPlace> place = parse_reference(written);
    if (!place) fail(ErrorCode::malformed_file, "a cell without a place", written);
    if (place->row != at_.row) {
      fail(ErrorCode::malformed_file, fmt::format("a cell of another row in row {}", at_.row + 1), written);
    }
    at_.column = place->column;
    if (at_.column + 1 == next_column_) fail(ErrorCode::duplicate_entry, "the cell is there twice");
    if (at_.column < next_column_) {
      fail(ErrorCode::malformed_file, "the cells of the row are not in order: a cell comes again or too late");
    }
  }

  CellType parse_type(std::string_view text) const {
    if (text == "n") return CellType::number;
    if (text == "s") return CellType::shared;
    if (text == "str") return CellType::text;
    if (text == "inlineStr") return CellType::inline_text;
    if (text == "b") return CellType::boolean;
    if (text == "e") return CellType::error;
    if (text == "d") return CellType::iso_date;
    fail(ErrorCode::malformed_file, "a cell of an unknown type", text);
  }

  DateStyle find_style() const {
    const auto written = xml_.attribute("s");
    if (!written) return context_.date_styles.empty() ? DateStyle::none : context_.date_styles.front();
    const std::optional<long> style = parse_integer(*written);
    if (!style || *style < 0) fail(ErrorCode::malformed_file, "a style without a number", *written);
    const auto index = static_cast<std::size_t>(*style);
    if (index >= context_.date_styles.size()) {
      // Without its style nobody knows whether a number is a date.
      if (context_.date_styles.empty()) return DateStyle::none;
      fail(ErrorCode::malformed_file, "a style that the workbook has not", *written);
    }
    return context_.date_styles[index];
  }

  /// @return false for a value without text.
  bool read_value(CellType type, DateStyle style) {
    if (type == CellType::number) return read_number(style);
    if (type == CellType::text) {
      pieces_.clear();
      pieces_.add(xml_.read_untrimmed_text());
      put(finish_text());
      return true;
    }
    const std::string_view text = xml_.read_text();
    if (text.empty()) return false;
    if (type == CellType::shared) {
      put(find_shared(text));
    } else if (type == CellType::boolean) {
      const bool is_true = text == "1" || text == "true";
      if (!is_true && text != "0" && text != "false") fail(ErrorCode::invalid_value, {}, text, "0 or 1");
      put(is_true ? "TRUE" : "FALSE");
    } else {
      put(keep_text(text));
    }
    return true;
  }

  bool read_number(DateStyle style) {
    double number = 0;
    const bool is_number = xml_.read_double(number);
    const std::string_view text = xml_.last_text();
    if (text.empty()) return false;
    // The three words are numbers to XML Schema; they stay words, which no reader takes for a number.
    if (!is_number && text != "NaN" && text != "INF" && text != "-INF") {
      fail(ErrorCode::invalid_value, {}, text, "a number");
    }
    if (is_number && style != DateStyle::none) {
      if (std::optional<std::string> date = render_sheet_date(number, style, context_.since_1904)) {
        put(grid_.keep(std::move(*date)));
        return true;
      }
    }
    put(keep_text(text));
    return true;
  }

  std::string_view find_shared(std::string_view text) const {
    const std::optional<long> number = parse_integer(text);
    const std::size_t count = context_.strings ? context_.strings->texts.size() : 0;
    if (!number || *number < 0 || static_cast<std::size_t>(*number) >= count) {
      fail(ErrorCode::malformed_file, fmt::format("a shared text that the workbook, which has {}, has not", count),
           text);
    }
    return context_.strings->texts[static_cast<std::size_t>(*number)];
  }

  std::string_view keep_text(std::string_view text) {
    pieces_.clear();
    pieces_.add(text);
    return pieces_.finish([this](std::string copy) { return grid_.keep(std::move(copy)); });
  }

  std::string_view finish_text() {
    return pieces_.finish([this](std::string copy) { return grid_.keep(std::move(copy)); });
  }

  /// Makes the blank rows and cells before the place, then the cell.
  void put(std::string_view text) {
    const bool new_row = at_.row >= grid_.row_count();
    const std::size_t row_places = new_row ? at_.row + 1 - grid_.row_count() : 0;
    const std::size_t width = new_row ? 0 : width_;
    context_.places += row_places + (at_.column + 1 - width);
    if (context_.places > most_workbook_places) {
      fail(ErrorCode::unsafe_archive, fmt::format("more than {} rows and cells", most_workbook_places));
    }
    for (std::size_t row = grid_.row_count(); row <= at_.row; ++row) grid_.begin_row(static_cast<long>(row) + 1);
    for (std::size_t column = width; column < at_.column; ++column) grid_.add_cell({});
    grid_.add_cell(text);
    width_ = at_.column + 1;
  }

  Grid grid_;
  XmlTokenizer xml_;
  TextPieces pieces_;
  SheetContext& context_;
  CellPlace at_;
  bool in_cell_ = false;
  std::size_t next_row_ = 0;
  std::size_t next_column_ = 0;
  std::size_t width_ = 0;  ///< cells of the grid's last row
  std::size_t empty_formulas_ = 0;
  std::string first_empty_formula_;
};

}  // namespace

SharedStrings read_shared_strings(std::shared_ptr<const PartText> part) {
  SharedStrings strings;
  TextPieces pieces(part->source);
  XmlTokenizer xml(part->source);
  while (xml.next_child()) {
    if (xml.name() != "si") {
      xml.skip();
      continue;
    }
    pieces.clear();
    read_string_item(xml, pieces);
    strings.texts.push_back(pieces.finish([&](std::string copy) {
      strings.kept.push_back(std::move(copy));
      return std::string_view(strings.kept.back());
    }));
  }
  strings.part = std::move(part);
  return strings;
}

Grid read_sheet(std::shared_ptr<const PartText> part, const std::string& path, SheetContext& context,
                std::vector<NotRead>& not_read) {
  SheetReader reader(*part, path, context);
  Grid grid = reader.read();
  grid.keep_alive(std::move(part));
  grid.keep_alive(context.strings);
  if (reader.formulas_without_value() > 0) {
    not_read.push_back({path.substr(path.rfind(':') + 1) + " " + reader.first_empty_formula(),
                        fmt::format("{} formulas, of which this is the first, have no stored value: the program that "
                                    "wrote the file never calculated them",
                                    reader.formulas_without_value())});
  }
  return grid;
}

}  // namespace qpcr::xlsx
