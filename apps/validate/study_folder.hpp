// What the commands that conduct a study share: its folder, its protocol, its log.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "libqpcr/study/conduct/study_log.hpp"
#include "libqpcr/study/protocol/protocol.hpp"

namespace qpcr::apps {

struct OpenStudy {
  std::filesystem::path folder;
  Protocol protocol;
  StudyState state;
};

/// Reads protocol and log; begins the log where there is none yet.
/// @throws Error of both; study_invalid where they are of different studies.
OpenStudy open_study(const std::string& folder);

/// The table of codes: the file given, which must be the one committed to where the study is locked; else the one that
/// the unblinding left in the folder; nothing while the study is blinded.
/// @throws Error file_*; integrity_failure.
std::optional<std::string> find_codes(const OpenStudy& study, const std::string& file);

/// "qpcr-validate: log line 7 sha256 …": to be noted elsewhere, so that a cut log shows.
void print_head(const LogHead& head);

/// "7:<sha256>" as an option. @throws Error invalid_option.
std::optional<LogHead> parse_known_head(const std::string& text);

}  // namespace qpcr::apps
