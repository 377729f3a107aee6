// The results of controls over many runs, grouped by control, target, instrument and lot.
#pragma once
