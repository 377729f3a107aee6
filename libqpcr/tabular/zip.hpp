// Archives read in memory with limits; nothing is ever extracted to disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/tabular/byte_buffer.hpp"

namespace qpcr {

/// What an archive may cost. The defaults are the product's; tests lower them.
struct ArchiveLimits {
  std::uint64_t inflated_bytes = std::uint64_t{256} << 20U;   ///< of all members together
  std::uint64_t ratio_free_bytes = std::uint64_t{10} << 20U;  ///< below this no ratio is asked for
  std::uint64_t ratio = 100;                                  ///< inflated to stored
  std::size_t entries = 10'000;
};

struct ArchiveMember {
  std::string name;  ///< as stored
  std::uint64_t declared_bytes = 0;
  bool encrypted = false;
  bool is_folder = false;
};

/// `name` with '\' as '/' and ASCII letters lowered: how member names are compared.
std::string normalise_member_name(std::string_view name);

/// True for the first bytes of a zip, also an empty one or one that starts with the marker of a split archive.
bool is_zip(std::string_view bytes);

/// A zip held in memory.
class Archive {
 public:
  /// @param bytes must outlive the archive. @param path of the file, for errors.
  /// @throws Error malformed_file for a truncated or corrupt archive; unsafe_archive for too many entries, a declared
  /// size
  ///   beyond the limits, or a member whose name is absolute, holds "..", a drive, NUL, or appears twice, or is a link.
  Archive(std::string_view bytes, std::string path, ArchiveLimits limits = {});
  ~Archive();
  Archive(Archive&&) noexcept;
  Archive& operator=(Archive&&) noexcept;

  const std::vector<ArchiveMember>& members() const noexcept;
  /// The stored member with this name in normalised form, or null.
  const ArchiveMember* find(std::string_view name) const;
  /// "file:member", for errors in the member's contents.
  std::string path_of(const ArchiveMember& member) const;

  /// The bytes of one of members(), checksum and size verified. Limits are applied to the declared size before anything
  /// is inflated, and no member can give more than it declares.
  /// @param key opens an encrypted member; it is in no error.
  /// @throws Error unsafe_archive (encrypted and no key, over a limit), invalid_option (another key), malformed_file
  /// (corrupt, wrong checksum or size; of an encrypted member also another key, which only these can show).
  ByteBuffer inflate(const ArchiveMember& member, const std::string& key = {});
  /// inflate() as a text, for small members.
  std::string read(const ArchiveMember& member);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace qpcr
