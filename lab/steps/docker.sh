#!/usr/bin/env bash
# A Docker engine that answers: found, or Debian's, started here when we are root.
set -euo pipefail
# shellcheck source=lab/steps/lib.sh
. "$(dirname "$0")/lib.sh"

answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>"$cache/docker.err"; }

if have docker && answers; then exit; fi

if [ -n "${DOCKER_HOST:-}" ] && have docker; then
  fail "the Docker engine at DOCKER_HOST=$DOCKER_HOST does not answer: $(cat "$cache/docker.err")" \
    "  start it, or unset DOCKER_HOST to use this machine's own"
fi
if have docker && grep -qi 'permission denied' "$cache/docker.err"; then
  fail "a Docker engine is there, but $(id -un) may not talk to it. Run, then log in again:" \
    "  sudo usermod -aG docker $(id -un)"
fi
if [ "$(id -u)" != 0 ]; then
  if have docker && have dockerd; then
    fail "the Docker engine is not running. Start it:" "  sudo systemctl start docker"
  fi
  fail "there is no Docker engine. Install one and join its group, then log in again:" \
    "  sudo apt-get update && sudo apt-get install -y docker.io iptables && sudo usermod -aG docker $(id -un)"
fi

if ! have dockerd; then packages docker.io iptables; fi
if ! have docker; then packages docker-cli; fi # a package of its own since Debian 13
if answers; then exit; fi

wait_for_engine() {
  for _ in $(seq 60); do
    if answers; then return 0; fi
    sleep 0.5
  done
  return 1
}
if [ -d /run/systemd/system ]; then
  say "starting the Docker engine (systemd)"
  systemctl start docker
else
  say "starting the Docker engine (dockerd, log in .lab/dockerd.log)"
  # It has to outlive make and this shell, so: a session of its own, and nothing of theirs
  # held open (make's job server, lab/up's lock, the pipe that a CI waits on for our end).
  (
    for fd in "/proc/$BASHPID/fd/"*; do
      fd=${fd##*/}
      if [ "$fd" -gt 2 ]; then eval "exec $fd>&-"; fi
    done
    exec setsid nohup dockerd >"$cache/dockerd.log" 2>&1 </dev/null
  ) &
  echo $! >"$cache/dockerd.pid"
fi
if ! wait_for_engine; then
  tail -n 15 "$cache/dockerd.log" >&2 2>/dev/null || true
  fail "the Docker engine does not answer 30 s after its start: $(cat "$cache/docker.err")"
fi
