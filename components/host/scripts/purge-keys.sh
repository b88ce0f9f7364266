# Deletes the keys that the configuration no longer names, from LiteLLM and from the keyring.
# NAMES: the names to keep. Standard input: the same as {"names": [...]}.
set -eu
docker exec -i "$PROXY" python3 /etc/mcp-gateway/admin.py purge
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
