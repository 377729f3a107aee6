// Westgard rules and the rule for short series over the results of one control.
#pragma once
