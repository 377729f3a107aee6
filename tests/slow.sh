#!/usr/bin/env bash
# What the gate leaves out: every fuzzer for a while, and the benchmarks. tests/slow.sh [seconds for each fuzzer]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=../cmake/debian.sh
source cmake/debian.sh

seconds=${1:-300}
install_packages "${build_packages[@]}" "${test_packages[@]}" "${bench_packages[@]}"
build_preset fuzz
for fuzzer in build/fuzz/tests/fuzz/fuzz_*; do
  [ -x "$fuzzer" ] && [ -f "$fuzzer" ] || continue
  name=$(basename "$fuzzer")
  corpus=$(mktemp -d)
  say "fuzzing $name for $seconds s"
  "$fuzzer" -max_total_time="$seconds" -rss_limit_mb=512 -timeout=5 "$corpus" "tests/fuzz/corpus/${name#fuzz_}" 2>"$corpus.log" ||
    { tail -n 40 "$corpus.log" >&2; fail "$name found a fault"; }
  rm -rf "$corpus" "$corpus.log"
done
build_preset bench
QPCR_IDENTITY_CURVES=1000000 build/bench/tests/curve/test_curve "fits are the same on every vector target and number of threads"
for benchmark in build/bench/tests/bench/bench_*; do
  [ -x "$benchmark" ] && "$benchmark"
done
