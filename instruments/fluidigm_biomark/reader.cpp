// Reads Fluidigm BioMark CSV.
#include "instruments/fluidigm_biomark/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::fluidigm_biomark {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{{"fluidigm_biomark", "Fluidigm BioMark CSV", "Fluidigm", {}, {}}, sniff, read, nullptr};
  return value;
}

}  // namespace qpcr::fluidigm_biomark
