#!/usr/bin/env bash
# docker compose v2 in .lab/bin, for `make bench` only: the machine's own, or from its Go module.
set -euo pipefail
# shellcheck source=lab/steps/lib.sh
. "$(dirname "$0")/lib.sh"
[ ! -x "$bin/docker-compose" ] || exit 0
if docker compose version >/dev/null 2>&1; then
  printf '#!/bin/sh\nexec docker compose "$@"\n' >"$bin/docker-compose"
  chmod +x "$bin/docker-compose"
  exit 0
fi
have go || fail "make bench compares with docker compose v2: install it, or Go 1.25 to build it"
build() { cd "$lab/compose" && CGO_ENABLED=0 go build -trimpath -o "$bin/docker-compose" github.com/docker/compose/v2/cmd; }
long compose 'building docker compose from its Go module' build
