#!/usr/bin/env bash
# run.sh CHECK FILE…: one of `make check`'s checks on some files, for .pre-commit-config.yaml.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=/dev/null
[ ! -f .lab/env ] || source .lab/env
[ -d node_modules ] || {
  echo "the checks are not installed yet: make lab" >&2
  exit 1
}
check=$1
shift
case $check in
  format) exec node node_modules/prettier/bin/prettier.cjs --check --ignore-unknown "$@" ;;
  lint) exec node node_modules/eslint/bin/eslint.js --max-warnings=0 --no-warn-ignored "$@" ;;
  types) exec node node_modules/typescript/bin/tsc --noEmit ;;
  # Installed by the first `make unit` or `make check`.
  python) if [ -x .lab/python/bin/ruff ]; then exec .lab/python/bin/ruff check "$@"; fi ;;
  salt) ! git grep --cached -n '^encryptionsalt:' -- "$@" ;;
  *)
    echo "there is no check $check" >&2
    exit 2
    ;;
esac
