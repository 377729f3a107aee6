// Clocks and places of the runs of a ledger.
#include "libqpcr/study/conduct/run_ledger.hpp"

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/moment.hpp"

namespace qpcr {
namespace {

/// Days since 1970-01-01 of the Gregorian calendar (the algorithm of H. Hinnant, "chrono-compatible low-level date
/// algorithms", 2013).
long days_from_civil(long year, long month, long day) {
  year -= month <= 2 ? 1 : 0;
  const long era = (year >= 0 ? year : year - 399) / 400;
  const long year_of_era = year - era * 400;
  const long day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const long day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

}  // namespace

std::string parse_local_day(std::string_view text) {
  constexpr std::size_t day_length = 10;
  std::string day(trim(text).substr(0, day_length));
  if (day.size() == day_length && day[4] == '/' && day[7] == '/') day[4] = day[7] = '-';
  return is_day(day) ? day : std::string();
}

std::optional<long> parse_local_minutes(std::string_view text) {
  const std::string day = parse_local_day(text);
  const std::string_view trimmed = trim(text);
  constexpr std::size_t shortest = 16;  // "2026-02-03T09:00"
  if (day.empty() || trimmed.size() < shortest || (trimmed[10] != 'T' && trimmed[10] != ' ') || trimmed[13] != ':')
    return std::nullopt;
  const std::optional<long> hour = parse_integer(trimmed.substr(11, 2));
  const std::optional<long> minute = parse_integer(trimmed.substr(14, 2));
  if (!hour || !minute || *hour < 0 || *hour > 23 || *minute < 0 || *minute > 59) return std::nullopt;
  const long days =
      days_from_civil(parse_integer(day.substr(0, 4)).value_or(0), parse_integer(day.substr(5, 2)).value_or(0),
                      parse_integer(day.substr(8, 2)).value_or(0));
  return days * 24 * 60 + hour.value() * 60 + minute.value();
}

std::string started_at(const LedgerRun& run) {
  for (const Run* const plate : run.plates) {
    if (!(*plate)->started_at.empty()) return (*plate)->started_at;
  }
  return run.listed.started_at;
}

std::string ended_at(const LedgerRun& run) {
  for (const Run* const plate : run.plates) {
    if (!(*plate)->ended_at.empty()) return (*plate)->ended_at;
  }
  return run.listed.ended_at;
}

std::string serial_of(const LedgerRun& run) {
  for (const Run* const plate : run.plates) {
    if (!(*plate)->instrument.serial_number.empty()) return (*plate)->instrument.serial_number;
  }
  return run.listed.serial;
}

StudyFinding make_run_finding(const LedgerRun& run, std::string check, Severity severity, Message what) {
  StudyFinding finding;
  finding.check = std::move(check);
  finding.severity = severity;
  finding.what = std::move(what);
  finding.centre = run.listed.centre;
  finding.run = run.listed.id;
  finding.file = run.file;
  finding.line = run.listed.line;
  return finding;
}

}  // namespace qpcr
