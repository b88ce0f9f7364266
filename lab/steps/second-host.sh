#!/usr/bin/env bash
# What a second Docker host on this machine needs besides an engine: an SSH server's program, and a
# few tools. Only where nothing would start that as a service of the machine; elsewhere its tests
# say what is missing.
set -euo pipefail
# shellcheck source=lab/steps/lib.sh
. "$(dirname "$0")/lib.sh"

if [ "$(id -u)" != 0 ] || ! have apt-get || [ -d /run/systemd/system ]; then exit; fi
PATH=$PATH:/usr/sbin:/sbin
missing=no
for program in sshd ssh ip ss pkill; do have "$program" || missing=yes; done
[ "$missing" = no ] || packages openssh-server openssh-client iproute2 procps
