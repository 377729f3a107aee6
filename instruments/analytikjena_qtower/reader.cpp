// Reads Analytik Jena qTOWER exports (qPCRsoft).
#include "instruments/analytikjena_qtower/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::analytikjena_qtower {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{{"analytikjena_qtower", "Analytik Jena qTOWER exports (qPCRsoft)", "Analytik Jena", {}, {}},
                            sniff,
                            read,
                            nullptr};
  return value;
}

}  // namespace qpcr::analytikjena_qtower
