// Reads RDES 1.0.
#include "instruments/rdes/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::rdes {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{{"rdes", "RDES 1.0", "any", {}, {}}, sniff, read, nullptr};
  return value;
}

}  // namespace qpcr::rdes
