// Reading the start of a run.
#include "libqpcr/assay/run_time.hpp"

#include <chrono>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

/// Takes from the front of a text, one token after the other.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// `least` to `most` digits.
  std::optional<int> number(std::size_t least, std::size_t most) {
    std::size_t length = 0;
    while (length < most && length < rest_.size() && rest_[length] >= '0' && rest_[length] <= '9') ++length;
    if (length < least) return std::nullopt;
    const auto value = parse_integer(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return value ? std::optional<int>(static_cast<int>(*value)) : std::nullopt;
  }

 private:
  std::string_view rest_;
};

std::optional<int> take_below(Scanner& scanner, std::size_t least_digits, int limit) {
  const auto value = scanner.number(least_digits, 2);
  return value && *value < limit ? value : std::nullopt;
}

/// Seconds to subtract for an offset from universal time; nothing where the text goes wrong.
std::optional<int> take_offset(Scanner& scanner) {
  if (scanner.take('Z')) return 0;
  const bool east = scanner.take('+');
  if (!east && !scanner.take('-')) return std::nullopt;
  const auto hours = take_below(scanner, 2, 15);
  if (!hours) return std::nullopt;
  scanner.take(':');
  const auto minutes = take_below(scanner, 2, 60);
  if (!minutes) return std::nullopt;
  return (east ? 60 : -60) * (60 * *hours + *minutes);
}

}  // namespace

std::optional<RunTime> parse_run_time(std::string_view text) {
  Scanner scanner(trim(text));
  const auto year = scanner.number(4, 4);
  if (!year) return std::nullopt;
  const char separator = scanner.take('-') ? '-' : scanner.take('/') ? '/' : scanner.take('.') ? '.' : '\0';
  if (separator == '\0') return std::nullopt;
  const auto month = scanner.number(1, 2);
  if (!month || !scanner.take(separator)) return std::nullopt;
  const auto day = scanner.number(1, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  RunTime time;
  time.day = fmt::format("{:04}-{:02}-{:02}", *year, *month, *day);
  time.seconds = std::int64_t{86400} * std::chrono::sys_days(date).time_since_epoch().count();
  if (scanner.at_end()) return time;

  if (!scanner.take('T') && !scanner.take(' ')) return std::nullopt;
  const auto hour = take_below(scanner, 1, 24);
  if (!hour || !scanner.take(':')) return std::nullopt;
  const auto minute = take_below(scanner, 2, 60);
  if (!minute) return std::nullopt;
  std::optional<int> second = 0;
  if (scanner.take(':')) {
    second = take_below(scanner, 2, 60);
    if (!second || (scanner.take('.') && !scanner.number(1, 9))) return std::nullopt;
  }
  time.has_time_of_day = true;
  time.seconds += 3600 * *hour + 60 * *minute + *second;
  if (scanner.at_end()) return time;
  const auto offset = take_offset(scanner);
  if (!offset || !scanner.at_end()) return std::nullopt;
  time.has_offset = true;
  time.seconds -= *offset;
  return time;
}

}  // namespace qpcr
