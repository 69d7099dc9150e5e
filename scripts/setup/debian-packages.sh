#!/usr/bin/env bash
# Installs Debian packages that are missing; without root, prints the line to type. Usage: debian-packages.sh NAME...
set -euo pipefail

if ! command -v apt-get >/dev/null; then
  echo "${STEP-} please install the counterparts of these Debian packages: $*" >&2
  exit 1
fi

missing=()
for package in "$@"; do
  [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
    missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "${STEP-} missing packages. Type: sudo apt-get install -y ${missing[*]}" >&2
  exit 1
fi

echo "${STEP-} installing from Debian: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
