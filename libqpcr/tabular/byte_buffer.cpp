// Allocation of large blocks.
#include "libqpcr/tabular/byte_buffer.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

#include <sys/mman.h>

namespace qpcr {

ByteBuffer::ByteBuffer(std::size_t size) : size_(size) {
  constexpr std::size_t large_page = std::size_t{2} << 20U;
  if (size < large_page) {
    data_.reset(static_cast<char*>(std::malloc(std::max<std::size_t>(size, 1))));
  } else {
    const std::size_t rounded = (size + large_page - 1) / large_page * large_page;
    data_.reset(static_cast<char*>(std::aligned_alloc(large_page, rounded)));
    // A hint: where there are no large pages the block is as good.
    if (data_) static_cast<void>(::madvise(data_.get(), rounded, MADV_HUGEPAGE));
  }
  if (!data_) throw std::bad_alloc();
}

void ByteBuffer::truncate(std::size_t size) noexcept { size_ = std::min(size_, size); }

void ByteBuffer::Release::operator()(char* data) const noexcept { std::free(data); }

}  // namespace qpcr
