# The password that holds, from the keyring to where psql looks for it.
# ROTATION is there so that another password gets written.
exec docker exec -i "$CONTAINER" sh -euc '
  umask 077
  sed -n "1s/^[^ ]* /*:*:*:*:/p" "$1/database-password" >"$1/.pgpass.new"
  mv "$1/.pgpass.new" "$1/pgpass"
  psql -qXAt -v ON_ERROR_STOP=1 -c "select 1" >/dev/null
' passfile "$KEYRING" </dev/null
