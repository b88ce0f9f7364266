# Sourced by the Makefile: the lab's toolchain, and a place for state and passphrase.
# A backend of the user's own (`pulumi login`, PULUMI_BACKEND_URL) is left alone.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=/dev/null
[ ! -f "$root/.lab/env" ] || source "$root/.lab/env"
export PULUMI_STACK=${STACK:-local} PULUMI_SKIP_UPDATE_CHECK=true
# Pulumi's own default grows with the machine (4 for each core), an SSH server's patience does not:
# sshd takes 10 sessions a connection and starts to refuse new ones at 10 half-open connections.
export PULUMI_PARALLEL=${PULUMI_PARALLEL:-8}

own_backend() {
  [ -n "${PULUMI_BACKEND_URL:-}${PULUMI_ACCESS_TOKEN:-}" ] ||
    grep -qs '"current": *"[^"]' "${PULUMI_HOME:-$HOME/.pulumi}/credentials.json"
}
if ! own_backend; then
  export PULUMI_BACKEND_URL="file://$root/.pulumi-state"
  mkdir -p "$root/.pulumi-state"
  if [ -z "${PULUMI_CONFIG_PASSPHRASE:-}${PULUMI_CONFIG_PASSPHRASE_FILE:-}" ]; then
    if [ ! -s "$root/.passphrase" ]; then
      (umask 077 && head -c 32 /dev/urandom | base64 | tr -d '/+=\n' >"$root/.passphrase")
      echo "made .passphrase: it opens the secrets in .pulumi-state; keep a copy of both" >&2
    fi
    export PULUMI_CONFIG_PASSPHRASE_FILE="$root/.passphrase"
  fi
fi
