// Reads Eppendorf Mastercycler ep realplex exports.
#include "instruments/eppendorf_realplex/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::eppendorf_realplex {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"eppendorf_realplex", "Eppendorf Mastercycler ep realplex exports", "Eppendorf", {}, {}}, sniff, read, nullptr};
  return value;
}

}  // namespace qpcr::eppendorf_realplex
