#!/usr/bin/env bash
# What the gate leaves out: every fuzzer for a while, the page of measured coverage, and the benchmarks. tests/slow.sh [seconds for each fuzzer]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=../cmake/debian.sh
source cmake/debian.sh

seconds=${1:-300}
install_packages "${build_packages[@]}" "${test_packages[@]}" "${bench_packages[@]}"
QPCR_WRITE_EVERYTHING=1 bash tests/run.sh clang -E '^(lint|install|demo)'
build_preset fuzz
# fuzz_for NAME PROGRAM CORPUS…: a fault is a crash, a leak, an input above 1 s or memory above 512 MB.
fuzz_for() {
  local name=$1 fuzzer=$2 found
  shift 2
  found=$(mktemp -d)
  say "fuzzing $name for $seconds s"
  "$fuzzer" -max_total_time="$seconds" -rss_limit_mb=512 -timeout="${QPCR_FUZZ_TIMEOUT:-1}" "$found" "$@" 2>"$found.log" ||
    { tail -n 40 "$found.log" >&2; fail "$name found a fault"; }
  rm -rf "$found" "$found.log"
}
for fuzzer in build/fuzz/tests/fuzz/fuzz_*; do
  [ -x "$fuzzer" ] && [ -f "$fuzzer" ] || continue
  name=$(basename "$fuzzer")
  [ "$name" = fuzz_reader ] || fuzz_for "$name" "$fuzzer" "tests/fuzz/corpus/${name#fuzz_}"
done
for folder in tests/instruments/corpus/*/; do
  reader=$(basename "$folder")
  seeds=("$folder")
  [ -d "tests/fuzz/corpus/$reader" ] && seeds+=("tests/fuzz/corpus/$reader")
  QPCR_FUZZ_READER=$reader fuzz_for "$reader" build/fuzz/tests/fuzz/fuzz_reader "${seeds[@]}"
done
build_preset bench
say "measuring the coverage of the intervals again"
coverage=$(mktemp)
build/bench/bin/qpcr-validate coverage --lang en --out "$coverage"
cmp "$coverage" docs/methods/coverage.md || fail "docs/methods/coverage.md is not what qpcr-validate coverage writes"
rm -f "$coverage"
QPCR_IDENTITY_CURVES=1000000 build/bench/tests/curve/test_curve "fits are the same on every vector target and number of threads"
for benchmark in build/bench/tests/bench/bench_*; do
  [ -x "$benchmark" ] && "$benchmark"
done
