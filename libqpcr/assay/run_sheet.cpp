// The run sheet, read.
#include "libqpcr/assay/run_sheet.hpp"
