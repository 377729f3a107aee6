// Ed25519 keys.
#include "libqpcr/seal/key.hpp"
