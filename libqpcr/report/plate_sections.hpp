// The sections of a plate report as blocks, each from what the result says and nothing else.
#pragma once

#include <vector>

#include "libqpcr/report/document.hpp"
#include "libqpcr/report/plate_view.hpp"

namespace qpcr {

/// A heading with its English beside it in a Chinese report.
Heading bilingual_heading(int level, std::string_view id, Language language);

std::vector<Block> render_verdict_section(const PlateView& view);
std::vector<Block> render_controls_section(const PlateView& view);
std::vector<Block> render_map_section(const PlateView& view);
std::vector<Block> render_calls_section(const PlateView& view);
std::vector<Block> render_curves_section(const PlateView& view);
std::vector<Block> render_wells_section(const PlateView& view);
std::vector<Block> render_method_section(const PlateView& view);
std::vector<Block> render_warnings_section(const PlateView& view);
std::vector<Block> render_provenance_section(const PlateView& view);
std::vector<Block> render_statements_section(const PlateView& view);

}  // namespace qpcr
