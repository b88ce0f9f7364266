#!/usr/bin/env bash
# What a second Docker host on this machine needs besides an engine: an SSH server's program. Only
# where nothing would start it as a service of the machine; elsewhere its tests say what is missing.
set -euo pipefail
# shellcheck source=lab/steps/lib.sh
. "$(dirname "$0")/lib.sh"

if [ -x /usr/sbin/sshd ] || [ "$(id -u)" != 0 ] || ! have apt-get || [ -d /run/systemd/system ]; then exit; fi
packages openssh-server openssh-client iproute2
