// What all fuzz harnesses share: an Error is a fine answer to garbage, anything else is a defect.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "instruments/base/reader.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/run.hpp"

namespace qpcr::fuzz {

inline std::string to_bytes(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

template <typename Action>
int accept_errors(Action action) {
  try {
    action();
  } catch (const Error&) {
  }
  return 0;
}

inline void read_with(const Reader& reader, std::vector<InputFile> files) {
  for (RunData& run : reader.read(files)) {
    const Run valid(std::move(run));
    static_cast<void>(find_analysis_curve(valid->measurements.empty() ? Measurement{} : valid->measurements.front()));
  }
}

/// "=== name" lines start parts: a text that mutates well stands for an archive or a folder.
inline std::vector<std::pair<std::string, std::string>> split_parts(std::string_view bytes) {
  constexpr std::string_view mark = "=== ";
  std::vector<std::pair<std::string, std::string>> parts;
  while (!bytes.empty()) {
    const std::size_t next = bytes.find("\n=== ", 1);
    std::string_view part = bytes.substr(0, next);
    bytes.remove_prefix(next == std::string_view::npos ? bytes.size() : next + 1);
    if (!part.starts_with(mark)) continue;
    part.remove_prefix(mark.size());
    const std::size_t line_end = part.find('\n');
    if (line_end == std::string_view::npos) continue;
    parts.emplace_back(part.substr(0, line_end), part.substr(line_end + 1));
  }
  return parts;
}

}  // namespace qpcr::fuzz
