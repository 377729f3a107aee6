// TOML → targets, controls, validity, replicates, standard curves.
#include "libqpcr/assay/definition.hpp"
