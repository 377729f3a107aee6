// Follows the chain of directory sectors through the allocation table, with every number checked.
#include "libqpcr/tabular/compound_file.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/utf8.hpp"

namespace qpcr {
namespace {

constexpr std::size_t header_bytes = 512;
constexpr std::size_t header_table_entries = 109;
constexpr std::size_t entry_bytes = 128;
constexpr std::size_t longest_name_bytes = 64;
constexpr std::uint32_t last_regular_sector = 0xFFFFFFFA;
constexpr std::uint32_t end_of_chain = 0xFFFFFFFE;

class DirectoryReader {
 public:
  DirectoryReader(std::string_view bytes, const std::string& path) : bytes_(bytes), path_(path) {
    if (bytes_.size() < header_bytes) refuse("the file is cut");
    const std::uint32_t shift = read(0x1E, 2);
    if (read(0x1C, 2) != 0xFFFE || (shift != 9 && shift != 12)) refuse("its head is damaged");
    sector_bytes_ = std::size_t{1} << shift;
  }

  std::vector<std::string> read_names() {
    list_table_sectors();
    std::vector<std::string> names;
    std::uint32_t sector = read(0x30, 4);
    for (std::size_t steps = 0; sector != end_of_chain; ++steps) {
      if (steps > sector_count()) refuse("its directory runs in a circle");
      const std::size_t begin = offset_of(sector);
      for (std::size_t at = begin; at < begin + sector_bytes_; at += entry_bytes) add_name(at, names);
      sector = next_of(sector);
    }
    return names;
  }

 private:
  [[noreturn]] void refuse(std::string_view problem) const {
    ErrorContext context;
    context.path = path_;
    context.problem = "a damaged compound file: ";
    context.problem += problem;
    throw Error(ErrorCode::malformed_file, std::move(context));
  }

  std::uint32_t read(std::size_t at, std::size_t width) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < width; ++i)
      value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes_[at + i])) << (8U * i);
    return value;
  }

  std::size_t sector_count() const { return bytes_.size() / sector_bytes_; }

  /// The head takes the place of the first sector. A last sector that is cut is none.
  std::size_t offset_of(std::uint32_t sector) const {
    const std::size_t begin = (static_cast<std::size_t>(sector) + 1) * sector_bytes_;
    if (sector > last_regular_sector || begin + sector_bytes_ > bytes_.size()) refuse("a sector lies beyond its end");
    return begin;
  }

  void list_table_sectors() {
    const auto add = [this](std::size_t at) {
      const std::uint32_t sector = read(at, 4);
      if (sector <= last_regular_sector) table_sectors_.push_back(sector);
    };
    for (std::size_t i = 0; i < header_table_entries; ++i) add(0x4C + 4 * i);
    std::uint32_t more = read(0x44, 4);
    for (std::size_t steps = 0; more <= last_regular_sector; ++steps) {
      if (steps > sector_count()) refuse("its allocation table runs in a circle");
      const std::size_t begin = offset_of(more);
      for (std::size_t at = begin; at < begin + sector_bytes_ - 4; at += 4) add(at);
      more = read(begin + sector_bytes_ - 4, 4);
    }
  }

  std::uint32_t next_of(std::uint32_t sector) const {
    const std::size_t entries = sector_bytes_ / 4;
    const std::size_t table = sector / entries;
    if (table >= table_sectors_.size()) refuse("its allocation table is too short");
    return read(offset_of(table_sectors_[table]) + 4 * (sector % entries), 4);
  }

  void add_name(std::size_t at, std::vector<std::string>& names) const {
    constexpr std::uint32_t storage = 1;
    constexpr std::uint32_t stream = 2;
    const std::uint32_t kind = read(at + 66, 1);
    if (kind != storage && kind != stream) return;
    const std::size_t length = read(at + 64, 2);
    if (length < 2 || length > longest_name_bytes || length % 2 != 0) refuse("the length of a name is wrong");
    std::string name;
    for (std::size_t i = 0; i + 2 < length; i += 2) {
      const char32_t unit = read(at + i, 2);
      append_utf8(name, unit >= 0xD800 && unit < 0xE000 ? U'\uFFFD' : unit);
    }
    names.push_back(std::move(name));
  }

  std::string_view bytes_;
  const std::string& path_;
  std::size_t sector_bytes_ = header_bytes;
  std::vector<std::uint32_t> table_sectors_;
};

}  // namespace

bool is_compound_file(std::string_view bytes) { return bytes.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"); }

std::vector<std::string> list_compound_streams(std::string_view bytes, const std::string& path) {
  return DirectoryReader(bytes, path).read_names();
}

bool holds_workbook(const std::vector<std::string>& streams) {
  return std::any_of(streams.begin(), streams.end(), [](const std::string& name) {
    return equals_ignoring_case(name, "Workbook") || equals_ignoring_case(name, "Book") || name == "EncryptedPackage";
  });
}

}  // namespace qpcr
