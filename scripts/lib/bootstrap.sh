# shellcheck shell=bash
# What every script does first: find the compiler, install the libraries that are missing, find the data sets.
# Sourced, not run. The second time there is nothing to install and it takes a fraction of a second.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
minimum_swift=6.2
apt_packages=(libopenblas-dev liblapacke-dev libpng-dev libturbojpeg0-dev zlib1g-dev liblzma-dev libbz2-dev)
brew_packages=(openblas lapack libpng jpeg-turbo xz bzip2)

say() { printf '%s\n' "$*"; }
section() { printf '\n== %s\n' "$*"; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

require_swift() {
  command -v swift >/dev/null || die "there is no swift in PATH: install Swift $minimum_swift or newer from swift.org"
  local version
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
  [[ -n $version ]] || die "'swift --version' does not name a version; is the toolchain complete?"
  if [[ $(printf '%s\n' "$minimum_swift" "$version" | sort -V | head -n 1) != "$minimum_swift" ]]; then
    die "Swift $version is too old: Ladle needs $minimum_swift or newer, from swift.org"
  fi
  say "Swift $version"
}

# Runs a command as root, if there is a way.
as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi
}

install_with_apt() {
  local -a missing=()
  local package
  for package in "${apt_packages[@]}"; do
    [[ $(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) == *'ok installed' ]] || missing+=("$package")
  done
  if [[ ${#missing[@]} == 0 ]]; then return; fi
  local line="apt-get install ${missing[*]}"
  if [[ $(id -u) != 0 ]] && ! command -v sudo >/dev/null; then
    die "packages are missing, and there is neither root nor sudo to install them. As root, run: $line"
  fi
  say "installing: ${missing[*]}"
  as_root apt-get update -qq || say "apt-get update failed; trying with the package lists that are here"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null \
    || die "could not install the packages. As root, run: $line"
}

install_with_brew() {
  local -a missing=()
  local package
  for package in "${brew_packages[@]}"; do
    brew list --versions "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  if [[ ${#missing[@]} != 0 ]]; then
    say "installing: ${missing[*]}"
    brew install --quiet "${missing[@]}" || die "could not install the libraries. Run: brew install ${missing[*]}"
  fi
  # Homebrew keeps these out of the default search paths.
  for package in openblas lapack bzip2; do
    PKG_CONFIG_PATH="$(brew --prefix "$package")/lib/pkgconfig:${PKG_CONFIG_PATH:-}"
  done
  export PKG_CONFIG_PATH
}

# On other systems: trust pkg-config, or say what is needed.
check_with_pkg_config() {
  local -a missing=()
  local name
  for name in openblas lapacke libpng libturbojpeg zlib liblzma; do
    pkg-config --exists "$name" 2>/dev/null || missing+=("$name")
  done
  if [[ ${#missing[@]} != 0 ]]; then
    die "not found by pkg-config: ${missing[*]}. Ladle needs the development files of OpenBLAS, LAPACKE, libpng, \
libjpeg-turbo, zlib, liblzma and bzip2 (Debian and Ubuntu: apt-get install ${apt_packages[*]}; macOS: \
brew install ${brew_packages[*]})"
  fi
}

require_libraries() {
  if command -v dpkg-query >/dev/null; then
    install_with_apt
  elif command -v brew >/dev/null; then
    install_with_brew
  else
    check_with_pkg_config
  fi
  say "libraries: OpenBLAS, LAPACKE, libpng, libjpeg-turbo, zlib, liblzma, bzip2"
}

# Real data sets are optional: tests that need one say "skipped: no data" without it.
find_data() {
  local folder=$root
  while [[ -z ${LADLE_DATA:-} && $folder != / ]]; do
    folder=$(dirname "$folder")
    if [[ -d $folder/shared/data ]]; then export LADLE_DATA=$folder/shared/data; fi
  done
  say "data sets: ${LADLE_DATA:-none (set LADLE_DATA to a folder that holds them)}"
}

bootstrap() {
  require_swift
  require_libraries
  find_data
}
