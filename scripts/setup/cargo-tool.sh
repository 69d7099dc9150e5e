#!/usr/bin/env bash
# Installs one command of crates.io into .tools, unless PATH has it in this version.
# Usage: cargo-tool.sh CRATE COMMAND VERSION DURATION
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/toolchain.sh
crate=$1 command=$2 version=$3 duration=$4

install() { # further options of cargo install
  # One target directory for all tools: they share many dependencies.
  cargo install --root .tools --target-dir "${CARGO_TARGET_DIR:-target}/tools" --version "=$version" "$@" "$crate"
}

if [ "$("$command" --version 2>/dev/null)" != "$command $version" ]; then
  echo "$STEP installing $crate $version from crates.io, $duration"
  # A crate's own lock file may name a release that has been withdrawn since.
  install --locked || {
    echo "$STEP once more, without the lock file of $crate"
    install
  }
fi
echo "$STEP $version"
