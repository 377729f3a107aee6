// The decision of a definition as a drawing.
#pragma once
