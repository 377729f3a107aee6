// Flags that need the whole plate: neighbours, carry-over, plate effects, duplicates.
#pragma once
