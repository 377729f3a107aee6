// Reads Esco Spectrum 48 CSV.
#include "instruments/esco_spectrum/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::esco_spectrum {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{{"esco_spectrum", "Esco Spectrum 48 CSV", "Esco", {}, {}}, sniff, read, nullptr};
  return value;
}

}  // namespace qpcr::esco_spectrum
