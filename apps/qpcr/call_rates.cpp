// qpcr simulate rates: wrong calls over simulated samples, by stratum of truth.
#include "apps/qpcr/commands.hpp"
