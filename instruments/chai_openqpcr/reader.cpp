// Reads Chai Open qPCR CSV.
#include "instruments/chai_openqpcr/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::chai_openqpcr {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{{"chai_openqpcr", "Chai Open qPCR CSV", "Chai", {}, {}}, sniff, read, nullptr};
  return value;
}

}  // namespace qpcr::chai_openqpcr
