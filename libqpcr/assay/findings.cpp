// Findings about a definition.
#include "libqpcr/assay/findings.hpp"
