// The record of a threshold calibration as a file: JSON, schema qpcr.threshold_calibration/1, with its identity.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "libqpcr/assay/threshold_calibration.hpp"
#include "libqpcr/seal/signature.hpp"

namespace qpcr {

/// SHA-256 of the canonical JSON of everything but the identity itself and whether a signature was verified.
/// @throws Error integrity_failure for numbers that are not finite and text that is not UTF-8.
std::string identify_threshold_calibration(const ThresholdCalibration& record);

/// Numbers as the shortest text that reads back to the same bits. @throws Error as identify_threshold_calibration().
std::string render_threshold_calibration(const ThresholdCalibration& record);

/// `signature_verified` is false: see mark_signed().
/// @throws Error malformed_file (no such JSON document, an unknown or missing key, a value that no calibration makes),
/// integrity_failure (content and identity disagree), file_not_found, file_unreadable.
ThresholdCalibration parse_threshold_calibration(std::string_view text, const std::string& path);
ThresholdCalibration read_threshold_calibration(const std::filesystem::path& path);

/// The record with `signature_verified` set. @throws Error integrity_failure where the content does not have the
/// identity it claims, and as verify() with purpose calibration.
ThresholdCalibration mark_signed(ThresholdCalibration record, const Signature& signature, const TrustList& trust,
                                 bool accept_test_keys = false);

}  // namespace qpcr
