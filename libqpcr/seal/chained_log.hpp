// An append-only log in which every line carries the hash of the line before, so that no line is changed unseen.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qpcr {

struct LogRecord {
  long sequence = 0;            ///< 1, 2, 3, …
  std::string previous_sha256;  ///< of the bytes of the line before, without its end; 64 zeros in the first
  std::string time;             ///< ISO 8601, UTC
  std::string event;            ///< "assay_signed"
  std::map<std::string, std::string> details;

  bool operator==(const LogRecord&) const = default;
};

/// The last line of a log. Kept elsewhere (printed, countersigned), it shows later whether lines were cut from the end
/// or the whole log was written anew, which the log itself cannot show.
struct LogHead {
  long sequence = 0;
  std::string sha256;  ///< of the bytes of that line, without its end

  bool operator==(const LogHead&) const = default;
};

struct ChainedLog {
  std::vector<LogRecord> records;
  LogHead head;  ///< sequence 0 and 64 zeros for an empty log
};

/// The records of a log that holds. `path` is used in errors alone. With `known_head`, that line must be among them:
/// the log may have grown since.
/// @throws Error integrity_failure naming the first broken line and what is wrong there.
ChainedLog parse_log(std::string_view text, const std::string& path,
                     const std::optional<LogHead>& known_head = std::nullopt);

/// parse_log() of a file, while nobody appends to it. @throws also Error file_not_found, file_unreadable.
ChainedLog read_log(const std::filesystem::path& path, const std::optional<LogHead>& known_head = std::nullopt);

/// Adds one line to a log that holds, in one write that is synced before this returns; processes wait for each other.
/// What cannot be written whole is taken back. Creates the file with mode 0600. Details hold identifiers of keys and
/// contents, never names of people.
/// @return the new head. @throws Error invalid_value for a time that is none, an event that is no identifier, or
/// details that are not UTF-8 or longer than 64 KiB;
/// integrity_failure where the log does not hold; file_unreadable, file_unwritable.
LogHead append_log(const std::filesystem::path& path, const std::string& time, const std::string& event,
                   const std::map<std::string, std::string>& details);

}  // namespace qpcr
