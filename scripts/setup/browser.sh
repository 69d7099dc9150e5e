#!/usr/bin/env bash
# Chromium and its WebDriver, for the tests only.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v chromedriver >/dev/null; then
  if [ "$(uname)" = Darwin ]; then
    echo "$STEP missing. Type: brew install --cask chromium chromedriver" >&2
    exit 1
  fi
  scripts/setup/debian-packages.sh chromium chromium-driver
fi
echo "$STEP $(chromedriver --version | cut -d ' ' -f 1-2)"
