// The results of controls over many runs.
#include "libqpcr/assay/control_history.hpp"
