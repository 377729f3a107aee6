#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. Ends with a line "N passed, N failed, N skipped".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=../cmake/debian.sh
source cmake/debian.sh

install_packages "${build_packages[@]}" "${test_packages[@]}"
preset=${1:-dev}
# That each header compiles alone is the same in every preset.
targets=(all)
[ "$preset" = dev ] && targets+=(all_verify_interface_header_sets)
build_preset "$preset" "${targets[@]}"

export LSAN_OPTIONS=suppressions=$PWD/tests/support/leaks.supp:print_suppressions=0
results=build/$preset/test-results.xml
rm -f "$results"
status=0
ctest --test-dir "build/$preset" --parallel "$(nproc)" --output-on-failure --no-tests=error --output-junit "$PWD/$results" "${@:2}" || status=$?
if [ -z "${QPCR_REFERENCE_DATA:-}" ]; then
  say "QPCR_REFERENCE_DATA is not set: the tests on the reference data were skipped"
fi
/usr/bin/python3 tests/support/summarise.py "$results"
exit "$status"
