// Archives through libzip, with our own limits and checks of names; libdeflate inflates.
#include "libqpcr/tabular/zip.hpp"

#include <algorithm>
#include <new>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <libdeflate.h>
#include <zip.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

[[noreturn]] void refuse(ErrorCode code, const std::string& path, std::string problem, std::string found = {}) {
  ErrorContext context;
  context.path = path;
  context.found = std::move(found);
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

std::uint32_t read_little_endian(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8U * i);
  }
  return value;
}

/// Member names with their stored length, which libzip's C strings hide: a NUL in a name shows another name to other
/// programs.
void refuse_nul_in_names(std::string_view bytes, const std::string& path) {
  constexpr std::size_t end_record = 22;
  constexpr std::size_t header = 46;
  const std::size_t end = bytes.rfind("PK\x05\x06");
  if (end == std::string_view::npos || end + end_record > bytes.size()) return;
  const std::size_t size = read_little_endian(bytes, end + 12, 4);
  if (size > end) return;
  for (std::size_t at = end - size; at + header <= end && bytes.substr(at, 4) == "PK\x01\x02";) {
    const std::size_t length = read_little_endian(bytes, at + 28, 2);
    const std::string_view name = bytes.substr(at + header, length);
    if (name.find('\0') != std::string_view::npos)
      refuse(ErrorCode::unsafe_archive, path, "the name of a member holds a NUL byte");
    at += header + length + read_little_endian(bytes, at + 30, 2) + read_little_endian(bytes, at + 32, 2);
  }
}

void check_name(const std::string& name, const std::string& path) {
  const std::string normal = normalise_member_name(name);
  const auto fault = [&]() -> const char* {
    if (normal.empty()) return "a member has no name";
    if (normal.front() == '/') return "the name of a member is absolute";
    if (normal.size() >= 2 && normal[1] == ':') return "the name of a member starts with a drive";
    for (const std::string_view part : split(normal, '/')) {
      if (part == "..") return "the name of a member leads out of the archive";
    }
    return nullptr;
  }();
  if (fault != nullptr) refuse(ErrorCode::unsafe_archive, path, fault, name);
}

struct DiscardArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseMember {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using MemberFile = std::unique_ptr<zip_file_t, CloseMember>;

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
};

/// What the directory says of a member beside what everybody may know.
struct StoredMember {
  std::uint64_t bytes = 0;
  std::uint32_t checksum = 0;
  std::uint16_t method = ZIP_CM_STORE;
};

}  // namespace

struct Archive::State {
  std::string path;
  ArchiveLimits limits;
  std::uint64_t stored_bytes = 0;
  std::uint64_t inflated_bytes = 0;
  std::unique_ptr<zip_t, DiscardArchive> archive;
  std::vector<ArchiveMember> members;
  std::vector<StoredMember> stored_members;
  std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor;

  /// Total over the archive so far, and the ratio to what is stored.
  void check_size(std::uint64_t inflated, std::uint64_t stored, const std::string& where) const {
    if (inflated > limits.inflated_bytes) {
      refuse(ErrorCode::unsafe_archive, where,
             fmt::format("inflates to more than {} MiB", limits.inflated_bytes >> 20U));
    }
    if (inflated > limits.ratio_free_bytes && inflated / limits.ratio > stored) {
      refuse(ErrorCode::unsafe_archive, where, fmt::format("inflates to more than {} times its size", limits.ratio));
    }
  }

  MemberFile open(std::uint64_t index, zip_flags_t flags, const std::string& where) const {
    MemberFile file(zip_fopen_index(archive.get(), index, flags));
    if (!file) refuse(ErrorCode::malformed_file, where, fmt::format("damaged: {}", zip_strerror(archive.get())));
    return file;
  }

  /// Fills `bytes` from a member's file. @return how many there were.
  static std::size_t fill(zip_file_t* file, char* bytes, std::size_t size, const std::string& where) {
    std::size_t filled = 0;
    while (filled < size) {
      const zip_int64_t got = zip_fread(file, bytes + filled, size - filled);
      if (got < 0) {
        refuse(ErrorCode::malformed_file, where,
               fmt::format("damaged: {}", zip_error_strerror(zip_file_get_error(file))));
      }
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
    }
    return filled;
  }

  /// A member that is stored as it is, or deflated. The block is as large as the directory says, so that no stream can
  /// fill more.
  ByteBuffer inflate(std::uint64_t index, std::uint64_t declared_bytes, const std::string& where) {
    const StoredMember& member = stored_members[index];
    ByteBuffer raw(static_cast<std::size_t>(member.bytes));
    if (fill(open(index, ZIP_FL_COMPRESSED, where).get(), raw.data(), raw.size(), where) != raw.size()) {
      refuse(ErrorCode::malformed_file, where, "damaged: the member breaks off");
    }
    ByteBuffer bytes;
    if (member.method == ZIP_CM_STORE) {
      if (member.bytes != declared_bytes) refuse(ErrorCode::malformed_file, where, "damaged: two sizes are declared");
      bytes = std::move(raw);
    } else {
      if (!decompressor) decompressor.reset(libdeflate_alloc_decompressor());
      if (!decompressor) throw std::bad_alloc();
      bytes = ByteBuffer(static_cast<std::size_t>(declared_bytes));
      std::size_t filled = 0;
      const libdeflate_result result = libdeflate_deflate_decompress(decompressor.get(), raw.data(), raw.size(),
                                                                     bytes.data(), bytes.size(), &filled);
      if (result == LIBDEFLATE_INSUFFICIENT_SPACE || (result == LIBDEFLATE_SUCCESS && filled != bytes.size())) {
        refuse(ErrorCode::malformed_file, where, "damaged: the member has another size than is declared");
      }
      if (result != LIBDEFLATE_SUCCESS) {
        refuse(ErrorCode::malformed_file, where, "damaged: the compressed data are invalid");
      }
    }
    if (libdeflate_crc32(0, bytes.data(), bytes.size()) != member.checksum) {
      refuse(ErrorCode::malformed_file, where, "damaged: the checksum is wrong");
    }
    return bytes;
  }

  MemberFile open_encrypted(std::uint64_t index, const std::string& key, const std::string& where) const {
    MemberFile file(zip_fopen_index_encrypted(archive.get(), index, 0, key.c_str()));
    if (file) return file;
    if (zip_error_code_zip(zip_get_error(archive.get())) == ZIP_ER_WRONGPASSWD)
      refuse(ErrorCode::invalid_option, where, "the key does not open the member");
    refuse(ErrorCode::malformed_file, where, fmt::format("damaged: {}", zip_strerror(archive.get())));
  }

  /// A member in one of the rarer methods, or encrypted; libzip checks size and checksum at its end.
  static ByteBuffer read_by_libzip(const MemberFile& file, std::uint64_t declared_bytes, const std::string& where) {
    ByteBuffer bytes(static_cast<std::size_t>(declared_bytes));
    bytes.truncate(fill(file.get(), bytes.data(), bytes.size(), where));
    char beyond = 0;
    if (fill(file.get(), &beyond, 1, where) != 0) {
      refuse(ErrorCode::malformed_file, where, "damaged: the member has another size than is declared");
    }
    return bytes;
  }
};

std::string normalise_member_name(std::string_view name) {
  std::string normal = to_lower_ascii(name);
  std::replace(normal.begin(), normal.end(), '\\', '/');
  return normal;
}

bool is_zip(std::string_view bytes) {
  return bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06") ||
         bytes.starts_with("PK\x07\x08PK\x03\x04");
}

Archive::Archive(std::string_view bytes, std::string path, ArchiveLimits limits) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.path = std::move(path);
  state.limits = limits;
  state.stored_bytes = bytes.size();
  zip_error_t fault;
  zip_error_init(&fault);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &fault);
  zip_t* opened = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &fault);
  if (opened == nullptr) {
    const std::string reason = zip_error_strerror(&fault);
    zip_error_fini(&fault);
    if (source != nullptr) zip_source_free(source);
    refuse(ErrorCode::malformed_file, state.path, "a truncated or damaged zip archive: " + reason);
  }
  zip_error_fini(&fault);
  state.archive.reset(opened);

  const auto count = static_cast<std::uint64_t>(std::max<zip_int64_t>(zip_get_num_entries(opened, 0), 0));
  if (count > limits.entries) {
    refuse(ErrorCode::unsafe_archive, state.path,
           fmt::format("the archive holds {} members; at most {} are read", count, limits.entries));
  }
  refuse_nul_in_names(bytes, state.path);
  std::set<std::string> seen;
  std::uint64_t declared = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    const char* name = zip_get_name(opened, i, ZIP_FL_ENC_GUESS);
    if (name == nullptr || zip_stat_index(opened, i, 0, &stat) != 0) {
      refuse(ErrorCode::malformed_file, state.path, "the list of members is damaged");
    }
    ArchiveMember member;
    member.name = name;
    member.declared_bytes = stat.size;
    member.encrypted = stat.encryption_method != ZIP_EM_NONE;
    check_name(member.name, state.path);
    member.is_folder = normalise_member_name(member.name).back() == '/';
    if (!seen.insert(normalise_member_name(member.name)).second) {
      refuse(ErrorCode::unsafe_archive, state.path, "two members have one name", member.name);
    }
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    if (zip_file_get_external_attributes(opened, i, 0, &system, &attributes) == 0 && system == ZIP_OPSYS_UNIX) {
      constexpr zip_uint32_t type_mask = 0170000;
      constexpr zip_uint32_t symbolic_link = 0120000;
      if (((attributes >> 16U) & type_mask) == symbolic_link) {
        refuse(ErrorCode::unsafe_archive, state.path, "a member is a symbolic link", member.name);
      }
    }
    // Saturating: sizes of a damaged archive may be anything.
    declared = stat.size > limits.inflated_bytes ? limits.inflated_bytes + 1 : declared + stat.size;
    state.check_size(declared, state.stored_bytes, state.path);
    state.members.push_back(std::move(member));
    state.stored_members.push_back({stat.comp_size, stat.crc, stat.comp_method});
  }
}

Archive::~Archive() = default;
Archive::Archive(Archive&&) noexcept = default;
Archive& Archive::operator=(Archive&&) noexcept = default;

const std::vector<ArchiveMember>& Archive::members() const noexcept { return state_->members; }

const ArchiveMember* Archive::find(std::string_view name) const {
  const std::string wanted = normalise_member_name(name);
  for (const ArchiveMember& member : state_->members) {
    if (normalise_member_name(member.name) == wanted) return &member;
  }
  return nullptr;
}

std::string Archive::path_of(const ArchiveMember& member) const { return state_->path + ":" + member.name; }

ByteBuffer Archive::inflate(const ArchiveMember& member, const std::string& key) {
  State& state = *state_;
  const std::string where = path_of(member);
  const auto index = static_cast<std::uint64_t>(&member - state.members.data());
  if (member.encrypted && key.empty()) refuse(ErrorCode::unsafe_archive, where, "the member is encrypted");
  state.inflated_bytes += member.declared_bytes;
  state.check_size(state.inflated_bytes, state.stored_bytes, where);
  const StoredMember& stored = state.stored_members[index];
  state.check_size(member.declared_bytes, stored.bytes, where);
  // More than the whole archive holds cannot be there, and would only cost memory.
  if (stored.bytes > state.stored_bytes) refuse(ErrorCode::malformed_file, where, "damaged: the member breaks off");
  if (member.encrypted) {
    return State::read_by_libzip(state.open_encrypted(index, key, where), member.declared_bytes, where);
  }
  if (stored.method == ZIP_CM_STORE || stored.method == ZIP_CM_DEFLATE) {
    return state.inflate(index, member.declared_bytes, where);
  }
  return State::read_by_libzip(state.open(index, 0, where), member.declared_bytes, where);
}

std::string Archive::read(const ArchiveMember& member) { return std::string(inflate(member).view()); }

}  // namespace qpcr
