// qpcr assay diff: two versions of a definition in words and in calls.
#include "apps/qpcr/commands.hpp"
