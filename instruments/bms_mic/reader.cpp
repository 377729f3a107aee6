// Reads Bio Molecular Systems Mic CSV.
#include "instruments/bms_mic/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::bms_mic {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"bms_mic", "Bio Molecular Systems Mic CSV", "Bio Molecular Systems", {}, {}}, sniff, read, nullptr};
  return value;
}

}  // namespace qpcr::bms_mic
