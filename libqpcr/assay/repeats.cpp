// Which result of a repeated sample counts.
#include "libqpcr/assay/repeats.hpp"
