// Ed25519 keys and their files.
#include "libqpcr/seal/key.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/seal/primitives.hpp"
#include "libqpcr/seal/strict_json.hpp"

namespace qpcr {
namespace {

constexpr std::string_view key_schema = "qpcr.key/1";
constexpr std::string_view cipher = "xsalsa20-poly1305";
constexpr std::string_view derivation = "argon2id13";
constexpr std::string_view test_id_mark = "7e5";
constexpr std::size_t longest_holder_bytes = 200;
constexpr std::size_t largest_secret_file_bytes = std::size_t{64} << 10U;

constexpr std::array<std::pair<KeyPurpose, std::string_view>, 4> purpose_names{
    {{KeyPurpose::release, "release"},
     {KeyPurpose::calibration, "calibration"},
     {KeyPurpose::audit, "audit"},
     {KeyPurpose::study, "study"}}};

[[noreturn]] void refuse(ErrorCode code, const std::filesystem::path& path, std::string problem,
                         std::string field = {}) {
  throw Error(code, {.path = path.string(),
                     .line = 0,
                     .column = {},
                     .field = std::move(field),
                     .found = {},
                     .expected = {},
                     .problem = std::move(problem)});
}

std::string reason() { return std::strerror(errno); }

/// Text that is overwritten when it goes; made at its final size, so that no shorter copy of it stays behind.
struct SecretText {
  std::string text;
  ~SecretText() { wipe(text.data(), text.size()); }
};

struct OpenFile {
  int descriptor = -1;
  ~OpenFile() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

/// The bytes of a regular file that nobody but its owner may read; judged by the open file, not by its name.
void read_secret_file(const std::filesystem::path& path, SecretText& secret) {
  OpenFile file;
  file.descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file.descriptor < 0) {
    if (errno == ENOENT || errno == ENOTDIR) refuse(ErrorCode::file_not_found, path, "no such file");
    refuse(ErrorCode::file_unreadable, path, "cannot be opened: " + reason());
  }
  struct stat information {};
  if (::fstat(file.descriptor, &information) != 0) refuse(ErrorCode::file_unreadable, path, reason());
  if (!S_ISREG(information.st_mode)) refuse(ErrorCode::file_unreadable, path, "is not a regular file");
  if ((information.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    refuse(ErrorCode::integrity_failure, path,
           "group or others have access to this file, so its secret may be known to them: give it mode 0600 only if "
           "nobody had it");
  }
  if (information.st_size < 0 || static_cast<std::size_t>(information.st_size) > largest_secret_file_bytes) {
    refuse(ErrorCode::file_unreadable, path, "is larger than 64 KiB");
  }
  secret.text.resize(static_cast<std::size_t>(information.st_size));
  std::size_t size = 0;
  while (size < secret.text.size()) {
    const ssize_t count = ::read(file.descriptor, secret.text.data() + size, secret.text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse(ErrorCode::file_unreadable, path, "cannot be read: " + reason());
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size != secret.text.size()) refuse(ErrorCode::file_unreadable, path, "was shortened while it was read");
}

bool is_holder(std::string_view holder) {
  const auto control = [](char character) { return static_cast<unsigned char>(character) < 0x20 || character == 0x7F; };
  return !trim(holder).empty() && holder.size() <= longest_holder_bytes && is_valid_utf8(holder) &&
         std::none_of(holder.begin(), holder.end(), control);
}

/// The members of a key file that everybody may know.
KeyFileSummary read_public_part(const StrictObject& file, const std::filesystem::path& path) {
  file.demand_schema(key_schema);
  file.allow_only({"schema", "id", "holder", "public_key", "test_key", "secret", "encrypted_secret"});
  KeyFileSummary summary;
  summary.id = file.get_text("id");
  summary.holder = file.get_text("holder");
  summary.public_key = file.get_text("public_key");
  summary.test_key = file.get_flag("test_key");
  summary.encrypted = file.has("encrypted_secret");
  if (summary.encrypted == file.has("secret")) {
    refuse(ErrorCode::malformed_file, path, "expected exactly one of 'secret' and 'encrypted_secret'");
  }
  if (!is_holder(summary.holder)) refuse(ErrorCode::malformed_file, path, "is no name of a holder", "holder");
  const auto id = derive_key_id(summary.public_key);
  if (!id) file.refuse("public_key", "64 lower-case hexadecimal digits");
  if (*id != summary.id) refuse(ErrorCode::integrity_failure, path, "is not that of the public key", "id");
  if (summary.test_key != is_test_key_id(summary.id)) {
    refuse(ErrorCode::integrity_failure, path,
           "disagrees with the id: that of a test key, and of no other, begins with " + std::string(test_id_mark),
           "test_key");
  }
  return summary;
}

template <std::size_t N>
std::array<unsigned char, N> get_bytes(const StrictObject& object, std::string_view key) {
  SecretText text;
  text.text = object.get_text(key);
  const auto bytes = parse_hex_of<N>(text.text);
  if (!bytes) object.refuse(key, std::to_string(2 * N) + " lower-case hexadecimal digits");
  return *bytes;
}

Ed25519Seed read_encrypted_seed(const StrictObject& box, const std::filesystem::path& path,
                                const Passphrase* passphrase) {
  box.allow_only({"cipher", "derivation", "operations", "memory_bytes", "salt", "nonce", "bytes"});
  if (box.get_text("cipher") != cipher) box.refuse("cipher", "'" + std::string(cipher) + "'");
  if (box.get_text("derivation") != derivation) box.refuse("derivation", "'" + std::string(derivation) + "'");
  SealedSeed sealed;
  sealed.operations = static_cast<std::uint64_t>(box.get_integer("operations"));
  sealed.memory_bytes = static_cast<std::uint64_t>(box.get_integer("memory_bytes"));
  sealed.salt = get_bytes<sizeof sealed.salt>(box, "salt");
  sealed.nonce = get_bytes<sizeof sealed.nonce>(box, "nonce");
  sealed.bytes = get_bytes<sizeof sealed.bytes>(box, "bytes");
  if (passphrase == nullptr) {
    refuse(ErrorCode::invalid_option, path, "is encrypted: its passphrase is needed");
  }
  const auto seed = open_seed(sealed, passphrase->view());
  if (!seed) {
    refuse(ErrorCode::integrity_failure, path, "the passphrase is another one, or the encrypted secret was changed");
  }
  return *seed;
}

std::string render_key_file(const SigningKey& key, const Passphrase* passphrase) {
  Ed25519Seed seed{};
  std::copy_n(key.secret.begin(), seed.size(), seed.begin());
  nlohmann::ordered_json file;
  file["schema"] = key_schema;
  file["id"] = key.id;
  file["holder"] = key.holder;
  file["public_key"] = key.public_key;
  file["test_key"] = key.test_key;
  if (passphrase == nullptr) {
    SecretText text;
    text.text = to_hex(seed.data(), seed.size());
    // The text of the secret joins the rest here, so that no JSON value keeps a copy that nobody overwrites.
    std::string head = file.dump(1);
    head.resize(head.size() - 2);
    std::string whole;
    whole.reserve(head.size() + text.text.size() + 32);
    whole += head;
    whole += ",\n \"secret\": \"";
    whole += text.text;
    whole += "\"\n}\n";
    wipe(seed.data(), seed.size());
    return whole;
  }
  const SealedSeed sealed = seal_seed(seed, passphrase->view());
  wipe(seed.data(), seed.size());
  file["encrypted_secret"] = {{"cipher", cipher},
                              {"derivation", derivation},
                              {"operations", sealed.operations},
                              {"memory_bytes", sealed.memory_bytes},
                              {"salt", to_hex(sealed.salt.data(), sealed.salt.size())},
                              {"nonce", to_hex(sealed.nonce.data(), sealed.nonce.size())},
                              {"bytes", to_hex(sealed.bytes.data(), sealed.bytes.size())}};
  return file.dump(1) + "\n";
}

}  // namespace

SigningKey::~SigningKey() { wipe(secret.data(), secret.size()); }

Passphrase::~Passphrase() {
  if (!text_.empty()) wipe(text_.data(), text_.size());
}

std::string_view to_string(KeyPurpose purpose) {
  for (const auto& [value, name] : purpose_names) {
    if (value == purpose) return name;
  }
  return {};
}

std::optional<KeyPurpose> parse_key_purpose(std::string_view text) {
  for (const auto& [value, name] : purpose_names) {
    if (name == text) return value;
  }
  return std::nullopt;
}

Passphrase read_passphrase(const std::filesystem::path& path) {
  SecretText secret;
  read_secret_file(path, secret);
  std::string_view line = secret.text;
  line = line.substr(0, line.find('\n'));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (line.empty()) refuse(ErrorCode::invalid_value, path, "the first line, which is the passphrase, is empty");
  return Passphrase(line);
}

std::optional<std::string> derive_key_id(std::string_view public_key) {
  const auto bytes = parse_hex_of<sizeof(Ed25519PublicKey)>(public_key);
  if (!bytes) return std::nullopt;
  constexpr std::size_t id_digits = 16;
  return sha256_hex({reinterpret_cast<const char*>(bytes->data()), bytes->size()}).substr(0, id_digits);
}

bool is_test_key_id(std::string_view id) { return id.starts_with(test_id_mark); }

SigningKey make_signing_key(std::string_view holder, bool test_key) {
  if (!is_holder(holder)) {
    throw Error(ErrorCode::invalid_value, {.path = {},
                                           .line = 0,
                                           .column = {},
                                           .field = "holder",
                                           .found = to_valid_utf8(holder),
                                           .expected = "a name or role of 1 to 200 bytes without control characters",
                                           .problem = {}});
  }
  SigningKey key;
  key.holder = holder;
  Ed25519Pair pair;
  do {
    Ed25519Seed seed = make_seed();
    pair = derive_pair(seed);
    wipe(seed.data(), seed.size());
    key.public_key = to_hex(pair.public_key.data(), pair.public_key.size());
    key.id = derive_key_id(key.public_key).value_or("");
  } while (is_test_key_id(key.id) != test_key);
  key.secret = pair.secret_key;
  key.test_key = test_key;
  wipe(pair.secret_key.data(), pair.secret_key.size());
  return key;
}

void write_signing_key(const std::filesystem::path& path, const SigningKey& key, const Passphrase* passphrase) {
  SecretText bytes;
  bytes.text = render_key_file(key, passphrase);
  OpenFile file;
  // O_EXCL also refuses a symbolic link of that name.
  file.descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file.descriptor < 0) {
    if (errno == EEXIST) refuse(ErrorCode::file_unwritable, path, "is already there; a key is never overwritten");
    refuse(ErrorCode::file_unwritable, path, "cannot be written: " + reason());
  }
  std::string_view rest = bytes.text;
  bool written = ::fchmod(file.descriptor, S_IRUSR | S_IWUSR) == 0;
  while (written && !rest.empty()) {
    const ssize_t count = ::write(file.descriptor, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    written = count > 0;
    if (written) rest.remove_prefix(static_cast<std::size_t>(count));
  }
  if (!written || ::fsync(file.descriptor) != 0) {
    const std::string why = reason();
    ::unlink(path.c_str());
    refuse(ErrorCode::file_unwritable, path, "cannot be written: " + why);
  }
}

KeyFileSummary read_key_summary(const std::filesystem::path& path) {
  SecretText secret;
  read_secret_file(path, secret);
  return read_public_part(StrictObject::parse(secret.text, path.string()), path);
}

SigningKey read_signing_key(const std::filesystem::path& path, const Passphrase* passphrase) {
  SecretText secret;
  read_secret_file(path, secret);
  const StrictObject file = StrictObject::parse(secret.text, path.string());
  const KeyFileSummary summary = read_public_part(file, path);
  Ed25519Seed seed = summary.encrypted ? read_encrypted_seed(file.get_object("encrypted_secret"), path, passphrase)
                                       : get_bytes<sizeof(Ed25519Seed)>(file, "secret");
  Ed25519Pair pair = derive_pair(seed);
  wipe(seed.data(), seed.size());
  SigningKey key;
  key.secret = pair.secret_key;
  wipe(pair.secret_key.data(), pair.secret_key.size());
  key.id = summary.id;
  key.holder = summary.holder;
  key.public_key = summary.public_key;
  key.test_key = summary.test_key;
  if (to_hex(pair.public_key.data(), pair.public_key.size()) != key.public_key) {
    refuse(ErrorCode::integrity_failure, path, "the public key is not that of the secret", "public_key");
  }
  return key;
}

}  // namespace qpcr
