// qpcr key: makes, shows and lists keys.
#include "apps/qpcr/commands.hpp"
