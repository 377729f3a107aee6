// Rates of wrong calls over many simulated samples, by stratum of truth.
#pragma once
