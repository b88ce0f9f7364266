#!/usr/bin/env bash
# Traefik in .lab/bin, for `make test-heavy` only, from its Go module: about 8 minutes on two
# cores the first time, with Go's build cache seconds.
set -euo pipefail
# shellcheck source=lab/steps/lib.sh
. "$(dirname "$0")/lib.sh"
want=$(sha256sum "$lab/traefik/go.mod" "$lab/traefik/go.sum" | sha256sum)
if [ -x "$bin/traefik" ] && [ "$(cat "$cache/traefik.stamp" 2>/dev/null)" = "$want" ]; then exit; fi
have go || fail "the test beside Traefik needs Go 1.24 to build it"
build() {
  cd "$lab/traefik"
  # Without cgo the result runs in any container.
  GOFLAGS='' GOWORK=off CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w' \
    -o "$cache/traefik.new" github.com/traefik/traefik/v3/cmd/traefik
}
long traefik 'building Traefik from its Go module' build
mv "$cache/traefik.new" "$bin/traefik"
printf '%s\n' "$want" >"$cache/traefik.stamp"
