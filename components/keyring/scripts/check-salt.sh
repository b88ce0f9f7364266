# Refuses a salt key that is not the one this database was encrypted with. The database says
# which one that is, in the comment of its schema: a dump and a volume both carry it along.
# Standard input: the salt key.
set -eu
hash=$(sha256sum | cut -c1-64)
sql() { docker exec -i "$CONTAINER" sh -c 'exec psql -U "${PGUSER:-postgres}" -d "${PGDATABASE:-litellm}" "$@"' psql -qXAt -v ON_ERROR_STOP=1 -c "$1" </dev/null; }
known=$(sql "select obj_description('public'::regnamespace, 'pg_namespace')")
case $known in
  "mcp-gateway salt key $hash") ;;
  "mcp-gateway salt key "*)
    cat >&2 <<TEXT
the salt key is another one than this database was encrypted with: what LiteLLM has stored encrypted (model keys, credentials) could never be read again. The proxy was left as it is.
fix: put the file salt-key of the keyring ($KEYRING in the database's volume) back from a backup of that volume, remove $COPIES/salt-key on the Docker host, then run the same command again
or, to give up what is stored: pulumi config set --path mcp-gateway:database.destroyData true, make up, make down, make up
TEXT
    exit 1
    ;;
  *) sql "comment on schema public is 'mcp-gateway salt key $hash'" ;;
esac
