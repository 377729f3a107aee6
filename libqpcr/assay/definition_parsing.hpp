// Readers of the parts of a definition, shared by the files that parse one.
#pragma once
