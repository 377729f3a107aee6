// Arithmetic of UCUM units.
#include "libqpcr/assay/units.hpp"
