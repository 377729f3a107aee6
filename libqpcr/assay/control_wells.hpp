// The controls of a plate against their limits, and what they give to the samples.
#pragma once
