// The decision of a definition as a drawing.
#include "libqpcr/report/decision_diagram.hpp"
