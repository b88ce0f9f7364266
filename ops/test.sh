#!/usr/bin/env bash
# Runs the test suites named (unit, contract, e2e, heavy), in that order of arguments, and ends with one
# line: N passed, N failed[, N skipped]. Exit code 1 if anything failed, or if a suite ran nothing.
# contract+e2e runs in two lanes, contract and the second host's tests beside the other e2e tests: the
# lanes share neither names nor ports, and each waits for containers half of the time. What the first
# lane prints comes at the end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=/dev/null
[ ! -f .lab/env ] || source .lab/env
[ $# -gt 0 ] || {
  echo "usage: ops/test.sh SUITE... (unit, contract, e2e, contract+e2e, heavy)" >&2
  exit 2
}
results=$(mktemp -d)
beside=
# What runs beside ignores Ctrl-C, as bash has it: it is ended with the rest.
stop_beside() {
  [ -n "$beside" ] || return 0
  # shellcheck disable=SC2046 # a list of ids
  kill "$beside" $(pgrep -P "$beside") || true
}
trap 'stop_beside; rm -rf "$results"' EXIT
passed=0 failed=0 skipped=0

# A suite that needs Docker, where there is none: its files are counted as skipped.
skip() {
  local files
  files=$(find "tests/$1" -name '*.test.ts' | wc -l)
  echo "!! $1: SKIPPED, no Docker engine answers: $(docker version 2>&1 >/dev/null | tail -n 1)" >&2
  skipped=$((skipped + files))
  if [ "${CI:-}" = true ]; then
    echo "!! $1: that is a failure, because CI=true" >&2
    failed=$((failed + 1))
  fi
}

# run NAME ARGUMENT...: jest, with its results as NAME's.
run() {
  node node_modules/jest/bin/jest.js --selectProjects "${@:2}" --json --outputFile="$results/$1.json"
}
one_by_one=(--runInBand --verbose)

# count NAME STATUS: adds up what it has run.
count() {
  local file=$results/$1.json counts p f s
  # A file that cannot even be loaded has no tests to count: it is one failure.
  counts=$(node -e '
    const result = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    const skipped = result.numPendingTests + result.numTodoTests;
    console.log(result.numPassedTests, result.numFailedTests + result.numRuntimeErrorTestSuites, skipped);
  ' "$file" 2>/dev/null) || counts="0 1 0"
  read -r p f s <<<"$counts"
  printf '%s: the slowest files and tests\n' "$1"
  [ ! -s "$file" ] || node ops/slowest.ts "$file"
  # Also jest itself may end badly although every test it counted passed.
  if [ "$f" = 0 ] && { [ "$2" != 0 ] || [ $((p + s)) = 0 ]; }; then
    echo "!! $1: jest ended with $2 after $p passed tests" >&2
    f=1
  fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

suite() {
  local status=0
  if [ "$1" = unit ]; then
    run unit unit --maxWorkers=100% || status=$?
  else
    run "$1" "$1" "${one_by_one[@]}" || status=$?
  fi
  count "$1" "$status"
}

lanes() {
  local status=0 second=tests/e2e/remote
  {
    echo 0 >"$results/contract" && echo 0 >"$results/remote"
    run contract contract "${one_by_one[@]}" || echo $? >"$results/contract"
    run remote e2e "${one_by_one[@]}" "$second" || echo $? >"$results/remote"
  } >"$results/beside.log" 2>&1 &
  beside=$!
  run e2e e2e "${one_by_one[@]}" --testPathIgnorePatterns "$second" || status=$?
  wait "$beside"
  beside=
  cat "$results/beside.log"
  count contract "$(cat "$results/contract")"
  count remote "$(cat "$results/remote")"
  count e2e "$status"
}

# The unit tests of what is written in Python.
python_suite() {
  local file=$results/pytest.xml status=0 counts p f s
  bash lab/steps/python.sh && .lab/python/bin/python -B -m pytest --quiet --junitxml="$file" || status=$?
  counts=$(.lab/python/bin/python -c '
import sys
from xml.etree import ElementTree
suites = list(ElementTree.parse(sys.argv[1]).iter("testsuite"))
every, skipped, *bad = [
    sum(int(suite.get(name)) for suite in suites) for name in ("tests", "skipped", "failures", "errors")
]
print(every - skipped - sum(bad), sum(bad), skipped)
' "$file" 2>/dev/null) || counts="0 1 0"
  read -r p f s <<<"$counts"
  # Also pytest itself may end badly although every test it counted passed.
  if [ "$f" = 0 ] && { [ "$status" != 0 ] || [ "$p" = 0 ]; }; then
    echo "!! python: pytest ended with $status after $p passed tests" >&2
    f=1
  fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

for name in "$@"; do
  case $name in
    unit)
      suite unit
      python_suite
      ;;
    contract | e2e | contract+e2e | heavy)
      [ "$name" = contract ] || bash lab/steps/second-host.sh
      if ! docker version >/dev/null 2>&1; then
        for one in ${name/+/ }; do skip "$one"; done
      elif [ "$name" = contract+e2e ]; then
        lanes
      else
        suite "$name"
      fi
      ;;
    *)
      echo "there is no suite $name: unit, contract, e2e, contract+e2e or heavy" >&2
      exit 2
      ;;
  esac
done

line="$passed passed, $failed failed"
[ "$skipped" = 0 ] || line="$line, $skipped skipped"
echo "$line"
[ "$failed" = 0 ]
