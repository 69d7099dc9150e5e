#!/usr/bin/env bash
# What must be there before anything else: a C compiler, Node to start npm with, and Rust.
set -euo pipefail
cd "$(dirname "$0")/../.."

oldest_node=20
oldest_rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

missing() { # what, how to get it
  echo "$STEP $1 is missing. $2" >&2
  exit 1
}

at_least() { # version wanted, version found
  [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

if ! command -v cc >/dev/null; then
  if [ "$(uname)" = Darwin ]; then
    missing "a C compiler" "Type: xcode-select --install"
  fi
  scripts/setup/debian-packages.sh gcc libc6-dev
fi

if ! command -v npm >/dev/null; then
  missing "npm" "It comes with Node: https://nodejs.org/en/download"
fi
node_version=$(node --version | tr -d v)
if ! at_least "$oldest_node" "$node_version"; then
  missing "Node $oldest_node or later (here: $node_version)" "Get it from https://nodejs.org/en/download"
fi

if ! command -v cargo >/dev/null; then
  missing "Rust" "Type: curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
fi
rust_version=$(rustc --version | cut -d ' ' -f 2)
if ! at_least "$oldest_rust" "$rust_version"; then
  missing "Rust $oldest_rust or later (here: $rust_version)" "Type: rustup update stable"
fi

echo "$STEP Rust $rust_version, Node $node_version"
