// Reads Illumina Eco CSV.
#include "instruments/illumina_eco/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::illumina_eco {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{{"illumina_eco", "Illumina Eco CSV", "Illumina", {}, {}}, sniff, read, nullptr};
  return value;
}

}  // namespace qpcr::illumina_eco
