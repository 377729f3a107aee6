// TOML → covariates, acceptance, values, rules, classes.
#include "libqpcr/assay/definition.hpp"
