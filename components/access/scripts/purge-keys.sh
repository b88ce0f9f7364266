# Deletes the keys that the configuration no longer names, from LiteLLM and from the keyring, blocks
# keys that somebody else has made, and removes servers, models and settings that somebody has put
# into LiteLLM's database: all of them come from config.yaml. Keys are not deleted: whoever made one
# can see that it is blocked, and its spend stays. Says what it did, a line each.
# LiteLLM's own calls fail for a row that was written by hand (1.77.3: 500 where a column is null):
# what admin.py has left is done in the database.
# NAMES: the names to keep. Standard input: the same as {"names": [...]}.
set -eu
# Sorted: which of the two blocks a row that was written by hand is LiteLLM's chance.
by_litellm=$(docker exec -i "$PROXY" python3 /etc/mcp-gateway/admin.py purge)
in_database=$(docker exec -i "$DATABASE" sh -c 'exec psql -U "${PGUSER:-postgres}" -d "${PGDATABASE:-litellm}" "$@"' psql -qXAt -v ON_ERROR_STOP=1 -f - <<'SQL'
update "LiteLLM_VerificationToken" set blocked = true
where (metadata->>'managed_by' is distinct from 'mcp-gateway' or key_alias is null)
  and not (team_id is not distinct from 'litellm-dashboard' and expires is not null
    and expires < now() at time zone 'utc' + interval '25 hours')
  and blocked is not true
returning 'blocked ' || regexp_replace(coalesce(key_alias, left(token, 12)), '[[:cntrl:]]', '?', 'g');
with server as (delete from "LiteLLM_MCPServerTable"
    returning 'MCP server' as kind, coalesce(nullif(alias, ''), nullif(server_name, ''), server_id) as name),
  model as (delete from "LiteLLM_ProxyModelTable" returning 'model', model_name),
  credential as (delete from "LiteLLM_CredentialsTable" returning 'credential', credential_name),
  guardrail as (delete from "LiteLLM_GuardrailsTable" returning 'guardrail', guardrail_name),
  prompt as (delete from "LiteLLM_PromptTable" returning 'prompt', prompt_id),
  store as (delete from "LiteLLM_ManagedVectorStoresTable"
    returning 'vector store', coalesce(vector_store_name, vector_store_id)),
  setting as (delete from "LiteLLM_Config" returning 'setting', param_name)
select 'removed ' || kind || ' ' || regexp_replace(coalesce(name, 'without a name'), '[[:cntrl:]]', '?', 'g')
from (table server union all table model union all table credential union all table guardrail
  union all table prompt union all table store union all table setting) removed;
SQL
)
printf '%s\n' "$by_litellm" ${in_database:+"$in_database"} | LC_ALL=C sort
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
