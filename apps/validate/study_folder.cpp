// Opening a study's folder.
#include "apps/validate/study_folder.hpp"

#include <fmt/format.h>

#include "apps/common/clock.hpp"
#include "apps/common/console.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/study/conduct/study_lock.hpp"

namespace qpcr::apps {

OpenStudy open_study(const std::string& folder) {
  OpenStudy study;
  study.folder = folder;
  study.protocol = read_protocol_of(study.folder);
  std::error_code ignored;
  if (!std::filesystem::exists(study_log_path(study.folder), ignored))
    create_study_log(study.folder, utc_now(), study.protocol.id);
  study.state = read_study_state(study.folder);
  if (study.state.study != study.protocol.id) {
    throw Error(ErrorCode::study_invalid, {.path = folder,
                                           .line = 0,
                                           .column = {},
                                           .field = "study.id",
                                           .found = study.protocol.id,
                                           .expected = fmt::format("'{}', the study of the log", study.state.study),
                                           .problem = {}});
  }
  return study;
}

std::optional<std::string> find_codes(const OpenStudy& study, const std::string& file) {
  const bool unblinded = study.state.phase == StudyPhase::unblinded;
  if (file.empty() && !unblinded) return std::nullopt;
  const std::filesystem::path path = file.empty() ? study.folder / "blinding/codes.csv" : std::filesystem::path(file);
  std::string bytes = read_file(path);
  const std::string expected = study.state.lock ? study.state.lock->blinding_sha256 : std::string();
  if (!expected.empty() && sha256_hex(bytes) != expected) {
    throw Error(ErrorCode::integrity_failure,
                {.path = path.string(),
                 .line = 0,
                 .column = {},
                 .field = "sha256",
                 .found = sha256_hex(bytes),
                 .expected = fmt::format("{}, the table of codes that the lock committed to", expected),
                 .problem = {}});
  }
  return bytes;
}

void print_head(const LogHead& head) {
  print_message(fmt::format("qpcr-validate: log line {} sha256 {}", head.sequence, head.sha256));
}

std::optional<LogHead> parse_known_head(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::size_t colon = text.find(':');
  const std::optional<long> sequence = parse_integer(std::string_view(text).substr(0, colon));
  if (colon == std::string::npos || !sequence || *sequence < 1) refuse_option("--head", text, "LINE:SHA256");
  return LogHead{*sequence, text.substr(colon + 1)};
}

}  // namespace qpcr::apps
