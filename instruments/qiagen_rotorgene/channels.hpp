// Names of acquisitions ("Cycling A.Green") and tubes of a rotor.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/well.hpp"

namespace qpcr::qiagen_rotorgene {

enum class Stage { unknown, cycling, melt };

/// One channel read at one point of the profile.
struct Acquisition {
  std::string name;     ///< "Cycling A.Green"
  std::string channel;  ///< "Green"
  Stage stage = Stage::unknown;

  bool operator==(const Acquisition&) const = default;
};

/// The acquisition that a title names: "Quantitative analysis of Cycling A.FAM (Page 1)", "Cycling A.Green". Nothing
/// for a text without one. The stage is unknown where the words are of another language and a page follows.
std::optional<Acquisition> parse_acquisition(std::string_view text);

/// The dye of each acquisition: its channel, and the whole name where two acquisitions of one stage share a channel.
std::vector<std::string> derive_dyes(const std::vector<Acquisition>& acquisitions);

/// "A1" with its position, "17" without one. Nothing for any other text.
std::optional<WellId> parse_tube(std::string_view text);

}  // namespace qpcr::qiagen_rotorgene
