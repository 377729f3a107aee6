// Reads Cepheid SmartCycler CSV.
#include "instruments/cepheid_smartcycler/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::cepheid_smartcycler {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"cepheid_smartcycler", "Cepheid SmartCycler CSV", "Cepheid", {}, {}}, sniff, read, nullptr};
  return value;
}

}  // namespace qpcr::cepheid_smartcycler
