// When the readings of an .eds were taken, and which of them are a curve.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "instruments/appbio_quantstudio/contents.hpp"
#include "instruments/base/reader.hpp"

namespace qpcr::appbio_quantstudio {

/// "[[Stg:2 Cyc:1 Stp:2 Pt:1], …]".
/// @throws Error invalid_value with the path and line for a point without stage, cycle and step.
std::vector<ReadPoint> parse_read_points(std::string_view list, const std::string& path, long line);

/// The points of a run whose file numbers its readings and does not say more, from the stages that collect in turn. A
/// melt stage takes what the others leave; readings beyond the protocol have stage 0.
std::vector<ReadPoint> derive_read_points(const std::vector<Stage>& protocol, std::size_t count);

/// Which readings are the amplification curve, which the melting curve, and which stand alone.
struct PointSplit {
  int amplification_stage = 0;             ///< 1-based, 0 for none
  std::vector<std::size_t> amplification;  ///< indices of points, cycles increasing
  std::vector<std::size_t> melt;
  std::vector<std::pair<std::size_t, ReadStage>> single;
};

/// The amplification stage, step and point are those the vendor's software analysed, if they were read; else the stage
/// with most distinct cycles, and of its steps the last with most of them. Melt stages are those the protocol calls so,
/// or without a protocol those with one cycle and many points; of several the one that was analysed, else the longest,
/// and of its steps the longest. Pre-read and post-read stages, and holds before and after amplification, give single
/// readings. The rest goes to `not_read`.
PointSplit split_read_points(const std::vector<ReadPoint>& points, const std::vector<Stage>& protocol,
                             const AnalysisSettings& settings, const std::string& member, NotReadList& not_read);

}  // namespace qpcr::appbio_quantstudio
