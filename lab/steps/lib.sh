# shellcheck shell=bash
# Shared by lab/up and its steps: where things are, how a step speaks, packages, versions.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
lab=$root/lab
cache=$root/.lab
bin=$cache/bin
PULUMI_VERSION=3.259.0 # the engine built from its Go module; other versions may not be served
PULUMI_OLDEST=3.238.0  # an engine found on PATH may be as old as this
NODE_VERSION=$(<"$root/.nvmrc") # from npm, where the machine's node is older than 22.18
REGISTRY=${LAB_REGISTRY:-127.0.0.1:5055} # where the stand-in images are pushed; another port if this one is taken
export root lab cache bin PULUMI_VERSION PULUMI_OLDEST NODE_VERSION REGISTRY

say() { printf 'lab: %s\n' "$*"; }
fail() { printf 'lab: %s\n' "$@" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# newer HAVE WANT: is version HAVE at least WANT?
newer() { [ "$(printf '%s\n%s\n' "${1#v}" "${2#v}" | sort -V | head -n 1)" = "${2#v}" ]; }

# long NAME WHAT COMMAND…: a step that takes a while. Says what it does, that it is still
# at it every 30 s, and how long it took; what it printed is in .lab/log/NAME.log.
long() {
  local name=$1 what=$2 began=$SECONDS log status=0 ticker
  log=$cache/log/$name.log
  shift 2
  mkdir -p "$cache/log"
  say "$what …"
  (
    # The sleep must not outlive the step: it would hold make's output open.
    trap 'kill "$nap" 2>/dev/null; exit 0' TERM
    while :; do
      sleep 30 >/dev/null 2>&1 &
      nap=$!
      wait "$nap"
      say "  still $what ($((SECONDS - began)) s)"
    done
  ) &
  ticker=$!
  # In the background, because bash ignores "set -e" in whatever stands before a "||":
  # a failed pip install once went on as if nothing had happened.
  ("$@") >"$log" 2>&1 </dev/null &
  wait $! || status=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  if [ "$status" != 0 ]; then
    tail -n 30 "$log" >&2
    fail "$what: failed after $((SECONDS - began)) s (exit code $status; everything it printed: .lab/log/$name.log)"
  fi
  say "$what: $((SECONDS - began)) s"
}

# packages NAME…: from the machine's own package manager, when something is missing.
packages() {
  have apt-get || fail "needed here, and apt-get is not there to get it: $*"
  [ "$(id -u)" = 0 ] || fail "needed here: $*. As an ordinary user lab/up cannot install packages; run:" \
    "  sudo apt-get update && sudo apt-get install -y $*"
  # Steps run side by side; apt wants to be alone.
  (
    flock 8
    long "apt-$1" "installing Debian packages: $*" install_packages "$@"
  ) 8>"$cache/apt.lock"
}

install_packages() {
  # Once per hour is enough; before the first update apt may know no package at all.
  if [ -z "$(find "$cache/apt.updated" -mmin -60 2>/dev/null)" ]; then
    apt-get update
    touch "$cache/apt.updated"
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# The answers of reach.sh: official_pulumi and official_images, yes or no.
reach() {
  official_pulumi=no official_images=no
  if [ -f "$cache/reach" ]; then
    # shellcheck source=/dev/null
    . "$cache/reach"
  fi
  export official_pulumi official_images
}

# The machine's certificate bundle: a company's own authority may stand between it and the registries.
host_ca() {
  local file
  for file in "${PIP_CERT:-}" "${SSL_CERT_FILE:-}" "${REQUESTS_CA_BUNDLE:-}" /etc/ssl/certs/ca-certificates.crt \
    /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
    if [ -n "$file" ] && [ -r "$file" ]; then echo "$file"; return; fi
  done
  fail "no certificate bundle found on this machine (install ca-certificates)"
}
