// Where data came from: the bytes of the files, and the program that read them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace qpcr {

struct SourceFile {
  std::string name;    ///< file name without its folder
  std::string sha256;  ///< of the bytes that were parsed, 64 hexadecimal digits
  std::uint64_t size_bytes = 0;

  bool operator==(const SourceFile&) const = default;
};

/// Something in the input that no result comes from, and why.
struct NotRead {
  std::string where;  ///< archive member, section, column
  std::string why;

  bool operator==(const NotRead&) const = default;
};

struct Provenance {
  std::vector<SourceFile> sources;
  std::string reader;           ///< identifier of the instrument reader, or "simulate"
  std::string library_version;  ///< of this library
  std::vector<NotRead> not_read;

  bool operator==(const Provenance&) const = default;
};

}  // namespace qpcr
