# Deletes the keys that the configuration no longer names, from LiteLLM and from the keyring, and
# blocks keys that somebody else has made. Those are not deleted: whoever made one can see that it
# is blocked, and its spend stays. In the database, because LiteLLM's own call fails for a row that
# was written by hand (1.77.3: 500 where a column is null).
# NAMES: the names to keep. Standard input: the same as {"names": [...]}.
set -eu
docker exec -i "$PROXY" python3 /etc/mcp-gateway/admin.py purge
docker exec -i "$DATABASE" sh -c 'exec psql -U "${PGUSER:-postgres}" -d "${PGDATABASE:-litellm}" "$@"' psql -qXAt -v ON_ERROR_STOP=1 -f - <<'SQL'
update "LiteLLM_VerificationToken" set blocked = true
where metadata->>'managed_by' is distinct from 'mcp-gateway' and team_id is distinct from 'litellm-dashboard'
  and blocked is not true
returning 'blocked ' || coalesce(key_alias, left(token, 12));
SQL
# shellcheck disable=SC2086 # NAMES is a list of names without spaces
docker exec -i "$DATABASE" sh -euc '
  ring=$1
  shift
  for file in "$ring"/key-*; do
    [ -e "$file" ] || continue
    kept=no
    for name in "$@"; do
      [ "$file" = "$ring/key-$name" ] && kept=yes
    done
    [ "$kept" = yes ] || rm -f "$file"
  done
' purge "$KEYRING" $NAMES </dev/null
