// Applied Biosystems workbooks, text and CSV of StepOne, 7500, ViiA 7, QuantStudio and Design & Analysis.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::appbio_export {

const Reader& reader();

}  // namespace qpcr::appbio_export
