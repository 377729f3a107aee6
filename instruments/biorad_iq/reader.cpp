// Reads Bio-Rad iQ5, MyiQ and Opticon exports.
#include "instruments/biorad_iq/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::biorad_iq {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"biorad_iq", "Bio-Rad iQ5, MyiQ and Opticon exports", "Bio-Rad", {}, {}}, sniff, read, nullptr};
  return value;
}

}  // namespace qpcr::biorad_iq
