#!/usr/bin/env bash
# The command-line side of wasm-bindgen. It must have exactly the version of the crate.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/"/, "", $3); print $3 }' Cargo.lock)
scripts/setup/cargo-tool.sh wasm-bindgen-cli wasm-bindgen "$version" "about 3 minutes"
