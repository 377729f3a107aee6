// Reads Roche LightCycler 96 project (.lc96p).
#include "instruments/roche_lightcycler96/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::roche_lightcycler96 {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"roche_lightcycler96", "Roche LightCycler 96 project (.lc96p)", "Roche", {}, {}}, sniff, read, nullptr};
  return value;
}

}  // namespace qpcr::roche_lightcycler96
