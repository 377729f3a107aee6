// Which result of a repeated sample counts, and whether it must be repeated again.
#pragma once
