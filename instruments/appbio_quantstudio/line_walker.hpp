// Walks the lines of a text whose line ends may be LF, CRLF or CR, in one pass.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace qpcr::appbio_quantstudio {

class LineWalker {
 public:
  /// @param text must outlive the walk.
  explicit LineWalker(std::string_view text) : text_(text) {}

  /// Moves to the next line; false at the end of the text.
  bool next() {
    if (at_ >= text_.size()) return false;
    ++number_;
    // Each kind of line end is searched for anew only when the last one found lies behind.
    if (feed_ < at_ || number_ == 1) feed_ = std::min(text_.find('\n', at_), text_.size());
    if (return_ < at_ || number_ == 1) return_ = std::min(text_.find('\r', at_), text_.size());
    const std::size_t end = std::min(feed_, return_);
    line_ = text_.substr(at_, end - at_);
    at_ = end + (return_ < feed_ && return_ + 1 == feed_ ? 2 : 1);
    return true;
  }
  std::string_view line() const noexcept { return line_; }
  /// 1-based.
  long number() const noexcept { return number_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t feed_ = 0;
  std::size_t return_ = 0;
  long number_ = 0;
  std::string_view line_;
};

}  // namespace qpcr::appbio_quantstudio
