#!/bin/bash
# Does what the official image's entrypoint does, written anew. Two of its habits matter
# to whoever runs it and are kept: the server is a child of this shell, not its successor
# (so `docker stop` lasts the whole grace period), and SSE without a host listens on all.
args=("$1")
shift
sse=no host=no previous=
for arg in "$@"; do
  # "localhost" in a database URL among the arguments means the Docker host.
  if [[ $arg == *postgres*://*localhost* ]]; then
    for name in host.docker.internal 172.17.0.1; do
      if ping -c 1 -w 1 "$name" >/dev/null 2>&1; then
        echo "Docker host found as $name" >&2
        arg=${arg/localhost/$name}
        break
      fi
    done
  fi
  case $arg in
    --transport=sse) sse=yes ;;
    sse) [ "$previous" != --transport ] || sse=yes ;;
    --sse-host*) host=yes ;;
  esac
  previous=$arg
  args+=("$arg")
done
if [ "$sse$host" = yesno ]; then args+=(--sse-host=0.0.0.0); fi
"${args[@]}"
status=$?
if [ "$status" -ne 0 ]; then echo "ERROR: ${args[0]} ended with exit code $status" >&2; fi
exit "$status"
