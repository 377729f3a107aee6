// qpcr calibrate threshold: makes a calibration record of fluorescence thresholds.
#include "apps/qpcr/commands.hpp"
