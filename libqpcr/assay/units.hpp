// Arithmetic of UCUM units, as far as definitions need it.
#pragma once
