#!/usr/bin/env bash
# pre-commit in .lab/hooks, and its hooks in this checkout.
set -euo pipefail
# shellcheck source=lab/steps/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../lab/steps/lib.sh"
lock=$root/ops/hooks/requirements.lock
# Without ensurepip (on Debian a package of its own) a venv has no pip.
if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then packages python3-venv; fi
install() {
  python3 -m venv --clear "$cache/hooks"
  "$cache/hooks/bin/python" -m pip install --no-deps --only-binary :all: --require-hashes \
    --disable-pip-version-check --no-input -r "$lock"
}
long hooks 'installing pre-commit' install
cd "$root"
"$cache/hooks/bin/pre-commit" install
