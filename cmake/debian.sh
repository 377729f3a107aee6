# Sourced by apps/demo.sh and tests/run.sh: installs the Debian 12 packages that are missing and builds a preset.
# shellcheck shell=bash

build_packages=(
  build-essential ca-certificates ccache cmake libboost-math-dev libcairo2-dev libcli11-dev libcpp-httplib-dev libdeflate-dev libeigen3-dev
  libfmt-dev libhdf5-dev libhwy-dev libicu-dev libpango1.0-dev libpugixml-dev libsodium-dev libssl-dev libtbb-dev libtomlplusplus-dev libxlsxwriter-dev
  libzip-dev ninja-build nlohmann-json3-dev pkg-config pybind11-dev python3-dev python3-numpy python3-xlrd fonts-dejavu-core fonts-noto-core
  fonts-wqy-zenhei
)
test_packages=(
  catch2 clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev libxml2-utils poppler-utils python3-jsonschema python3-openpyxl python3-pandas python3-pytest
  python3-scipy
)
bench_packages=(
  libbenchmark-dev libceres-dev libcminpack-dev
)

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }

# install_packages NAME… installs those that are missing; does nothing, and asks nobody, when none is.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ "${#missing[@]}" -eq 0 ] && return 0
  command -v apt-get >/dev/null || fail "apt-get is not here: install these yourself: ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "not root and no sudo: install these first: ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing ${#missing[@]} packages: ${missing[*]}"
  local log
  log=$(mktemp)
  if ! "${as_root[@]}" apt-get update >"$log" 2>&1; then
    fail "the package lists cannot be fetched (is there a network?): $(grep -m1 -E '^(E|Err)' "$log" || tail -n 1 "$log")"
  fi
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
    fail "a package cannot be installed: $(grep -m1 '^E:' "$log" || tail -n 1 "$log")"
  fi
  rm -f "$log"
}

# build_preset NAME [TARGET…] configures once and builds what changed.
build_preset() {
  local preset=$1 log
  shift
  if [ ! -f "build/$preset/build.ninja" ]; then
    log=$(mktemp)
    say "configuring build/$preset"
    cmake --preset "$preset" >"$log" 2>&1 || { cat "$log" >&2; fail "build/$preset cannot be configured"; }
    rm -f "$log"
  fi
  say "building build/$preset"
  local targets=()
  [ "$#" -gt 0 ] && targets=(--target "$@")
  cmake --build "build/$preset" "${targets[@]}" >&2 || fail "the build of $preset failed"
}
