#!/bin/sh
# MC/DC, branch and line coverage of the call functions by the tests of calls, and of what judges a plate by the tests of
# plates, with clang 19. Usage: tests/coverage/mcdc.sh [build folder]
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$source/build/mcdc}
flags="-std=c++20 -O0 -g1 -ffp-contract=off -I$source -I$source/build/dev/generated -isystem /usr/include/eigen3"
flags="$flags -DFMT_SHARED -DHWY_SHARED_DEFINE -DQPCR_SOURCE_DIR=\"$source\" -DQPCR_BINARY_DIR=\"$build\""
# By the tests of calls alone, so that no plate covers by chance what a row of a truth table should show.
calls="logic program operations repeats reading call evaluation evaluation_values distance"
call_tests="test_logic test_call test_truth_table test_operations test_repeats test_values_in_calls"
plates="control_wells control_matching well_cq run_conditions plate_flags analysis release"
plate_tests="test_analysis test_control_wells test_plate_flags test_run_sheet test_release test_unreadable test_reanalysis"
mkdir -p "$build"
printf '#define CATCH_CONFIG_MAIN\n#include <catch2/catch.hpp>\n' > "$build/main.cpp"
compile() {  # source object flags…
  from=$1 to=$2
  shift 2
  if [ "$to" -nt "$from" ] && [ -z "${QPCR_MCDC_CLEAN:-}" ]; then return; fi
  # shellcheck disable=SC2086
  ccache clang++-19 $flags "$@" -c "$from" -o "$to"
}
for name in $calls $plates; do
  compile "$source/libqpcr/assay/$name.cpp" "$build/$name.o" -fprofile-instr-generate -fcoverage-mapping -fcoverage-mcdc
done
for name in $call_tests $plate_tests; do compile "$source/tests/assay/$name.cpp" "$build/$name.o"; done
compile "$build/main.cpp" "$build/main.o"
# The rest of the room and what it uses comes from the development build, whose functions of the measured files are not
# linked because the objects above define them first.
rooms=""
for room in assay curve melt math tabular seal core; do
  library=$(find "$source/build/dev" -name "libqpcr_$room.a" | head -n 1)
  rooms="$rooms $library"
done
measure() {  # name measured tests
  name=$1 objects="$build/main.o" files=""
  for each in $calls $plates $3; do objects="$objects $build/$each.o"; done
  for each in $2; do files="$files $source/libqpcr/assay/$each.cpp"; done
  # shellcheck disable=SC2086
  clang++-19 -fprofile-instr-generate $objects -Wl,--start-group $rooms -Wl,--end-group \
    -ltomlplusplus -lfmt -ltbb -lcrypto -lsodium -lhwy -lzip -ldeflate -lpugixml -licui18n -licuuc -licudata -lxlsxwriter -lz -o "$build/test_$name"
  LLVM_PROFILE_FILE="$build/$name.profraw" "$build/test_$name" > "$build/$name.log" || { tail -n 20 "$build/$name.log"; exit 1; }
  tail -n 3 "$build/$name.log"
  llvm-profdata-19 merge -sparse "$build/$name.profraw" -o "$build/$name.profdata"
  # shellcheck disable=SC2086
  llvm-cov-19 report "$build/test_$name" -instr-profile="$build/$name.profdata" --show-mcdc-summary --show-branch-summary $files
  # shellcheck disable=SC2086
  llvm-cov-19 show "$build/test_$name" -instr-profile="$build/$name.profdata" --show-mcdc --show-branches=count $files > "$build/$name.txt"
  echo "Details: $build/$name.txt"
}
measure calls "$calls" "$call_tests"
measure plates "$plates" "$plate_tests"
