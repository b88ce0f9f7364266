# Waits until every one of CONTAINERS is healthy, for SECONDS_ALLOWED seconds altogether.
# Fails at once when one has stopped or is unhealthy, with its last log lines; secrets
# (one a line on standard input) are masked in them.
set -eu
secrets=$(cat)
show() {
  docker logs --tail 25 "$1" 2>&1 | SECRETS=$secrets awk '
    BEGIN { count = split(ENVIRON["SECRETS"], secret, "\n") }
    {
      line = $0
      for (i = 1; i <= count; i++)
        while (length(secret[i]) >= 8 && (at = index(line, secret[i])) > 0)
          line = substr(line, 1, at - 1) "[secret]" substr(line, at + length(secret[i]))
      print "    " line
    }' >&2
}
give_up() {
  echo "$1 $2. Its last log lines:" >&2
  show "$1"
  echo "More: docker logs $1. Then run the same command again: what is done stays done." >&2
  exit 1
}
end=$(($(date +%s) + SECONDS_ALLOWED))
for container in $CONTAINERS; do
  while :; do
    state=$(docker inspect -f '{{.State.Status}} {{.RestartCount}} {{.State.ExitCode}} {{.State.Health.Status}}' "$container")
    # shellcheck disable=SC2086 # four words
    set -- $state
    [ "$4" = healthy ] && break
    # A start that failed (a port taken at that moment) leaves it created, and the next `up`
    # sees nothing to change.
    [ "$1" = created ] && docker start "$container" >/dev/null
    [ "$4" = unhealthy ] && give_up "$container" "is unhealthy"
    [ "$1" = exited ] && give_up "$container" "has stopped with exit code $3"
    [ "$2" -ge 3 ] && give_up "$container" "keeps stopping (exit code $3)"
    [ "$(date +%s)" -lt "$end" ] || give_up "$container" "was not healthy within $SECONDS_ALLOWED s (now $4)"
    sleep 0.3
  done
done
