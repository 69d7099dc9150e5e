#!/usr/bin/env bash
# Installs what is missing, step by step. Usage: setup.sh [for-tests]
# Each step looks first and installs second, so that a second run takes a second or two.
set -euo pipefail
cd "$(dirname "$0")/.."

steps=(prerequisites wasm-target wasm-bindgen node-packages)
if [ "${1-}" = for-tests ]; then
  steps+=(wasm-pack browser python)
fi

mkdir -p .tools
for i in "${!steps[@]}"; do
  STEP="[$((i + 1))/${#steps[@]}] ${steps[$i]}:" "scripts/setup/${steps[$i]}.sh"
done
echo "set-up: ready after $SECONDS s"
