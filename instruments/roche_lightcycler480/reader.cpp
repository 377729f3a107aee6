// Reads Roche LightCycler 480 text and .ixo.
#include "instruments/roche_lightcycler480/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::roche_lightcycler480 {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"roche_lightcycler480", "Roche LightCycler 480 text and .ixo", "Roche", {}, {}}, sniff, read, nullptr};
  return value;
}

}  // namespace qpcr::roche_lightcycler480
