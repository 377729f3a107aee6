// The content of a definition as JSON.
#include "libqpcr/assay/definition_content.hpp"
