#!/usr/bin/env bash
# The packages of package-lock.json, with Node 24 (the npm package `node`) and workerd among them.
# It does not source toolchain.sh: npm replaces node_modules and must not run on the Node inside it.
set -euo pipefail
cd "$(dirname "$0")/../.."

installed=node_modules/.package-lock-installed.json

if ! cmp -s package-lock.json "$installed"; then
  echo "$STEP npm ci, about half a minute"
  npm ci --loglevel=error
  node_modules/.bin/node --version >/dev/null || {
    echo "$STEP the npm package \`node\` came without its binary: npm must be allowed to run install scripts" >&2
    exit 1
  }
  cp package-lock.json "$installed"
fi
echo "$STEP Node $(node_modules/.bin/node --version | tr -d v) for all scripts"
