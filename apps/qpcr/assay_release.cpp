// qpcr assay sign, qpcr assay verify.
#include "apps/qpcr/commands.hpp"
