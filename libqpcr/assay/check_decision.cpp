// Checks of rules, calls, classes: covered, reachable, cited.
#include "libqpcr/assay/definition.hpp"
