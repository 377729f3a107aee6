// The one page of the workbench: choose a run and an assay definition.
#pragma once

#include <string>
#include <vector>

#include "libqpcr/assay/result.hpp"
#include "libqpcr/report/catalogue.hpp"

namespace qpcr::apps {

/// HTML without scripts; everything is escaped.
std::string render_start_page(const std::vector<AssayIdentity>& assays, Language language);

/// HTML that says what went wrong, in one line.
std::string render_error_page(const std::string& message, Language language);

}  // namespace qpcr::apps
