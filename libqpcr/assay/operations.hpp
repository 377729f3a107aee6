// The arithmetic of derived values on intervals.
#pragma once
