#!/bin/sh
# As the official image does: flags alone are haproxy's, and haproxy runs as master
# and worker (-W) in the foreground (-db), so that SIGUSR2 reloads and SIGUSR1 drains.
set -e
case "${1:-}" in -*) set -- haproxy "$@" ;; esac
if [ "${1:-}" = haproxy ]; then
  shift
  set -- haproxy -W -db "$@"
fi
exec "$@"
