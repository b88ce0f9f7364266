# Keeps in the keyring where LiteLLM's data is (`database-home`). If that is not HOME_NOW, brings
# the data here first: the old database is made read-only, so that a proxy which still uses it can
# go on answering but not write, dumped, restored in one transaction, and every table's rows are
# counted on both sides. The old database is kept as it is.
# CONTAINER: where psql reaches the new database. DEDICATED: the gateway's own server. MOVING: who has
# the old database meanwhile; labelled with FILES, so that one a killed move has left is known as ours.
set -eu
in_new() { docker exec -i "$CONTAINER" "$@"; }
dump=$MOUNTED/keyring/move.dump
counts="select format('%s.%s %s', schemaname, tablename, (xpath('/row/c/text()', query_to_xml(format('select count(*) as c from %I.%I', schemaname, tablename), false, true, '')))[1]::text) from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1"
new_sql() { in_new psql -qXAt -v ON_ERROR_STOP=1 -U "$DB_USER" -d "${2:-$DB_NAME}" -c "$1" </dev/null; }
remember() {
  # shellcheck disable=SC2016 # the container's own
  in_new sh -euc 'umask 077; mkdir -p "$1"; printf "%s\n" "$2" >"$1/.home.new"; mv "$1/.home.new" "$1/database-home"' \
    home "$KEYRING" "$HOME_NOW" </dev/null
}
# shellcheck disable=SC2016 # the container's own
was=$(in_new sh -euc '
  if [ -f "$1/database-home" ]; then cat "$1/database-home"
  elif [ -f "$2/pgdata/PG_VERSION" ]; then echo dedicated
  else echo nowhere; fi' home "$KEYRING" "$MOUNTED" </dev/null)
if [ "$was" = "$HOME_NOW" ] || [ "$was" = nowhere ]; then
  remember
  exit 0
fi
case "$was, $HOME_NOW" in
  "shared "*", shared "*)
    # shellcheck disable=SC2086 # shared HOST PORT NAME ROLE NETWORK
    set -- $was
    printf '%s\n' "LiteLLM's data is in the database $4 on $2:$3, and can be moved from there to a dedicated server only." \
      "     fix: first up with database.mode dedicated, then with this configuration" >&2
    exit 1
    ;;
esac

temporary=$MOVING
docker rm -f "$temporary" >/dev/null 2>&1 || true
case $was in
  dedicated)
    old=$DEDICATED
    if [ "$(docker inspect -f '{{.State.Running}}' "$DEDICATED" 2>/dev/null)" != true ]; then
      old=$temporary
      docker run -d --name "$temporary" --label "mcp-gateway.files=$FILES" --network none --user "$OWNER" --cap-drop ALL \
        --mount "type=volume,source=$VOLUME,target=$MOUNTED" --env "PGDATA=$MOUNTED/pgdata" "$IMAGE" postgres >/dev/null
    fi
    old_sql() { docker exec -i "$old" psql -qXAt -v ON_ERROR_STOP=1 -U postgres -d "$DEDICATED_NAME" -c "$1" </dev/null; }
    old_dump() { docker exec -i "$old" pg_dump -U postgres -d "$DEDICATED_NAME" "$@" </dev/null; }
    role=$DEDICATED_ROLE
    ;;
  *)
    # shellcheck disable=SC2086 # shared HOST PORT NAME ROLE NETWORK
    set -- $was
    old=$temporary
    role=$5
    docker run -d --name "$temporary" --label "mcp-gateway.files=$FILES" --network "$6" --user "$OWNER" --cap-drop ALL --read-only \
      --mount "type=volume,source=$VOLUME,target=$MOUNTED" \
      --env "PGHOST=$2" --env "PGPORT=$3" --env "PGDATABASE=$4" --env "PGUSER=$5" --env "PGPASSFILE=$KEYRING/pgpass" \
      --entrypoint sleep "$IMAGE" infinity >/dev/null
    old_sql() { docker exec -i "$old" psql -qXAt -v ON_ERROR_STOP=1 -c "$1" </dev/null; }
    old_dump() { docker exec -i "$old" pg_dump "$@" </dev/null; }
    ;;
esac
# A session keeps the setting that it was opened with.
close="select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = '$role' and pid <> pg_backend_pid()"
moved=no
end() {
  if [ "$moved" = no ]; then
    old_sql "alter role $role reset default_transaction_read_only" >/dev/null 2>&1 || true
    old_sql "$close" >/dev/null 2>&1 || true
    echo "the data stays where it was: $was" >&2
  fi
  docker exec "$CONTAINER" rm -f "$dump" </dev/null || true
  # A server that is killed has to recover at its next start.
  [ "$was" != dedicated ] || docker stop -t 60 "$temporary" >/dev/null 2>&1 || true
  docker rm -f "$temporary" >/dev/null 2>&1 || true
}
trap end EXIT
tries=0
until old_sql "select 1" >/dev/null 2>&1; do
  tries=$((tries + 1))
  if [ "$tries" -gt 60 ]; then
    echo "the server that has LiteLLM's data ($was) does not answer. Its last log lines:" >&2
    docker logs --tail 5 "$old" >&2
    exit 1
  fi
  sleep 0.5
done

old_sql "alter role $role set default_transaction_read_only = on"
old_sql "$close" >/dev/null
before=$(old_sql "$counts")
tables=$(new_sql "select count(*) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')")
if [ "$tables" != 0 ] && [ "$(new_sql "$counts")" != "$before" ]; then
  if [ "$HOME_NOW" != dedicated ]; then
    printf '%s\n' "the database $DB_NAME has LiteLLM's tables in it already, from an earlier time." \
      "     fix: rename it on its server (alter database $DB_NAME rename to ${DB_NAME}_old), and up again" >&2
    exit 1
  fi
  # What the dedicated server had before the data went elsewhere is kept as well.
  aside=${DB_NAME}_until_$(date +%Y%m%d%H%M%S)
  new_sql "alter database $DB_NAME rename to $aside" postgres
  new_sql "create database $DB_NAME owner $DEDICATED_ROLE" postgres
  new_sql "revoke all on database $DB_NAME from public" postgres
  echo "kept beside it: $aside"
  tables=0
fi
if [ "$tables" = 0 ]; then
  old_dump -Fc --no-owner --no-privileges -f "$dump"
  if [ "$HOME_NOW" = dedicated ]; then
    in_new pg_restore -U "$DB_USER" -d "$DB_NAME" --role "$DEDICATED_ROLE" --no-owner --single-transaction --exit-on-error "$dump" </dev/null
  else
    in_new pg_restore -d "$DB_NAME" --no-owner --single-transaction --exit-on-error "$dump" </dev/null
  fi
fi
after=$(new_sql "$counts")
if [ "$before" != "$after" ]; then
  echo "rows before and after are not the same:" >&2
  printf '%s\n--\n%s\n' "$before" "$after" >&2
  exit 1
fi
if [ "$HOME_NOW" = dedicated ]; then
  new_sql "alter role $DEDICATED_ROLE reset default_transaction_read_only"
  new_sql "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = '$DEDICATED_ROLE'" >/dev/null
fi
remember
moved=yes
printf 'moved %s tables from: %s\n' "$(printf '%s\n' "$after" | grep -c .)" "$was"
