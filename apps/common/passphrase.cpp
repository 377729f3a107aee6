// Asking for passphrases.
#include "apps/common/passphrase.hpp"

#include <string_view>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "apps/common/console.hpp"
#include "libqpcr/core/error.hpp"

namespace qpcr::apps {
namespace {

constexpr std::size_t longest_passphrase_bytes = 1024;

/// The terminal of the process with its echo off, until it goes.
class QuietTerminal {
 public:
  QuietTerminal() : descriptor_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
    if (descriptor_ < 0 || ::tcgetattr(descriptor_, &before_) != 0) {
      if (descriptor_ >= 0) ::close(descriptor_);
      refuse_option("--passphrase-file", "", "the passphrase of the key, because there is no terminal to ask on");
    }
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(descriptor_, TCSAFLUSH, &quiet);
  }
  ~QuietTerminal() {
    ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
    say("\n");
    ::close(descriptor_);
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;

  Passphrase ask(std::string_view question) {
    say(question);
    std::string line(longest_passphrase_bytes, '\0');
    // A terminal gives one line at a time.
    const ssize_t count = ::read(descriptor_, line.data(), line.size());
    std::string_view text = std::string_view(line).substr(0, count > 0 ? static_cast<std::size_t>(count) : 0);
    text = text.substr(0, text.find('\n'));
    Passphrase passphrase(text);
    for (char& character : line) {
      volatile char& byte = character;
      byte = '\0';
    }
    if (passphrase.view().empty()) refuse_option("passphrase", "", "one character or more");
    return passphrase;
  }

 private:
  void say(std::string_view text) const {
    if (::write(descriptor_, text.data(), text.size()) < 0) return;
  }

  int descriptor_;
  termios before_{};
};

}  // namespace

std::optional<Passphrase> obtain_new_passphrase(const std::string& file, bool ask) {
  if (!file.empty() && ask) refuse_option("--ask-passphrase", "", "either this or --passphrase-file");
  if (!file.empty()) return read_passphrase(file);
  if (!ask) return std::nullopt;
  // The signals of the keyboard would leave the terminal without its echo.
  const HeldSignals held;
  QuietTerminal terminal;
  Passphrase once = terminal.ask("Passphrase: ");
  const Passphrase twice = terminal.ask("\nThe same again: ");
  if (once.view() != twice.view()) refuse_option("passphrase", "", "the same passphrase twice");
  return once;
}

SigningKey open_signing_key(const std::string& key_file, const std::string& passphrase_file) {
  if (!passphrase_file.empty()) {
    const Passphrase passphrase = read_passphrase(passphrase_file);
    return read_signing_key(key_file, &passphrase);
  }
  if (!read_key_summary(key_file).encrypted) return read_signing_key(key_file, nullptr);
  const Passphrase passphrase = [] {
    const HeldSignals held;
    QuietTerminal terminal;
    return terminal.ask("Passphrase: ");
  }();
  return read_signing_key(key_file, &passphrase);
}

}  // namespace qpcr::apps
