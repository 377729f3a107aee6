// Detached Ed25519 signatures.
#include "libqpcr/seal/signature.hpp"
