// Reading whole files and writing them atomically.
#include "libqpcr/core/file.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(ErrorCode code, const std::filesystem::path& path, std::string problem) {
  throw Error(code, {.path = path.string(),
                     .line = 0,
                     .column = {},
                     .field = {},
                     .found = {},
                     .expected = {},
                     .problem = std::move(problem)});
}

std::string reason() { return std::strerror(errno); }

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int value() const { return value_; }

 private:
  int value_;
};

void sync_folder(const std::filesystem::path& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.value() >= 0) ::fsync(descriptor.value());
}

void write_synced(const std::filesystem::path& path, std::string_view bytes) {
  const Descriptor descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (descriptor.value() < 0) refuse(ErrorCode::file_unwritable, path, "cannot be written: " + reason());
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor.value(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) refuse(ErrorCode::file_unwritable, path, "cannot be written: " + reason());
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(descriptor.value()) != 0) refuse(ErrorCode::file_unwritable, path, "cannot be synced: " + reason());
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.value() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) refuse(ErrorCode::file_not_found, path, "no such file");
    refuse(ErrorCode::file_unreadable, path, "cannot be opened: " + reason());
  }
  struct stat information {};
  if (::fstat(descriptor.value(), &information) != 0) refuse(ErrorCode::file_unreadable, path, reason());
  if (S_ISDIR(information.st_mode)) refuse(ErrorCode::file_unreadable, path, "is a folder, expected a file");
  // A pipe may never end and a device never does.
  if (!S_ISREG(information.st_mode)) refuse(ErrorCode::file_unreadable, path, "is a pipe or a device, expected a file");
  if (static_cast<std::uint64_t>(information.st_size) > largest_input_bytes) {
    refuse(ErrorCode::file_unreadable, path, "is larger than 256 MiB");
  }
  std::string bytes;
  bytes.reserve(static_cast<std::size_t>(information.st_size));
  char buffer[1 << 16];
  while (true) {
    const ssize_t count = ::read(descriptor.value(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse(ErrorCode::file_unreadable, path, "cannot be read: " + reason());
    if (count == 0) return bytes;
    if (bytes.size() + static_cast<std::size_t>(count) > largest_input_bytes) {
      refuse(ErrorCode::file_unreadable, path, "is larger than 256 MiB");
    }
    bytes.append(buffer, static_cast<std::size_t>(count));
  }
}

OutputFiles::OutputFiles(std::filesystem::path folder) : folder_(std::move(folder)) {
  if (folder_.empty()) folder_ = ".";
}

OutputFiles::~OutputFiles() {
  std::error_code ignored;
  for (const auto& [temporary, final] : staged_) std::filesystem::remove(temporary, ignored);
  if (committed_) return;
  for (auto it = created_folders_.rbegin(); it != created_folders_.rend(); ++it) std::filesystem::remove(*it, ignored);
}

void OutputFiles::add(const std::string& name, std::string_view bytes) {
  const std::filesystem::path final = folder_ / name;
  for (const auto& [temporary, other] : staged_) {
    if (other == final) refuse(ErrorCode::duplicate_entry, final, "is written twice by one command");
  }
  std::error_code ignored;
  // Renaming would fail only after other files of the set have appeared.
  if (std::filesystem::is_directory(final, ignored)) refuse(ErrorCode::file_unwritable, final, "is a folder");
  // Renaming onto a device or a pipe would replace it.
  if (std::filesystem::exists(final, ignored) && !std::filesystem::is_regular_file(final, ignored)) {
    refuse(ErrorCode::file_unwritable, final, "is a pipe or a device, expected a file");
  }
  std::filesystem::path missing = final.parent_path();
  std::vector<std::filesystem::path> to_create;
  std::error_code fault;
  while (!missing.empty() && !std::filesystem::exists(missing, fault)) {
    to_create.push_back(missing);
    missing = missing.parent_path();
  }
  for (auto it = to_create.rbegin(); it != to_create.rend(); ++it) {
    if (!std::filesystem::create_directory(*it, fault) && fault) {
      refuse(ErrorCode::file_unwritable, *it, "the folder cannot be made: " + fault.message());
    }
    created_folders_.push_back(*it);
  }
  std::filesystem::path temporary = final;
  temporary += ".partial-" + std::to_string(::getpid());
  staged_.emplace_back(temporary, final);
  write_synced(temporary, bytes);
}

std::vector<std::filesystem::path> OutputFiles::commit() {
  std::vector<std::filesystem::path> paths;
  for (const auto& [temporary, final] : staged_) {
    std::error_code fault;
    std::filesystem::rename(temporary, final, fault);
    if (fault) refuse(ErrorCode::file_unwritable, final, "cannot be renamed into place: " + fault.message());
    paths.push_back(final);
    sync_folder(final.parent_path());
  }
  staged_.clear();
  committed_ = true;
  return paths;
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  OutputFiles output(path.parent_path());
  output.add(path.filename().string(), bytes);
  output.commit();
}

}  // namespace qpcr
