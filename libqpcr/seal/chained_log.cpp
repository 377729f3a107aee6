// The hash-chained log: one canonical JSON object a line.
#include "libqpcr/seal/chained_log.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/canonical.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/seal/moment.hpp"
#include "libqpcr/seal/strict_json.hpp"

namespace qpcr {
namespace {

constexpr std::string_view log_schema = "qpcr.log/1";
constexpr std::size_t longest_event_bytes = 64;
constexpr std::size_t longest_details_bytes = std::size_t{64} << 10U;

[[noreturn]] void refuse(ErrorCode code, const std::string& path, long line, std::string problem) {
  throw Error(code, {.path = path,
                     .line = line,
                     .column = {},
                     .field = {},
                     .found = {},
                     .expected = {},
                     .problem = std::move(problem)});
}

bool is_event(std::string_view text) {
  const auto allowed = [](char character) {
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') || character == '_';
  };
  return !text.empty() && text.size() <= longest_event_bytes && std::all_of(text.begin(), text.end(), allowed);
}

LogHead empty_head() { return {0, std::string(64, '0')}; }

/// The line of a record without its end. `sha256` covers the other members, so that the last line is covered too.
std::string render_line(const LogRecord& record) {
  nlohmann::json members = {{"schema", log_schema},      {"sequence", record.sequence},
                            {"time", record.time},       {"event", record.event},
                            {"details", record.details}, {"previous_sha256", record.previous_sha256}};
  members["sha256"] = canonical_sha256(members);
  return to_canonical_json(members);
}

LogRecord parse_line(std::string_view line, const std::string& path, long number) {
  const StrictObject object = StrictObject::parse(line, path, number);
  object.demand_schema(log_schema);
  object.allow_only({"schema", "sequence", "time", "event", "details", "previous_sha256", "sha256"});
  LogRecord record;
  record.sequence = object.get_integer("sequence");
  record.previous_sha256 = object.get_text("previous_sha256");
  record.time = object.get_text("time");
  record.event = object.get_text("event");
  const StrictObject details = object.get_object("details");
  for (const auto& [key, value] : details.json().items()) record.details[key] = details.get_text(key);
  return record;
}

/// The record of a line that continues the log at `head`.
LogRecord check_line(std::string_view line, const std::string& path, long number, const LogHead& head) {
  LogRecord record;
  try {
    record = parse_line(line, path, number);
  } catch (const Error& error) {
    ErrorContext context = error.context();
    context.problem = "the log is broken here: " + (context.problem.empty() ? "its member is wrong" : context.problem);
    throw Error(ErrorCode::integrity_failure, std::move(context));
  }
  const auto broken = [&](std::string why) {
    refuse(ErrorCode::integrity_failure, path, number, "the log is broken here: " + std::move(why));
  };
  if (record.previous_sha256 != head.sha256) {
    broken(number == 1 ? "the first line does not begin a log"
                       : "it does not follow the line before, which was changed, or lines between were taken out");
  }
  if (record.sequence != head.sequence + 1) broken("its number is not one more than that of the line before");
  if (!is_utc_moment(record.time)) broken("its time is no moment in UTC");
  if (!is_event(record.event)) broken("its event is no identifier");
  if (render_line(record) != line) broken("the line was changed");
  return record;
}

struct OpenFile {
  int descriptor = -1;
  ~OpenFile() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

void lock(const OpenFile& file, const std::filesystem::path& path, int kind) {
  while (::flock(file.descriptor, kind) != 0) {
    if (errno != EINTR) {
      refuse(ErrorCode::file_unreadable, path.string(), 0, std::string("cannot be locked: ") + std::strerror(errno));
    }
  }
}

/// Writes a line and syncs it; takes it back where either fails.
void write_line(const OpenFile& file, std::string_view line, const std::filesystem::path& path) {
  const off_t size = ::lseek(file.descriptor, 0, SEEK_END);
  std::string_view rest = line;
  bool written = size >= 0;
  while (written && !rest.empty()) {
    const ssize_t count = ::write(file.descriptor, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    written = count > 0;
    if (written) rest.remove_prefix(static_cast<std::size_t>(count));
  }
  if (written && ::fsync(file.descriptor) == 0) return;
  std::string why = std::strerror(errno);
  if (size >= 0 && ::ftruncate(file.descriptor, size) != 0) why += "; and the unfinished line could not be taken back";
  refuse(ErrorCode::file_unwritable, path.string(), 0, "cannot be written: " + why);
}

void sync_folder(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.parent_path().empty() ? "." : path.parent_path();
  OpenFile file;
  file.descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file.descriptor >= 0) ::fsync(file.descriptor);
}

}  // namespace

ChainedLog parse_log(std::string_view text, const std::string& path, const std::optional<LogHead>& known_head) {
  ChainedLog log;
  log.head = empty_head();
  bool found = !known_head || *known_head == log.head;
  long number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      refuse(ErrorCode::integrity_failure, path, number, "the log is broken here: the line has no end");
    }
    const std::string_view line = text.substr(0, end);
    log.records.push_back(check_line(line, path, number, log.head));
    log.head = {log.records.back().sequence, sha256_hex(line)};
    found = found || *known_head == log.head;
    text.remove_prefix(end + 1);
  }
  if (!found) {
    refuse(ErrorCode::integrity_failure, path, std::min(known_head->sequence, number),
           known_head->sequence > number
               ? "the log ends before the line " + std::to_string(known_head->sequence) + ", which it once had"
               : "the log was written anew: line " + std::to_string(known_head->sequence) + " is another one");
  }
  return log;
}

ChainedLog read_log(const std::filesystem::path& path, const std::optional<LogHead>& known_head) {
  OpenFile file;
  file.descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file.descriptor >= 0) lock(file, path, LOCK_SH);
  return parse_log(read_file(path), path.string(), known_head);
}

LogHead append_log(const std::filesystem::path& path, const std::string& time, const std::string& event,
                   const std::map<std::string, std::string>& details) {
  day_of(time);
  if (!is_event(event)) {
    refuse(ErrorCode::invalid_value, path.string(), 0, "an event is 1 to 64 small letters, digits and '_'");
  }
  // A line that does not read back would end the log for good.
  std::size_t size = 0;
  for (const auto& [key, value] : details) {
    size += key.size() + value.size();
    if (!is_valid_utf8(key) || !is_valid_utf8(value) || size > longest_details_bytes) {
      refuse(ErrorCode::invalid_value, path.string(), 0, "details are UTF-8 and at most 64 KiB");
    }
  }
  std::error_code ignored;
  const bool is_new = !std::filesystem::exists(path, ignored);
  OpenFile file;
  file.descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, S_IRUSR | S_IWUSR);
  if (file.descriptor < 0) {
    refuse(ErrorCode::file_unwritable, path.string(), 0, std::string("cannot be opened: ") + std::strerror(errno));
  }
  lock(file, path, LOCK_EX);
  const LogHead head = parse_log(read_file(path), path.string()).head;
  const std::string line = render_line({head.sequence + 1, head.sha256, time, event, details});
  write_line(file, line + "\n", path);
  if (is_new) sync_folder(path);
  return {head.sequence + 1, sha256_hex(line)};
}

}  // namespace qpcr
