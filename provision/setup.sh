#!/usr/bin/env bash
# Sets up what the named purposes need (run build test bench): Debian packages, the virtual environment from the lock,
# the project itself, the type faces. A second run finds its stamps and does nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

. provision/packages.sh

say() { printf '· %s\n' "$*" >&2; }

install_packages "$@"

stamp=.venv/.set-up-$(cat requirements-dev.lock pyproject.toml requirements.in | sha256sum | cut -c1-16)
if [ ! -e "$stamp" ]; then
  python=/usr/bin/python3.11
  say "Python environment in .venv"
  rm -rf .venv
  "$python" -m venv .venv
  .venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
  PYTHONWARNINGS=ignore .venv/bin/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
  touch "$stamp"
fi

if [ ! -e config/assets/fonts/Common-Bold.otf ]; then
  say "Type faces from fonts-noto-cjk"
  .venv/bin/python -m provision.fonts
fi
