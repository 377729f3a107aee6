// Inflates gzip and zlib with libdeflate.
#include "libqpcr/tabular/gzip.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include <libdeflate.h>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

constexpr std::size_t shortest_member = 18;

struct ReleaseDecompressor {
  void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
};

[[noreturn]] void refuse(ErrorCode code, const std::string& path, std::string problem) {
  ErrorContext context;
  context.path = path;
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

/// The size that the last member declares, modulo 2^32.
std::uint64_t declared_size(std::string_view bytes) {
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < 4; ++i)
    size |= std::uint64_t{static_cast<unsigned char>(bytes[bytes.size() - 4 + i])} << (8 * i);
  return size;
}

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1F\x8B\x08"); }

std::string inflate_gzip(std::string_view bytes, const std::string& path, const ArchiveLimits& limits) {
  const std::unique_ptr<libdeflate_decompressor, ReleaseDecompressor> decompressor(libdeflate_alloc_decompressor());
  if (!decompressor) throw std::bad_alloc();
  const std::uint64_t most =
      std::min(limits.inflated_bytes, std::max(limits.ratio_free_bytes, limits.ratio * bytes.size()));
  constexpr std::size_t first_room = std::size_t{64} << 10U;
  constexpr std::size_t most_members = 10'000;
  const auto refuse_size = [&] {
    refuse(ErrorCode::unsafe_archive, path, "the gzip data inflate to more than the limits of size and ratio allow");
  };
  std::string all;
  std::size_t used = 0;
  std::size_t members = 0;
  while (!bytes.empty()) {
    if (bytes.size() < shortest_member || !is_gzip(bytes))
      refuse(ErrorCode::malformed_file, path, "the gzip data are cut or damaged");
    if (++members > most_members) refuse_size();
    // What the file declares is believed once, for its usual single member; others begin with little room.
    std::size_t room = members == 1 ? std::clamp<std::uint64_t>(declared_size(bytes), 1, most) : first_room;
    std::size_t taken = 0;
    std::size_t given = 0;
    while (true) {
      if (all.size() < used + room) all.resize(std::min<std::uint64_t>(most, used + room));
      const libdeflate_result result = libdeflate_gzip_decompress_ex(
          decompressor.get(), bytes.data(), bytes.size(), all.data() + used, all.size() - used, &taken, &given);
      if (result == LIBDEFLATE_SUCCESS) break;
      if (result != LIBDEFLATE_INSUFFICIENT_SPACE)
        refuse(ErrorCode::malformed_file, path, "the gzip data are cut or damaged");
      if (all.size() >= most) refuse_size();
      room = (all.size() - used) * 2;
    }
    used += given;
    bytes.remove_prefix(taken);
  }
  all.resize(used);
  return all;
}

std::string inflate_zlib(std::string_view bytes, const std::string& path, const ArchiveLimits& limits) {
  const std::unique_ptr<libdeflate_decompressor, ReleaseDecompressor> decompressor(libdeflate_alloc_decompressor());
  if (!decompressor) throw std::bad_alloc();
  const std::uint64_t most =
      std::min(limits.inflated_bytes, std::max(limits.ratio_free_bytes, limits.ratio * bytes.size()));
  constexpr std::uint64_t usual_ratio = 4;
  std::string inflated;
  std::uint64_t room = std::clamp<std::uint64_t>(usual_ratio * bytes.size(), 1, most);
  while (true) {
    inflated.resize(room);
    std::size_t taken = 0;
    std::size_t given = 0;
    const libdeflate_result result = libdeflate_zlib_decompress_ex(decompressor.get(), bytes.data(), bytes.size(),
                                                                   inflated.data(), inflated.size(), &taken, &given);
    if (result == LIBDEFLATE_SUCCESS && taken == bytes.size()) {
      inflated.resize(given);
      return inflated;
    }
    if (result != LIBDEFLATE_INSUFFICIENT_SPACE)
      refuse(ErrorCode::malformed_file, path, "the zlib data are cut or damaged");
    if (room >= most) {
      refuse(ErrorCode::unsafe_archive, path, "the zlib data inflate to more than the limits of size and ratio allow");
    }
    room = std::min(most, room * 2);
  }
}

}  // namespace qpcr
