# Waits until every one of CONTAINERS is healthy, for SECONDS_ALLOWED seconds altogether.
# Does not wait for Docker to look (every 30 s before Docker 25): runs the same test itself.
# Fails at once when one has stopped or is unhealthy, with its last log lines; secrets
# (one a line on standard input) are masked in them.
# Each gets PIDS_LIMIT: the provider has no such input. Docker keeps it over restarts.
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
passes() {
  container=$1
  words=$(docker inspect -f '{{range .Config.Healthcheck.Test}}{{println .}}{{end}}' "$container")
  set --
  while IFS= read -r word; do set -- "$@" "$word"; done <<WORDS
$words
WORDS
  shift # CMD
  timeout 15 docker exec "$container" "$@" </dev/null >/dev/null 2>&1
}
end=$(($(date +%s) + SECONDS_ALLOWED))
for container in $CONTAINERS; do
  started=
  while :; do
    state=$(docker inspect -f '{{.State.Status}} {{.RestartCount}} {{.State.ExitCode}} {{if .State.Health}}{{.State.Health.Status}}{{else}}unknown{{end}}' "$container") || {
      echo "fix: make up, which has the state forget what is gone; or pulumi up --refresh" >&2
      exit 1
    }
    # shellcheck disable=SC2086 # four words
    set -- $state
    # A start that failed (a port taken at that moment) leaves it created, and the next `up`
    # sees nothing to change; so does a cable that was pulled before the start, and then it has no
    # health yet. One that was stopped by hand is not started by its restart policy.
    case $1/$started in
      created/ | exited/)
        started=yes
        docker start "$container" >/dev/null
        continue
        ;;
      paused/*)
        docker unpause "$container" >/dev/null
        continue
        ;;
    esac
    [ "$4" = healthy ] && break
    [ "$1" = running ] && passes "$container" && break
    [ "$4" = unhealthy ] && give_up "$container" "is unhealthy"
    [ "$1" = exited ] && give_up "$container" "has stopped with exit code $3"
    [ "$2" -ge 3 ] && give_up "$container" "keeps stopping (exit code $3)"
    [ "$(date +%s)" -lt "$end" ] || give_up "$container" "was not healthy within $SECONDS_ALLOWED s (now $4)"
    sleep 0.5
  done
  docker update --pids-limit "$PIDS_LIMIT" "$container" >/dev/null
done
