// Rates of wrong calls over many simulated samples.
#include "libqpcr/simulate/call_rates.hpp"
