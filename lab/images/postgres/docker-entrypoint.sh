#!/usr/bin/env bash
# The contract of the official postgres image, as far as its documentation states it:
# first start makes the cluster from POSTGRES_* and runs /docker-entrypoint-initdb.d
# against a server that only the unix socket reaches; later starts change nothing.
set -Eeo pipefail

fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# NAME or the contents of the file NAME_FILE, never both.
from_file() {
  local name=$1 default=${2:-} file="${1}_FILE"
  if [ -n "${!name:-}" ] && [ -n "${!file:-}" ]; then fail "both $name and $file are set (they exclude each other)"; fi
  if [ -n "${!file:-}" ]; then
    [ -r "${!file}" ] || fail "$file: cannot read ${!file}"
    printf -v "$name" '%s' "$(< "${!file}")"
  else
    printf -v "$name" '%s' "${!name:-$default}"
  fi
  export "${name?}"
  unset "$file"
}

# Root only prepares the directories; PostgreSQL itself refuses to run as root.
step_down() {
  mkdir -p "$PGDATA"
  find "$PGDATA" /var/run/postgresql \! -user postgres -exec chown postgres '{}' +
  chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$0" "$@"
}

sql() { PGHOST='' PGHOSTADDR='' psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --no-password "$@"; }

init_cluster() {
  local method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  if [ -z "$POSTGRES_PASSWORD" ] && [ "$method" != trust ]; then
    fail "the database is not initialised and no superuser password is given:" \
      "set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE (POSTGRES_HOST_AUTH_METHOD=trust lets everybody in)"
  fi
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA" 2>/dev/null || :
  # The password goes through a descriptor: not in the arguments and not in a file.
  eval "initdb --username=\"\$POSTGRES_USER\" --pwfile=<(printf '%s\n' \"\$POSTGRES_PASSWORD\") $POSTGRES_INITDB_ARGS"
  printf '\nhost all all all %s\n' "$method" >> "$PGDATA/pg_hba.conf"
}

run_init_files() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh)
        printf '%s: running %s\n' "$0" "$file"
        # shellcheck disable=SC1090  # not executable means: sourced, as in the official image
        if [ -x "$file" ]; then "$file"; else . "$file"; fi
        ;;
      *.sql) printf '%s: running %s\n' "$0" "$file"; sql --dbname "$POSTGRES_DB" -f "$file" ;;
      *.sql.gz) printf '%s: running %s\n' "$0" "$file"; gunzip -c "$file" | sql --dbname "$POSTGRES_DB" ;;
      '/docker-entrypoint-initdb.d/*') ;;
      *) printf '%s: ignoring %s\n' "$0" "$file" ;;
    esac
  done
}

first_start() {
  init_cluster
  export PGPASSWORD="${PGPASSWORD:-$POSTGRES_PASSWORD}"
  # Socket only: a client that waits for the port must not see a half-made database.
  PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -w -o "-c listen_addresses='' -p ${PGPORT:-5432}" start
  if [ "$POSTGRES_DB" != postgres ]; then
    sql --dbname postgres --set db="$POSTGRES_DB" <<< 'CREATE DATABASE :"db";'
  fi
  run_init_files
  PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -m fast -w stop
  unset PGPASSWORD
  printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

case "${1:-}" in '' | -*) set -- postgres "$@" ;; esac
if [ "$1" = postgres ]; then
  case " $* " in *' --help '* | *' -? '* | *' --version '* | *' -V '*) exec "$@" ;; esac
  [ "$(id -u)" != 0 ] || step_down "$@"
  from_file POSTGRES_PASSWORD
  from_file POSTGRES_USER postgres
  from_file POSTGRES_DB "$POSTGRES_USER"
  from_file POSTGRES_INITDB_ARGS
  if [ -s "$PGDATA/PG_VERSION" ]; then
    printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
  else
    first_start
  fi
fi
exec "$@"
