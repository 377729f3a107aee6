// Bytes that are written before they are read: not filled with zeros first, and on large pages where there are some.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace qpcr {

/// Owns a block of memory of a fixed size whose contents are at first indeterminate. A document of ten megabytes on
/// pages of 4 KiB costs more time in page faults than in being inflated.
class ByteBuffer {
 public:
  ByteBuffer() = default;
  /// @throws std::bad_alloc.
  explicit ByteBuffer(std::size_t size);

  char* data() noexcept { return data_.get(); }
  std::size_t size() const noexcept { return size_; }
  std::string_view view() const noexcept { return {data_.get(), size_}; }
  /// Keeps the first `size` bytes, at most size().
  void truncate(std::size_t size) noexcept;

 private:
  struct Release {
    void operator()(char* data) const noexcept;
  };
  std::unique_ptr<char, Release> data_;
  std::size_t size_ = 0;
};

}  // namespace qpcr
