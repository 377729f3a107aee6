#!/usr/bin/env bash
# Installs the build into an empty folder, builds a consumer with find_package, and runs it on a shipped plate.
set -euo pipefail
build=$1 source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --install "$build" --prefix "$folder/prefix" >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
cmake -S "$source/tests/install/consumer" -B "$folder/consumer" -G Ninja -DCMAKE_PREFIX_PATH="$folder/prefix" >"$folder/log" 2>&1 ||
  { cat "$folder/log"; exit 1; }
cmake --build "$folder/consumer" >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
answer=$("$folder/consumer/consumer" "$source/validation_data/demo_methylation_plate/run.rdml")
echo "consumer: $answer"
[ "$(echo "$answer" | cut -d' ' -f2)" = 384 ]
"$folder/prefix/bin/qpcr" --version
[ -f "$folder/prefix/share/qpcr/assays/demo-methylation.toml" ]
