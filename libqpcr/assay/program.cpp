// Compilation of a definition.
#include "libqpcr/assay/program.hpp"
