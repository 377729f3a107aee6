// The arithmetic of derived values on intervals.
#include "libqpcr/assay/operations.hpp"
