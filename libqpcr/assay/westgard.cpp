// Westgard rules.
#include "libqpcr/assay/westgard.hpp"
