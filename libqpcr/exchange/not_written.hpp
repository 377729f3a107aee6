// What a writer could not carry into the chosen format, so that a conversion never loses something silently.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace qpcr {

/// Something of the run that the output does not hold, or holds under another name, and why.
struct NotWritten {
  std::string where;  ///< run, well, sample or field
  std::string why;

  bool operator==(const NotWritten&) const = default;
};

/// Collects entries in the order they are met, each once.
class NotWrittenList {
 public:
  void add(std::string where, std::string why) {
    NotWritten entry{std::move(where), std::move(why)};
    if (seen_.emplace(entry.where, entry.why).second) entries_.push_back(std::move(entry));
  }
  std::vector<NotWritten> release() { return std::move(entries_); }

 private:
  std::vector<NotWritten> entries_;
  std::set<std::pair<std::string, std::string>> seen_;
};

/// A written document and what is missing from it.
struct WrittenDocument {
  std::string bytes;
  std::vector<NotWritten> not_written;  ///< in the order of the input, no entry twice
};

/// A written file of a set and its name.
struct WrittenFile {
  std::string name;
  std::string bytes;
};

/// Files that belong together and what is missing from all of them.
struct WrittenFiles {
  std::vector<WrittenFile> files;
  std::vector<NotWritten> not_written;
};

}  // namespace qpcr
