// Reads Applied Biosystems SDS 1.x and 2.x text, OpenArray CSV.
#include "instruments/appbio_sds/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::appbio_sds {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"appbio_sds", "Applied Biosystems SDS 1.x and 2.x text, OpenArray CSV", "Applied Biosystems", {}, {}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::appbio_sds
