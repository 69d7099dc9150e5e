# shellcheck shell=bash
# Sourced by the Makefile and by the steps: puts the tools that set-up chose first on PATH.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# scripts/wasm-target.sh leaves this mark where rustup could not deliver the target and Debian's Rust could.
if [ -e "$root/.tools/rust-from-debian" ]; then
  PATH=/usr/bin:$PATH
fi

# Node 24 of the npm package `node` lies in node_modules/.bin.
export PATH=$root/node_modules/.bin:$root/.tools/bin:$PATH
