// What the command-line programs share: exit codes, error lines, progress, language, and signals held back while
// writing.
#pragma once

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libqpcr/report/catalogue.hpp"

namespace qpcr::apps {

/// Exit statuses that are not carried by an error code (core/error.hpp has those).
enum ExitStatus : int {
  exit_ok = 0,
  exit_unexpected = 1,
  exit_usage = 2,
  exit_run_invalid = 4,
};

/// Runs a program's body: an Error becomes `<program>: error: …` on stderr and its exit status; any other exception, 1.
int run_program(std::string_view program, const std::function<int()>& body);

/// Throws Error invalid_option for an option's value.
[[noreturn]] void refuse_option(std::string option, std::string found, std::string expected);

/// The language asked for: the option's text, else QPCR_LANG, else zh. @throws Error invalid_option.
Language choose_language(const std::string& option);

/// Writes to stdout. @throws Error file_unwritable when the reader has gone or the disk is full.
void print_data(std::string_view text);

/// One line on stderr.
void print_message(std::string_view text);

/// True when stderr is a terminal and neither CI nor NO_COLOR nor TERM=dumb says otherwise.
bool wants_colour(int descriptor);

/// "[2/5] plate2.rdml" on a terminal's stderr, rewritten in place; silent elsewhere.
class Progress {
 public:
  explicit Progress(std::size_t steps);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void step(std::string_view what);

 private:
  std::size_t steps_;
  std::size_t done_ = 0;
  bool visible_;
};

/// Holds SIGINT, SIGTERM and SIGHUP back while it lives.
class HeldSignals {
 public:
  HeldSignals();
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

 private:
  sigset_t previous_;
};

/// Writes files (name, bytes) into a folder, all or none, with signals held back. @throws Error file_unwritable.
std::vector<std::filesystem::path> write_files(const std::filesystem::path& folder,
                                               const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace qpcr::apps
