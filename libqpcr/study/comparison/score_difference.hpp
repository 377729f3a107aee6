// Score statistics of a difference and of a ratio of two proportions, with the fit under the hypothesis, and their
// limits.
#pragma once

#include "libqpcr/study/comparison/comparison_types.hpp"

namespace qpcr {

/// Whether the variance is multiplied by N/(N − 1) (Miettinen & Nurminen) or not (Mee; Farrington & Manning).
enum class ScoreVariance { miettinen_nurminen, mee };

/// The second group's proportion most likely when the first one's is higher by `difference`: the cubic of Miettinen &
/// Nurminen 1985 (10.1002/sim.4780040211), polished so that near its ends it stays within the possible.
double fit_second_proportion(const ProportionPair& pair, double difference);

/// z of the hypothesis p₁ − p₂ = difference. ±infinity where the fit has no variance and the data contradict it; 0
/// where they do not. Both totals must be positive and −1 ≤ difference ≤ 1.
double score_of_difference(const ProportionPair& pair, double difference, ScoreVariance variance);

/// Differences whose |z| is at most `z`.
Interval score_interval_of_difference(const ProportionPair& pair, double z, ScoreVariance variance);

/// Chi-square of the hypothesis p₁/p₂ = ratio (Koopman 1984, 10.2307/2531405), and the ratios that it does not reject
/// at z²: [0, +infinity] without any success.
double score_of_ratio(const ProportionPair& pair, double ratio);
Interval score_interval_of_ratio(const ProportionPair& pair, double z);

/// z of the hypothesis that the first test is positive more often by `difference` in paired data (Tango 1998,
/// 10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B; the same statistic as Nam 1997), and its limits.
double score_of_paired_difference(const PairedCounts& counts, double difference);
Interval score_interval_of_paired_difference(const PairedCounts& counts, double z);

}  // namespace qpcr
