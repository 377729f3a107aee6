// qpcr key: makes, shows and lists keys.
#include "libqpcr/seal/key.hpp"

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/common/console.hpp"
#include "apps/common/passphrase.hpp"
#include "apps/qpcr/commands.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/seal/moment.hpp"
#include "libqpcr/seal/trust_list.hpp"

namespace qpcr::apps {
namespace {

struct NewOptions {
  std::string holder;
  std::string output;
  std::string passphrase_file;
  bool ask_passphrase = false;
  bool test_key = false;
};

struct TrustOptions {
  std::string list;
  std::string key_file;
  std::string public_key;
  std::string holder;
  std::vector<std::string> purposes;
  std::string valid_from;
  std::string valid_until;
  bool test_key = false;
};

int make_key(const NewOptions& options) {
  const SigningKey key = make_signing_key(options.holder, options.test_key);
  const std::optional<Passphrase> passphrase = obtain_new_passphrase(options.passphrase_file, options.ask_passphrase);
  write_signing_key(options.output, key, passphrase ? &*passphrase : nullptr);
  print_data(fmt::format("id {}\npublic_key {}\n", key.id, key.public_key));
  if (key.test_key) print_message("qpcr: a test key: no program accepts what it signs");
  if (!passphrase) print_message("qpcr: the key is not encrypted: whoever reads the file can sign");
  return exit_ok;
}

int show_key(const std::string& file) {
  const KeyFileSummary key = read_key_summary(file);
  print_data(fmt::format("id {}\nholder {}\npublic_key {}\nencrypted {}\ntest_key {}\n", key.id, key.holder,
                         key.public_key, key.encrypted ? "yes" : "no", key.test_key ? "yes" : "no"));
  return exit_ok;
}

std::string check_day(const std::string& option, const std::string& text) {
  if (!text.empty() && !is_day(text)) refuse_option(option, text, "a day such as 2026-11-23");
  return text;
}

TrustedKey trusted_key(const TrustOptions& options) {
  TrustedKey key;
  key.holder = options.holder;
  key.public_key = options.public_key;
  key.test_key = options.test_key;
  if (!options.key_file.empty()) {
    const KeyFileSummary summary = read_key_summary(options.key_file);
    if (key.holder.empty()) key.holder = summary.holder;
    key.public_key = summary.public_key;
    // A key made for tests stays one, whatever the list is told.
    key.test_key = key.test_key || summary.test_key;
  }
  if (key.holder.empty()) refuse_option("--holder", "", "the name or role of the key's holder");
  const auto id = derive_key_id(key.public_key);
  if (!id) refuse_option("--public-key", key.public_key, "64 lower-case hexadecimal digits");
  key.id = *id;
  key.test_key = key.test_key || is_test_key_id(key.id);
  for (const std::string& text : options.purposes) {
    const auto purpose = parse_key_purpose(text);
    if (!purpose) refuse_option("--purpose", text, "release, calibration, audit or study");
    key.purposes.push_back(*purpose);
  }
  key.valid_from = check_day("--valid-from", options.valid_from);
  key.valid_until = check_day("--valid-until", options.valid_until);
  return key;
}

int add_to_list(const TrustOptions& options) {
  const TrustedKey key = trusted_key(options);
  const std::filesystem::path path = options.list;
  std::error_code ignored;
  const std::string before = std::filesystem::exists(path, ignored) ? read_file(path) : "";
  const std::string after = add_trusted_key(before, key, path.string());
  write_files(path.parent_path(), {{path.filename().string(), after}});
  print_data(fmt::format("id {}\n", key.id));
  return exit_ok;
}

int print_list(const std::string& file) {
  std::string text;
  for (const TrustedKey& key : read_trust_list(file).keys) {
    std::string purposes;
    for (const KeyPurpose purpose : key.purposes) {
      purposes += fmt::format("{}{}", purposes.empty() ? "" : ",", to_string(purpose));
    }
    text += fmt::format("{}  {}  {} to {}  {}{}\n", key.id, purposes, key.valid_from.empty() ? "-" : key.valid_from,
                        key.valid_until.empty() ? "-" : key.valid_until, key.holder, key.test_key ? "  (test)" : "");
  }
  print_data(text);
  return exit_ok;
}

void add_trust(CLI::App& key, Action& action) {
  CLI::App* trust = key.add_subcommand("trust", "the list of trusted keys: trust add, trust list");
  trust->require_subcommand(1);
  const auto options = std::make_shared<TrustOptions>();
  CLI::App* add = trust->add_subcommand("add", "adds a key to the list; makes the list where there is none");
  add->add_option("--file", options->list, "trust list (TOML)")->required();
  CLI::Option* key_file = add->add_option("--key", options->key_file, "take public part and holder from a key file");
  CLI::Option* public_key = add->add_option("--public-key", options->public_key, "64 hexadecimal digits");
  key_file->excludes(public_key);
  add->add_option("--holder", options->holder, "name or role of the key's holder");
  add->add_option("--purpose", options->purposes, "release, calibration, audit or study; may be repeated")->required();
  add->add_option("--valid-from", options->valid_from, "first day of signing, such as 2026-01-01");
  add->add_option("--valid-until", options->valid_until, "last day of signing");
  add->add_flag("--test-key", options->test_key, "a key of tests: listed, and never accepted");
  add->callback([options, &action] { action = [options] { return add_to_list(*options); }; });

  CLI::App* list = trust->add_subcommand("list", "one line a key");
  list->add_option("--file", options->list, "trust list (TOML)")->required();
  list->callback([options, &action] { action = [options] { return print_list(options->list); }; });
}

}  // namespace

void add_key(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("key", "keys that sign: new, show FILE, trust add, trust list");
  command->require_subcommand(1);

  const auto made = std::make_shared<NewOptions>();
  CLI::App* make = command->add_subcommand("new", "makes an Ed25519 key; prints its id and public part");
  make->add_option("--holder", made->holder, "name or role of who signs with it")->required();
  make->add_option("-o,--out", made->output, "key file; must not exist")->required();
  make->add_option("--passphrase-file", made->passphrase_file, "encrypt: the first line of a file of mode 0600");
  make->add_flag("--ask-passphrase", made->ask_passphrase, "encrypt: ask for the passphrase on the terminal");
  make->add_flag("--test-key", made->test_key, "a key of tests: no program accepts what it signs");
  make->callback([made, &action] { action = [made] { return make_key(*made); }; });

  const auto file = std::make_shared<std::string>();
  CLI::App* show = command->add_subcommand("show", "the public part of a key file");
  show->add_option("FILE", *file, "key file")->required();
  show->callback([file, &action] { action = [file] { return show_key(*file); }; });

  add_trust(*command, action);
}

}  // namespace qpcr::apps
