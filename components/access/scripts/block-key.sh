# Stops one key when its resource is deleted. Standard input: the key as admin.py takes it.
# A proxy that is gone serves no key; one that no longer answers must not keep `destroy`
# from going on, so the row is blocked in the database instead.
set -eu
wanted=$(cat)
running=$(docker inspect -f '{{.State.Running}}' "$PROXY" 2>/dev/null || echo false)
if [ "$running" = true ] &&
  printf %s "$wanted" | docker exec -i "$PROXY" python3 /etc/mcp-gateway/admin.py block; then
  exit 0
fi
if docker exec -i "$DATABASE" sh -c 'exec psql -U "${PGUSER:-postgres}" -d "${PGDATABASE:-litellm}" "$@"' psql -q -v ON_ERROR_STOP=1 -v "name=$NAME" <<'SQL'; then
update "LiteLLM_VerificationToken" set blocked = true where key_alias in (:'name', :'name' || '.previous');
SQL
  echo "the proxy did not answer: $NAME is blocked in the database"
else
  echo "neither the proxy nor its database answers: nobody can use $NAME now" >&2
fi
