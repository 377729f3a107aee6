// What the commands that conduct a study share: its folder, its protocol, its log.
#pragma once

#include <filesystem>
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

/// "qpcr-validate: log line 7 sha256 …": to be noted elsewhere, so that a cut log shows.
void print_head(const LogHead& head);

/// "7:<sha256>" as an option. @throws Error invalid_option.
std::optional<LogHead> parse_known_head(const std::string& text);

}  // namespace qpcr::apps
