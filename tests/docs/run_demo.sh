#!/usr/bin/env bash
# Runs apps/demo.sh on this build and looks for what it promises.
set -euo pipefail
source=$1 build=$2
[ "$(dirname "$build")" = "$source/build" ] || { echo "the demo runs on builds below $source/build"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
QPCR_PRESET=$(basename "$build") QPCR_DEMO_OUT=$folder/out "$source/apps/demo.sh" >"$folder/stdout" 2>"$folder/stderr" ||
  { cat "$folder/stderr"; exit 1; }
for report in methylation/report.html methylation/report.pdf rna/report.html rna/report.pdf trial/report.html trial/report.pdf; do
  [ -s "$folder/out/$report" ] || { echo "missing: $report"; exit 1; }
  grep -q "$report" "$folder/stderr" || { echo "not named: $report"; exit 1; }
done
grep -q '有效' "$folder/stdout"
