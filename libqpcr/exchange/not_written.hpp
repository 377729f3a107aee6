// What a writer could not carry into the chosen format, so that a conversion never loses something silently.
#pragma once

#include <string>
#include <vector>

namespace qpcr {

/// Something of the run that the output does not hold, or holds under another name, and why.
struct NotWritten {
  std::string where;  ///< run, well, sample or field
  std::string why;

  bool operator==(const NotWritten&) const = default;
};

/// A written document and what is missing from it.
struct WrittenDocument {
  std::string bytes;
  std::vector<NotWritten> not_written;  ///< in the order of the input, no entry twice
};

}  // namespace qpcr
