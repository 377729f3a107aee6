// The content of a definition as JSON: what is hashed, signed and compared.
#pragma once
