// Builds archives byte by byte, also ones that no honest program writes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qpcr::test {

/// One member; the fields after the bytes are lies to tell.
struct ZipEntry {
  std::string name;
  std::string bytes;
  bool deflated = false;            ///< `bytes` are already a raw deflate stream
  std::uint32_t inflated_size = 0;  ///< declared, of a deflated or lying member
  bool lie_about_size = false;
  std::uint32_t checksum_error = 0;       ///< added to the true checksum
  std::uint16_t flags = 0;                ///< bit 0: encrypted
  std::uint32_t external_attributes = 0;  ///< Unix mode in the upper half
  std::uint32_t deflated_checksum = 0;    ///< of the inflated bytes of a deflated member
};

inline std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ (0xEDB88320U & (0U - (crc & 1U)));
  }
  return ~crc;
}

inline void put(std::string& to, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) to += static_cast<char>((value >> (8 * i)) & 0xFFU);
}

inline std::string make_zip(const std::vector<ZipEntry>& entries, std::string_view prefix = {}) {
  std::string file(prefix);
  std::string directory;
  for (const ZipEntry& entry : entries) {
    const auto stored = static_cast<std::uint32_t>(entry.bytes.size());
    const std::uint32_t inflated = entry.deflated || entry.lie_about_size ? entry.inflated_size : stored;
    const std::uint32_t crc = (entry.deflated ? entry.deflated_checksum : crc32(entry.bytes)) + entry.checksum_error;
    std::string common;
    put(common, 20, 2);
    put(common, entry.flags, 2);
    put(common, entry.deflated ? 8 : 0, 2);
    put(common, 0, 4);
    put(common, crc, 4);
    put(common, stored, 4);
    put(common, inflated, 4);
    put(common, static_cast<std::uint32_t>(entry.name.size()), 2);
    put(common, 0, 2);
    const auto offset = static_cast<std::uint32_t>(file.size());
    file += "PK\x03\x04" + common + entry.name + entry.bytes;
    directory += "PK\x01\x02";
    put(directory, (3U << 8U) | 20U, 2);
    directory += common;
    put(directory, 0, 2);
    put(directory, 0, 4);
    put(directory, entry.external_attributes, 4);
    put(directory, offset, 4);
    directory += entry.name;
  }
  const auto at = static_cast<std::uint32_t>(file.size());
  file += directory + "PK\x05\x06";
  put(file, 0, 4);
  put(file, static_cast<std::uint32_t>(entries.size()), 2);
  put(file, static_cast<std::uint32_t>(entries.size()), 2);
  put(file, static_cast<std::uint32_t>(directory.size()), 4);
  put(file, at, 4);
  put(file, 0, 2);
  return file;
}

/// Raw deflate stream of `blocks` × 65 534 zero bytes, by hand: a literal zero, then matches of length 258 at distance
/// 1, all with the fixed codes (RFC 1951, 3.2.6).
inline std::string deflate_zeros(int blocks) {
  std::string stream;
  unsigned accumulator = 0;
  int filled = 0;
  const auto add_bits = [&](unsigned value, int count) {
    for (int i = 0; i < count; ++i) {
      accumulator |= ((value >> i) & 1U) << filled;
      if (++filled == 8) {
        stream += static_cast<char>(accumulator);
        accumulator = 0;
        filled = 0;
      }
    }
  };
  const auto add_code = [&](unsigned code, int count) {
    for (int i = count - 1; i >= 0; --i) add_bits((code >> i) & 1U, 1);
  };
  constexpr int matches = 254;
  for (int block = 0; block < blocks; ++block) {
    add_bits(block + 1 == blocks ? 1 : 0, 1);
    add_bits(1, 2);
    add_code(0x30, 8);
    add_code(0x30, 8);
    for (int i = 0; i < matches; ++i) {
      add_code(0xC5, 8);
      add_code(0, 5);
    }
    add_code(0, 7);
  }
  if (filled > 0) stream += static_cast<char>(accumulator);
  return stream;
}
inline constexpr std::uint32_t deflated_block_bytes = 2 + 254 * 258;

}  // namespace qpcr::test
