// Levey–Jennings charts and records.
#include "libqpcr/report/quality_report.hpp"
