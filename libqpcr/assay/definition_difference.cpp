// What changed between two versions of a definition.
#include "libqpcr/assay/definition_difference.hpp"
