# How things are on the Docker host, in words that can be compared: functions for the notes that
# are written beside what was applied, and for the look back at them (look.sh).

# claim_note, before the work, and write_note STATE after it: of APPLIED, ID, REVISION, PLACE, PLACE_NAMES.
# A run that another one has begun after leaves the note to that one.
claim_note() {
  CLAIM=$$.$(date +%s%N)
  (
    umask 077
    mkdir -p "$APPLIED"
    chmod 700 "$APPLIED"
    echo "$CLAIM" >"$APPLIED/.$ID.claim"
  )
}
write_note() (
  umask 077
  printf '%s\n' "$REVISION" "$1" "$PLACE" "$PLACE_NAMES" >"$APPLIED/.$ID.$CLAIM"
  if [ "$(cat "$APPLIED/.$ID.claim" 2>/dev/null || echo "$CLAIM")" = "$CLAIM" ]; then
    mv "$APPLIED/.$ID.$CLAIM" "$APPLIED/$ID"
  else
    rm "$APPLIED/.$ID.$CLAIM"
  fi
)

# file_state DIRECTORY NAME...: "name=mode:owner:content" of each; the content as its hash, or as
# size and time of one that we may not read (a deployer who is not root).
file_state() {
  where=$1
  shift
  for name in "$@"; do
    seen=gone
    if [ -f "$where/$name" ] && [ -r "$where/$name" ]; then
      seen=$(stat -c '%a:%u:%g' "$where/$name"):$(sha256sum <"$where/$name" | cut -c1-64)
    elif [ -f "$where/$name" ]; then
      seen=$(stat -c '%a:%u:%g:%s@%Y' "$where/$name")
    fi
    printf '%s=%s ' "$name" "$seen"
  done
}

# container_state ARGUMENT...: "name|what of it can be edited" of each, ids or names. Networks that a
# container is put on while it runs (label mcp-gateway.links) have notes of their own.
container_state() {
  docker inspect -f '{{index .Config.Labels "mcp-gateway.links"}}	{{.Name}}|memory={{.HostConfig.Memory}} swap={{.HostConfig.MemorySwap}} cpus={{.HostConfig.NanoCpus}} shares={{.HostConfig.CpuShares}} period={{.HostConfig.CpuPeriod}} quota={{.HostConfig.CpuQuota}} pids={{.HostConfig.PidsLimit}} cpuset={{.HostConfig.CpusetCpus}} restart={{.HostConfig.RestartPolicy.Name}} networks=	{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}+{{end}}	 word={{index .Config.Labels "mcp-gateway.word"}};' "$@" |
    awk -F '\t' '{
      count = split($3, networks, "+")
      kept = ""
      for (at = 1; at < count; at++)
        if ($1 == "" || index(networks[at], $1) != 1) kept = kept networks[at] "+"
      sub("^/", "", $2)
      printf "%s%s%s", $2, kept, $4
    }'
}

# key_rows DATABASE: tab-separated lines "key NAME STATE" of our keys in LiteLLM's database, "altered
# NAME" of those whose metadata is not what the gateway writes, "foreign WHO" of others that may do
# something, "blocked WHO" of others that may not, "row KIND NAME" of what could be loaded beside the
# configuration. LiteLLM's own UI sessions, which end within a day, are left out.
key_rows() {
  docker exec -i "$1" sh -c 'exec psql -U "${PGUSER:-postgres}" -d "${PGDATABASE:-litellm}" "$@"' psql -qXAt -v ON_ERROR_STOP=1 -F "$(printf '\t')" -f - <<'SQL'
select 'looked', 'database';
with seen as (
  select t.*, array_to_string(p.mcp_servers, '+') as servers,
    array_to_string(p.mcp_access_groups, '+') as groups,
    md5((to_jsonb(t) - array['token', 'key_name', 'key_alias', 'spend', 'expires', 'models', 'metadata',
      'blocked', 'tpm_limit', 'rpm_limit', 'max_budget', 'budget_duration', 'budget_reset_at',
      'model_spend', 'created_at', 'created_by', 'updated_at', 'updated_by', 'object_permission_id',
      'soft_budget_cooldown'])::text) as rest
  from "LiteLLM_VerificationToken" t left join "LiteLLM_ObjectPermissionTable" p using (object_permission_id)
)
select 'key', regexp_replace(key_alias, '\.previous$', ''), string_agg(
  concat('token=', left(token, 12), ' blocked=', coalesce(blocked, false), ' expires=',
    replace(coalesce(expires::text, 'never'), ' ', 'T'), ' models=', array_to_string(models, '+'),
    ' servers=', servers, ' groups=', groups, ' rpm=', rpm_limit, ' tpm=', tpm_limit,
    ' budget=', max_budget, ' per=', budget_duration, ' rest=', rest), ' / ' order by key_alias)
from seen where metadata->>'managed_by' = 'mcp-gateway' and key_alias is not null group by 2;
select 'altered', key_alias from "LiteLLM_VerificationToken"
where metadata->>'managed_by' = 'mcp-gateway' and key_alias is not null and metadata <> '{"managed_by": "mcp-gateway"}';
select case when blocked then 'blocked' else 'foreign' end,
  regexp_replace(coalesce(key_alias, 'without a name, ' || left(token, 12)), '[[:cntrl:]]', '?', 'g')
from "LiteLLM_VerificationToken"
where (metadata->>'managed_by' is distinct from 'mcp-gateway' or key_alias is null)
  and (expires is null or expires > now() at time zone 'utc')
  and not (team_id is not distinct from 'litellm-dashboard' and expires is not null
    and expires < now() at time zone 'utc' + interval '25 hours')
order by 1, 2 limit 100;
select 'looked', 'rows';
select 'row', kind, regexp_replace(coalesce(name, 'without a name'), '[[:cntrl:]]', '?', 'g') from (
  select 'MCP server' as kind, coalesce(nullif(alias, ''), nullif(server_name, ''), server_id) as name from "LiteLLM_MCPServerTable"
  union all select 'model', model_name from "LiteLLM_ProxyModelTable"
  union all select 'credential', credential_name from "LiteLLM_CredentialsTable"
  union all select 'guardrail', guardrail_name from "LiteLLM_GuardrailsTable"
  union all select 'prompt', prompt_id from "LiteLLM_PromptTable"
  union all select 'vector store', coalesce(vector_store_name, vector_store_id) from "LiteLLM_ManagedVectorStoresTable"
  union all select 'setting', param_name from "LiteLLM_Config"
) loaded order by 2, 3 limit 100;
select 'looked', 'configuration';
SQL
}

# key_state DATABASE NAME
key_state() {
  key_rows "$1" | awk -F '\t' -v name="$2" '$1 == "key" && $2 == name { print $3 }'
}
