// qpcr qc: controls from run to run.
#include "apps/qpcr/commands.hpp"
