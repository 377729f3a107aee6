// Passphrases of keys: from a file or the terminal, never from the arguments, which every user of a machine can list.
#pragma once

#include <optional>
#include <string>

#include "libqpcr/seal/key.hpp"

namespace qpcr::apps {

/// For a key that is made: from the file where one is named, else asked for twice where that is wanted, else none.
/// @throws Error invalid_option for both at once, no terminal, an empty passphrase or two that differ.
std::optional<Passphrase> obtain_new_passphrase(const std::string& file, bool ask);

/// Opens a key file; where it is encrypted and no passphrase file is named, asks on the terminal.
/// @throws Error as read_signing_key(), and invalid_option without a terminal.
SigningKey open_signing_key(const std::string& key_file, const std::string& passphrase_file);

}  // namespace qpcr::apps
