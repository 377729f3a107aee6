// Checks of covariates, acceptance, values and their units and orientation.
#include "libqpcr/assay/definition.hpp"
