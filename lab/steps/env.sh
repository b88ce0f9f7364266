#!/usr/bin/env bash
# .lab/env: what a shell has to know to use all this. Sourced by the Makefile.
set -euo pipefail
# shellcheck source=lab/steps/lib.sh
. "$(dirname "$0")/lib.sh"

kind=$(cat "$cache/pulumi.kind")
new=$(
  # shellcheck disable=SC2016  # $PATH is for the shell that sources it
  printf 'export PATH=%q:"$PATH"\n' "$bin"
  echo 'export PULUMI_SKIP_UPDATE_CHECK=true'
  # A stand-in that is missing has to be an error, not two minutes of trying to download it.
  case $kind in standin | own+standins) echo 'export PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true' ;; esac
)
if [ "$(cat "$cache/env" 2>/dev/null)" != "$new" ]; then
  printf '%s\n' "$new" >"$cache/env"
  say "ready (pulumi: $kind; images: $(if [ "$(cat "$cache/images.json")" = '{}' ]; then echo official; else echo stand-ins; fi))"
fi
