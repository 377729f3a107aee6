// Reads Applied Biosystems workbooks, text and CSV of StepOne, 7500, ViiA 7, QuantStudio and Design & Analysis.
#include "instruments/appbio_export/reader.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr::appbio_export {
namespace {

Sniff sniff(const FileHead&) { return {Confidence::no, "not written yet"}; }

std::vector<RunData> read(const std::vector<InputFile>&) { throw Error(ErrorCode::unsupported_format, {}); }

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"appbio_export",
       "Applied Biosystems workbooks, text and CSV of StepOne, 7500, ViiA 7, QuantStudio and Design & Analysis",
       "Applied Biosystems",
       {},
       {}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::appbio_export
