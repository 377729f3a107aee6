// The controls of a plate.
#include "libqpcr/assay/control_wells.hpp"
