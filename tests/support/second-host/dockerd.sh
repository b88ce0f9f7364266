# Starts the Docker engine of the second host and waits until it answers.
set -eu
setsid dockerd --log-level warn >>/var/log/dockerd.log 2>&1 </dev/null &
for _ in $(seq 150); do
  docker -H unix:///run/docker.sock version >/dev/null 2>&1 && exit 0
  sleep 0.2
done
tail -n 20 /var/log/dockerd.log >&2
exit 1
