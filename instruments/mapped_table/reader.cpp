// Reads Tables of other instruments, by a map of their columns.
#include "instruments/mapped_table/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::mapped_table {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"mapped_table", "Tables of other instruments, by a map of their columns", "any", {}, {}}, sniff, read, nullptr};
  return value;
}

}  // namespace qpcr::mapped_table
