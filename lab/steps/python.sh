#!/usr/bin/env bash
# pytest, hypothesis and ruff in .lab/python, for the Python of this repository: called by the checks
# and the unit tests, because nothing that is deployed needs them.
set -euo pipefail
# shellcheck source=lab/steps/lib.sh
. "$(dirname "$0")/lib.sh"
mkdir -p "$cache"

lock=$root/guard/requirements-dev.txt
python=$cache/python/bin/python

exec 9>"$cache/python.lock"
flock 9
want=$(sha256sum <"$lock")
# It runs: the interpreter that it was made with may be gone, or the folder a copy of another checkout's.
if [ "$(cat "$cache/python.stamp" 2>/dev/null)" = "$want" ] && "$python" -c 'import pytest, hypothesis, ruff' 2>/dev/null; then exit; fi

# Without ensurepip (on Debian a package of its own) a venv has no pip.
if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then packages python3-venv; fi
# LiteLLM's own images have 3.11 at least, and so may what runs in them.
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  fail "the Python tests need python3 of 3.11 or newer; here it is $(python3 --version 2>&1)"

# shellcheck disable=SC2317  # called by long
install() {
  python3 -m venv --clear "$cache/python"
  "$python" -m pip install --no-deps --only-binary :all: --require-hashes \
    --disable-pip-version-check --no-input -r "$lock"
}
long python 'installing pytest, hypothesis and ruff' install
printf '%s\n' "$want" >"$cache/python.stamp"
