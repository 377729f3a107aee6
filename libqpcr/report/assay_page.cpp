// A definition as a page.
#include "libqpcr/report/assay_page.hpp"
