// Reads Agilent Mx3000P, Mx3005P and AriaMx text exports.
#include "instruments/agilent_mxpro/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::agilent_mxpro {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"agilent_mxpro", "Agilent Mx3000P, Mx3005P and AriaMx text exports", "Agilent", {}, {}}, sniff, read, nullptr};
  return value;
}

}  // namespace qpcr::agilent_mxpro
