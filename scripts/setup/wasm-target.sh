#!/usr/bin/env bash
# Rust's wasm32 target: from rustup where rustup can deliver it, else from Debian's packages and the sources in them.
# AUDGATE_WASM_TARGET=debian takes Debian's without asking rustup.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/toolchain.sh

target=wasm32-unknown-unknown
mark=.tools/rust-from-debian

standard_library_of() { # rustc
  ls "$("$1" --print sysroot)/lib/rustlib/$target/lib"/libstd-*.rlib >/dev/null 2>&1
}

from_rustup() {
  command -v rustup >/dev/null || return 1
  echo "$STEP asking rustup for $target, about a minute"
  rustup target add "$target" && standard_library_of rustc
}

# Debian has the compiler and the sources of the standard library, but no build of it for this target.
from_debian() {
  scripts/setup/debian-packages.sh rustc-web cargo-web rust-web-src rust-web-llvm rust-web-clippy rustfmt-web
  # A link of rust-web-llvm names the linker and its package, such as lld-22; the package may not bring it along.
  scripts/setup/debian-packages.sh "$(readlink /usr/bin/rust-lld)"
  PATH=/usr/bin:$PATH
  standard_library_of /usr/bin/rustc || build_standard_library
  touch "$mark"
}

build_standard_library() {
  local destination=/usr/lib/rustlib/$target/lib
  if [ "$(id -u)" -ne 0 ]; then
    echo "$STEP the standard library goes to $destination. Type: sudo env PATH=\"\$PATH\" make setup" >&2
    exit 1
  fi
  echo "$STEP building the standard library for $target, about a minute"
  crate=$(mktemp -d)
  trap 'rm -rf "$crate"' EXIT
  mkdir "$crate/src"
  touch "$crate/src/lib.rs"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2024"\n' >"$crate/Cargo.toml"
  # -Z options want a nightly compiler or this variable.
  RUSTC_BOOTSTRAP=1 /usr/bin/cargo build --quiet --release --manifest-path "$crate/Cargo.toml" \
    --target-dir "$crate/target" --target "$target" -Zbuild-std=std,panic_abort,test
  rm "$crate/target/$target/release/deps"/libempty-*.rlib
  mkdir -p "$destination"
  cp "$crate/target/$target/release/deps"/lib*.rlib "$destination"
}

if [ "${AUDGATE_WASM_TARGET-}" = debian ] || [ -e "$mark" ]; then
  from_debian
elif ! standard_library_of rustc; then
  from_rustup || from_debian
fi

if [ -e "$mark" ]; then
  echo "$STEP $target of Debian's $(/usr/bin/rustc --version | cut -d ' ' -f 1-2)"
else
  echo "$STEP $target of $(rustc --version | cut -d ' ' -f 1-2)"
fi
