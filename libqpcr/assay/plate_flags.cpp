// Flags that need the whole plate.
#include "libqpcr/assay/plate_flags.hpp"
