// Reads Excel 97 workbooks (BIFF) by Debian's python3-xlrd in a child process, which sends the cells as they are.
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/child_process.hpp"
#include "libqpcr/tabular/compound_file.hpp"
#include "libqpcr/tabular/sheet_date.hpp"
#include "libqpcr/tabular/workbook.hpp"

namespace qpcr {
namespace {

/// Little-endian all through: a text is its length and its bytes, a number its eight bytes, so that no digit is lost on
/// the way.
constexpr const char* script = R"python(
import io, struct, sys

def text(value):
    data = value.encode("utf-8", "replace")
    return struct.pack("<I", len(data)) + data

def send(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()

def fail(kind, problem):
    send(b"QXLE" + kind + text(problem))
    raise SystemExit

def cell(kind, value, errors):
    if kind == 1:
        return b"t" + text(value)
    if kind == 2:
        return b"n" + struct.pack("<d", value)
    if kind == 3:
        return b"d" + struct.pack("<d", value)
    if kind == 4:
        return b"b" + struct.pack("<B", 1 if value else 0)
    if kind == 5:
        return b"e" + text(errors.get(value, "#ERROR %d" % value))
    return b"_"

sys.path.append("/usr/lib/python3/dist-packages")
try:
    import xlrd
except ImportError as error:
    fail(b"i", str(error))
try:
    book = xlrd.open_workbook(file_contents=sys.stdin.buffer.read(), logfile=io.StringIO(), ragged_rows=True,
                              formatting_info=False)
    others = max(0, book._all_sheets_count - book.nsheets)
    send(b"QXLS" + struct.pack("<BII", book.datemode, book.nsheets, others))
    for sheet in book.sheets():
        out = bytearray(text(sheet.name) + struct.pack("<BI", 1 if sheet.visibility else 0, sheet.nrows))
        for row in range(sheet.nrows):
            kinds, values = sheet.row_types(row), sheet.row_values(row)
            out += struct.pack("<I", len(kinds))
            for kind, value in zip(kinds, values):
                out += cell(kind, value, xlrd.error_text_from_code)
        send(bytes(out))
    send(b"QEND")
except MemoryError:
    fail(b"m", "")
except xlrd.XLRDError as error:
    problem = str(error)
    fail(b"p" if "encrypted" in problem else b"w" if "find workbook" in problem else b"d", problem)
except Exception as error:
    fail(b"d", "%s: %s" % (type(error).__name__, error))
)python";

[[noreturn]] void refuse(ErrorCode code, const std::string& path, std::string problem) {
  ErrorContext context;
  context.path = path;
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

/// Takes the child's answer apart; every length is checked against what is there.
class Answer {
 public:
  Answer(std::string_view bytes, const std::string& path) : rest_(bytes), path_(path) {}

  std::string_view take(std::size_t size) {
    if (size > rest_.size())
      refuse(ErrorCode::malformed_file, path_, "the workbook's reader broke off: the file is damaged");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::uint64_t take_number(std::size_t bytes) {
    const std::string_view taken = take(bytes);
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < bytes; ++i) number |= std::uint64_t{static_cast<unsigned char>(taken[i])} << (8U * i);
    return number;
  }

  std::string_view take_text() { return take(static_cast<std::size_t>(take_number(4))); }
  double take_double() { return std::bit_cast<double>(take_number(sizeof(double))); }
  bool is_at_end() const noexcept { return rest_.empty(); }

 private:
  std::string_view rest_;
  const std::string& path_;
};

/// Whole numbers without point or exponent, as far as a double knows each of them; others in the fewest digits that
/// give the same number back.
std::string render_number(double number) {
  constexpr double last_exact = 9'007'199'254'740'992;
  const bool is_whole = std::abs(number) <= last_exact && std::trunc(number) == number;
  if (is_whole && !(number == 0 && std::signbit(number))) return std::to_string(static_cast<long long>(number));
  return format_double(number);
}

[[noreturn]] void refuse_answer(Answer& answer, const std::string& path) {
  const std::string_view kind = answer.take(1);
  const std::string problem = to_valid_utf8(answer.take_text());
  if (kind == "i")
    refuse(ErrorCode::unsupported_format, path,
           "an Excel 97 workbook is read by the Debian package python3-xlrd, which is not here: " + problem);
  if (kind == "p")
    refuse(ErrorCode::unsupported_format, path, "the workbook is protected by a password: save it without one");
  if (kind == "w") refuse(ErrorCode::unsupported_format, path, "a compound file that holds no Excel workbook");
  if (kind == "m") refuse(ErrorCode::unsafe_archive, path, "the workbook needs more memory than one may");
  refuse(ErrorCode::malformed_file, path, "a damaged Excel 97 workbook: " + problem);
}

std::string_view take_cell(Answer& answer, Grid& grid, bool since_1904, const std::string& path) {
  const char kind = answer.take(1).front();
  if (kind == '_') return {};
  if (kind == 't' || kind == 'e') return answer.take_text();
  if (kind == 'n') return grid.keep(render_number(answer.take_double()));
  if (kind == 'b') return answer.take_number(1) != 0 ? "TRUE" : "FALSE";
  if (kind != 'd') refuse(ErrorCode::malformed_file, path, "the workbook's reader sent a cell of an unknown kind");
  const double days = answer.take_double();
  const std::optional<std::string> date = render_sheet_date(days, DateStyle::date, since_1904);
  return grid.keep(date ? *date : render_number(days));
}

Sheet take_sheet(Answer& answer, const std::shared_ptr<const std::string>& owner, bool since_1904, std::size_t& places,
                 const std::string& path) {
  const auto count = [&](std::uint64_t number) {
    places += static_cast<std::size_t>(number);
    if (places > most_workbook_places)
      refuse(ErrorCode::unsafe_archive, path, fmt::format("more than {} rows and cells", most_workbook_places));
    return number;
  };
  Sheet sheet;
  sheet.name = std::string(answer.take_text());
  sheet.hidden = answer.take_number(1) != 0;
  sheet.grid = Grid(path + ":" + sheet.name);
  sheet.grid.keep_alive(owner);
  const std::uint64_t rows = count(answer.take_number(4));
  for (std::uint64_t row = 0; row < rows; ++row) {
    sheet.grid.begin_row(static_cast<long>(row) + 1);
    const std::uint64_t cells = count(answer.take_number(4));
    for (std::uint64_t cell = 0; cell < cells; ++cell)
      sheet.grid.add_cell(take_cell(answer, sheet.grid, since_1904, path));
  }
  return sheet;
}

void check_end(const ChildResult& result, const std::string& path) {
  switch (result.end) {
    case ChildEnd::exited:
      return;
    case ChildEnd::not_started:
      refuse(ErrorCode::unsupported_format, path,
             "an Excel 97 workbook is read by /usr/bin/python3 and the Debian package python3-xlrd, which do not start "
             "here");
    case ChildEnd::out_of_time:
      refuse(ErrorCode::unsafe_archive, path, "the workbook takes longer to read than one may");
    case ChildEnd::too_much_output:
      refuse(ErrorCode::unsafe_archive, path, "the workbook holds more than is read");
    case ChildEnd::killed:
      refuse(ErrorCode::malformed_file, path, "the workbook's reader was ended: the file is damaged");
  }
}

void list_unread(Workbook& workbook, const std::vector<std::string>& streams, std::uint64_t other_sheets) {
  for (const std::string& name : streams) {
    if (name.starts_with("_VBA_PROJECT")) {
      workbook.not_read.push_back({name, "macros"});
      break;
    }
  }
  if (other_sheets > 0)
    workbook.not_read.push_back(
        {"sheets of other kinds", fmt::format("{} charts, macro sheets or modules", other_sheets)});
}

}  // namespace

Workbook read_xls(std::string_view bytes, const std::string& path) {
  if (!is_compound_file(bytes))
    refuse(ErrorCode::unsupported_format, path, "not a compound file, which an Excel 97 workbook is");
  const std::vector<std::string> streams = list_compound_streams(bytes, path);
  if (!holds_workbook(streams))
    refuse(ErrorCode::unsupported_format, path, "a compound file that holds no Excel workbook");
  for (const std::string& name : streams) {
    if (name == "EncryptedPackage")
      refuse(ErrorCode::unsupported_format, path, "the workbook is protected by a password: save it without one");
  }
  ChildResult result = run_child({"/usr/bin/python3", "-I", "-S", "-B", "-c", script}, bytes, ChildLimits());
  check_end(result, path);
  const auto output = std::make_shared<const std::string>(std::move(result.output));
  Answer answer(*output, path);
  const std::string_view kind = answer.take(4);
  if (kind == "QXLE") refuse_answer(answer, path);
  if (kind != "QXLS") refuse(ErrorCode::malformed_file, path, "the workbook's reader sent no answer");
  const bool since_1904 = answer.take_number(1) != 0;
  const std::uint64_t sheets = answer.take_number(4);
  std::size_t places = 0;
  Workbook workbook;
  list_unread(workbook, streams, answer.take_number(4));
  for (std::uint64_t i = 0; i < sheets; ++i)
    workbook.sheets.push_back(take_sheet(answer, output, since_1904, places, path));
  if (answer.take(4) != "QEND" || !answer.is_at_end())
    refuse(ErrorCode::malformed_file, path, "the workbook's reader broke off: the file is damaged");
  return workbook;
}

}  // namespace qpcr
