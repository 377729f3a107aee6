#!/usr/bin/env bash
# The main job on the data shipped with the project: plates to calls and plate reports, a trial to its report.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=cmake/debian.sh
source cmake/debian.sh

preset=${QPCR_PRESET:-release}
out=${QPCR_DEMO_OUT:-out/demo}
language=${QPCR_LANG:-zh}

install_packages "${build_packages[@]}"
build_preset "$preset" qpcr qpcr-validate
qpcr=build/$preset/bin/qpcr
validate=build/$preset/bin/qpcr-validate

assays=validation_data/assays
say
say "== A methylation plate (simulated)"
"$qpcr" analyze validation_data/demo_methylation_plate/run.rdml --assay "$assays/demo-methylation.toml" \
  --covariates validation_data/demo_methylation_plate/covariates.csv --lang "$language" --out "$out/methylation"
say
say "== An RNA plate in triplicate, from a CFX export (simulated)"
"$qpcr" analyze validation_data/demo_rna_plate/cfx/*Amplification*.csv --assay "$assays/demo-rna.toml" \
  --lang "$language" --out "$out/rna"
say
say "== A trial of four hospitals (simulated)"
"$validate" report validation_data/demo_trial/study.toml --lang "$language" --out "$out/trial"

say
say "Open these:"
find "$out" \( -name '*.html' -o -name '*.pdf' \) | sort | sed 's/^/  /' >&2
