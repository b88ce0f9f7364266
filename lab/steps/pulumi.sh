#!/usr/bin/env bash
# The Pulumi CLI, its language host and its plugins: the machine's own or official ones,
# else the engine from its Go module and the stand-ins of lab/plugins behind wrappers.
set -euo pipefail
# shellcheck source=lab/steps/lib.sh
. "$(dirname "$0")/lib.sh"
reach

providers='docker command random'

# pulumi as the machine has it: our own .lab/bin may be on PATH already.
machines_pulumi() { PATH=$(tr ':' '\n' <<<"$PATH" | grep -v "^$cache/" | paste -sd :) command -v pulumi; }
usable() { [ -x "${1%/*}/pulumi-language-nodejs" ] && newer "$("$1" version 2>/dev/null || echo 0)" "$PULUMI_OLDEST"; }

# Are the plugins that the SDK packages ask for installed already (machine without network)?
plugins_there() {
  local listed name want
  listed=$("$1" plugin ls --json 2>/dev/null) || return 1
  for name in $providers; do
    want=$("$bin/node" -p 'require(process.argv[1]).version' "$root/node_modules/@pulumi/$name/package.json" 2>/dev/null) || return 1
    "$bin/node" -e 'const [l, n, v] = process.argv.slice(1); process.exit(JSON.parse(l).some((p) => p.name === n && p.version === v) ? 0 : 1)' \
      "$listed" "$name" "$want" || return 1
  done
}

# wrapper FILE SCRIPT: an executable that runs a stand-in with our node, wherever the checkout lies.
wrapper() {
  local text
  # shellcheck disable=SC2016  # the variables are the wrapper's own
  text=$(printf '#!/bin/sh\nroot=$(cd "$(dirname "$0")/../.." && pwd)\nNODE_COMPILE_CACHE=$root/.lab/node-cache exec "$root/.lab/bin/node" "$root/lab/plugins/%s.ts" "$@"\n' "$2")
  if [ "$(cat "$bin/$1" 2>/dev/null)" != "$text" ]; then
    printf '%s\n' "$text" >"$bin/$1"
    chmod +x "$bin/$1"
  fi
}
standin_plugins() { for name in $providers; do wrapper "pulumi-resource-$name" "$name"; done; }
official_plugins() { for name in $providers; do rm -f "$bin/pulumi-resource-$name"; done; }

own=$(machines_pulumi || true)
if [ -n "$own" ] && [ "${LAB:-}" != standin ] && usable "$own"; then
  rm -f "$bin/pulumi" "$bin/pulumi-language-nodejs"
  if [ "$official_pulumi" = yes ] || plugins_there "$own"; then
    official_plugins
    echo own >"$cache/pulumi.kind"
  else
    # Their engine, but its plugins cannot be downloaded.
    standin_plugins
    echo own+standins >"$cache/pulumi.kind"
  fi
  exit
fi

if [ "$official_pulumi" = yes ]; then
  official_plugins
  rm -f "$bin/pulumi-language-nodejs"
  if [ "$("$cache/pulumi/bin/pulumi" version 2>/dev/null)" != "v$PULUMI_VERSION" ]; then
    # shellcheck disable=SC2317  # called by long
    install_official() {
      curl -fsSL --retry 3 https://get.pulumi.com | sh -s -- --version "$PULUMI_VERSION" --install-root "$cache/pulumi" --no-edit-path
    }
    long pulumi "installing Pulumi v$PULUMI_VERSION with its own install script" install_official
  fi
  ln -sf ../pulumi/bin/pulumi "$bin/pulumi"
  ln -sf ../pulumi/bin/pulumi-language-nodejs "$bin/pulumi-language-nodejs"
  echo official >"$cache/pulumi.kind"
  exit
fi

build_engine() {
  cd "$lab/engine"
  # Without cgo no C compiler is needed and the result runs on any Linux. GOFLAGS and
  # GOWORK of the machine could change what is built.
  GOFLAGS='' GOWORK=off CGO_ENABLED=0 go build -trimpath -buildvcs=false \
    -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v$PULUMI_VERSION" \
    -o "$cache/pulumi.new" github.com/pulumi/pulumi/pkg/v3/cmd/pulumi
}

# Since Go 1.21 a go.mod that asks for a newer Go makes the old one fetch it from the module
# proxy. Where Go is older (Debian 12: 1.19) or missing, Debian 13's does it in a container.
go_is_enough() { have go && newer "$(go env GOVERSION 2>/dev/null | sed 's/^go//')" 1.21; }
build_engine_in_container() {
  local image
  image=$("$lab/images/build" ensure base)
  # The machine's certificates and Go settings are lent to this container, nothing is kept of it.
  docker run --rm --network host --label mcp-gateway.lab=true \
    -v "$lab/engine:/src:ro" -v "$cache:/out" -v "$(host_ca):/ca.crt:ro" \
    -e SSL_CERT_FILE=/ca.crt -e GOPROXY -e GONOSUMDB -e GOSUMDB -e GOFLAGS= -e GOTOOLCHAIN=auto -e CGO_ENABLED=0 -e HOME=/tmp \
    -e http_proxy -e https_proxy -e no_proxy \
    "$image" sh -ec "apt-get -qq update; apt-get -qq install -y golang-go ca-certificates >/dev/null
      cd /src; go build -trimpath -buildvcs=false \
        -ldflags '-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v$PULUMI_VERSION' \
        -o /out/pulumi.new github.com/pulumi/pulumi/pkg/v3/cmd/pulumi; chown $(id -u):$(id -g) /out/pulumi.new"
}

want=$(sha256sum "$lab/engine/go.mod" "$lab/engine/go.sum" | sha256sum)
if [ ! -x "$bin/pulumi" ] || [ -L "$bin/pulumi" ] || [ "$(cat "$cache/engine.stamp" 2>/dev/null)" != "$want" ]; then
  if go_is_enough; then
    long engine "building the Pulumi engine v$PULUMI_VERSION from its Go module" build_engine
  else
    long engine "building the Pulumi engine v$PULUMI_VERSION from its Go module, in a container (no Go >= 1.21 here)" build_engine_in_container
  fi
  rm -f "$bin/pulumi"
  mv "$cache/pulumi.new" "$bin/pulumi"
  "$bin/pulumi" version | grep -qx "v$PULUMI_VERSION" || fail "the engine was built, but says it is $("$bin/pulumi" version)"
  printf '%s\n' "$want" >"$cache/engine.stamp"
fi
wrapper pulumi-language-nodejs language-nodejs
standin_plugins
echo standin >"$cache/pulumi.kind"
