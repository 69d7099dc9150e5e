#!/usr/bin/env bash
# Python with the programs of tests/interop/python, in .tools/python, for the tests only.
set -euo pipefail
cd "$(dirname "$0")/../.."

requirements=tests/interop/python/requirements.txt
environment=.tools/python
installed=$environment/requirements-installed.txt

usable() { # python
  "$1" -c 'import ensurepip, venv' 2>/dev/null
}

works() { # what was installed, and by a Python that is still there
  cmp -s "$requirements" "$installed" && "$environment/bin/python" -c 'import authlib, jsonschema_rs, jwt, requests, schemathesis' 2>/dev/null
}

if ! works; then
  python=python3
  if ! usable "$python"; then
    if [ "$(uname)" = Darwin ]; then
      echo "$STEP missing. Type: brew install python" >&2
      exit 1
    fi
    # Debian's python3 comes without what makes a virtual environment.
    scripts/setup/debian-packages.sh python3 python3-venv
    python=/usr/bin/python3
  fi
  echo "$STEP Authlib, PyJWT and schemathesis from PyPI, about half a minute"
  "$python" -m venv --clear "$environment"
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --require-hashes --only-binary :all: --requirement "$requirements"
  cp "$requirements" "$installed"
fi
echo "$STEP $("$environment/bin/python" --version), Authlib $("$environment/bin/python" -c 'import authlib; print(authlib.__version__)')"
