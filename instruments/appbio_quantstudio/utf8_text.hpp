// A member's text as UTF-8, without a copy where it is that already.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/encoding.hpp"

namespace qpcr::appbio_quantstudio {

/// Not copyable: the view may point into what it holds.
class Utf8Text {
 public:
  /// @param bytes must outlive the text. @throws Error as decode_text().
  Utf8Text(std::string_view bytes, const std::string& path) : view_(bytes) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (!bytes.starts_with(mark) && bytes.find('\0') == std::string_view::npos && is_valid_utf8(bytes)) return;
    decoded_ = decode_text(bytes, path);
    view_ = decoded_->utf8;
  }
  Utf8Text(const Utf8Text&) = delete;
  Utf8Text& operator=(const Utf8Text&) = delete;

  std::string_view view() const noexcept { return view_; }

 private:
  std::optional<DecodedText> decoded_;
  std::string_view view_;
};

}  // namespace qpcr::appbio_quantstudio
