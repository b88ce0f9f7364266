#!/usr/bin/env bash
# Format, lint, layering, types, dead code, documents, advisories, shell scripts, and format and lint of
# Python. One line for each, what was wrong above it, and at the end: N passed, N failed[, N skipped].
# Exit code 1 if anything failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=/dev/null
[ ! -f .lab/env ] || source .lab/env
passed=0 failed=0 skipped=0

check() {
  local name=$1 text
  shift
  if text=$("$@" 2>&1); then
    passed=$((passed + 1))
    # Of which day the advisories are is to be seen also where nothing is wrong.
    [ "$name" != advisories ] || printf '%s\n' "$text"
    echo "$name: ok"
  else
    failed=$((failed + 1))
    printf '%s\n' "$text"
    echo "$name: FAILED"
  fi
}

# Files of the repository, also those not yet added; ignored ones are other people's.
files() { git ls-files --cached --others --exclude-standard -- "$@" | while read -r f; do [ ! -f "$f" ] || echo "$f"; done; }

bin() { local file=$1; shift; node "node_modules/$file" "$@"; }

bash_scripts() {
  { files '*.sh' | xargs -r grep -lE '^#!.*bash|BASH_SOURCE|pipefail'; files | xargs -r grep -lIE '^#!/usr/bin/env bash'; } | sort -u
}
posix_scripts() {
  { files '*.sh'; files | xargs -r grep -lIE '^#!/bin/sh'; } | sort -u | comm -23 - <(bash_scripts)
}
shell() {
  local status=0
  bash_scripts | xargs -r shellcheck --shell=bash || status=1
  # What stands before a script of components/*/scripts sets its variables.
  posix_scripts | xargs -r shellcheck --shell=sh --exclude=SC2154 || status=1
  return "$status"
}
ruff() { .lab/python/bin/python -m ruff "$@"; }
# Pulumi writes the salt of one checkout's passphrase into a stack's file. Committed, it made `make up`
# in every other clone end with "incorrect passphrase".
no_salt() { ! git grep --cached -n '^encryptionsalt:' -- 'Pulumi.*.yaml'; }
have_shellcheck() {
  command -v shellcheck >/dev/null && return
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends shellcheck; } >/dev/null 2>&1
}

check format bin prettier/bin/prettier.cjs --check .
check lint bin eslint/bin/eslint.js --max-warnings=0 .
check layering bin dependency-cruiser/bin/dependency-cruiser.mjs --config .dependency-cruiser.js \
  bench components config index.ts lab/plugins lab/schemas lab/tests ops tests
check types bin typescript/bin/tsc --noEmit
check "dead code" bin knip/bin/knip.js
check "stack files" no_salt
check documents node ops/documents.ts
check advisories node ops/advisories.ts
if have_shellcheck; then
  check shell shell
else
  echo "!! shell: SKIPPED, there is no shellcheck and it could not be installed" >&2
  skipped=$((skipped + 1))
  if [ "${CI:-}" = true ]; then
    echo "!! shell: that is a failure, because CI=true" >&2
    failed=$((failed + 1))
  fi
fi
if bash lab/steps/python.sh; then
  check "python format" ruff format --check .
  check "python lint" ruff check .
else
  echo "python: FAILED, there is no ruff" >&2
  failed=$((failed + 1))
fi

line="$passed passed, $failed failed"
[ "$skipped" = 0 ] || line="$line, $skipped skipped"
echo "$line"
[ "$failed" = 0 ]
