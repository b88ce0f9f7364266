#!/usr/bin/env bash
# The second Docker host, from inside: process 1 of its own mount, network, process and host name
# namespaces (`unshare`). It ends, and with it everything on it, when its standard input does.
# PLACE has what it keeps: docker, log, home, etc. NAME is its host name.
set -euo pipefail
hostname "$NAME"
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/sshd /run/lock
# The machine's own engine, users and homes are not to be seen from here.
mkdir -p /var/lib/docker
mount --bind "$PLACE/docker" /var/lib/docker
mount --bind "$PLACE/log" /var/log
# The directory, not single files: those of the machine are replaced when it gets another user, and
# what was mounted over one that is replaced is gone.
mount --bind "$PLACE/etc" /etc
mount --bind "$PLACE/home" /home
cd /
# The other end of the cable is plugged in now.
read -r address
ip link set lo up
ip address add "$address" dev lan0
ip link set lan0 up
/usr/sbin/sshd -D -E /var/log/sshd.log </dev/null &
bash /etc/ssh/dockerd.sh
echo ready
# The first of these to end is the end: nobody there any more who plugged the cable in.
cat >/dev/null
