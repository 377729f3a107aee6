// Exit codes, error lines, progress and signals of the command-line programs.
#include "apps/common/console.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"

namespace qpcr::apps {

int run_program(std::string_view program, const std::function<int()>& body) {
  try {
    return body();
  } catch (const Error& error) {
    print_message(fmt::format("{}: error: {}", program, error.what()));
    return describe(error.code()).exit_status;
  } catch (const std::exception& error) {
    print_message(fmt::format("{}: unexpected fault: {}", program, error.what()));
    return exit_unexpected;
  }
}

void refuse_option(std::string option, std::string found, std::string expected) {
  throw Error(ErrorCode::invalid_option, {.path = {},
                                          .line = 0,
                                          .column = {},
                                          .field = std::move(option),
                                          .found = std::move(found),
                                          .expected = std::move(expected),
                                          .problem = {}});
}

Language choose_language(const std::string& option) {
  std::string text = option;
  if (text.empty()) {
    const char* variable = std::getenv("QPCR_LANG");
    text = variable == nullptr || *variable == '\0' ? "zh" : variable;
  }
  const std::optional<Language> language = parse_language(text);
  if (!language) refuse_option("--lang", text, "zh or en");
  return *language;
}

void print_data(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw Error(ErrorCode::file_unwritable, {.path = {},
                                             .line = 0,
                                             .column = {},
                                             .field = "stdout",
                                             .found = {},
                                             .expected = {},
                                             .problem = fmt::format("cannot be written: {}", std::strerror(errno))});
  }
}

void print_message(std::string_view text) {
  // A message that nobody can read must not end the work it speaks of.
  const std::string line = std::string(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

bool wants_colour(int descriptor) {
  const auto set = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
  };
  const char* terminal = std::getenv("TERM");
  return ::isatty(descriptor) != 0 && !set("NO_COLOR") && !set("CI") &&
         !(terminal != nullptr && std::string_view(terminal) == "dumb");
}

Progress::Progress(std::size_t steps) : steps_(steps), visible_(wants_colour(STDERR_FILENO)) {}

Progress::~Progress() {
  if (visible_ && done_ > 0) fmt::print(stderr, "\r\x1b[K");
}

void Progress::step(std::string_view what) {
  ++done_;
  if (visible_) fmt::print(stderr, "\r\x1b[K[{}/{}] {}", done_, steps_, what);
}

HeldSignals::HeldSignals() {
  sigset_t held;
  sigemptyset(&held);
  sigaddset(&held, SIGINT);
  sigaddset(&held, SIGTERM);
  sigaddset(&held, SIGHUP);
  sigprocmask(SIG_BLOCK, &held, &previous_);
}

HeldSignals::~HeldSignals() { sigprocmask(SIG_SETMASK, &previous_, nullptr); }

std::vector<std::filesystem::path> write_files(const std::filesystem::path& folder,
                                               const std::vector<std::pair<std::string, std::string>>& files) {
  const HeldSignals held;
  OutputFiles output(folder);
  for (const auto& [name, bytes] : files) output.add(name, bytes);
  return output.commit();
}

}  // namespace qpcr::apps
