#!/usr/bin/env bash
# wasm-pack runs the tests of the core on wasm32, in Node and in Chromium.
set -euo pipefail
cd "$(dirname "$0")/../.."

scripts/setup/cargo-tool.sh wasm-pack wasm-pack 0.15.1 "about 4 minutes"
