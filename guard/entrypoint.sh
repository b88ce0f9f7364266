#!/bin/sh
# Starts LiteLLM with the secrets of the mounted env file: they never appear in
# `docker inspect`. With an unset master key LiteLLM 1.77.3 lets every caller in,
# so it is not started at all then.
set -eu
secrets=/run/secrets/mcp-gateway.env
[ -r "$secrets" ] || {
  echo "mcp-gateway: $secrets cannot be read by uid $(id -u)" >&2
  exit 78
}
# In a shell of their own: what this process becomes is started without any of them (serve.py).
(
  # shellcheck source=/dev/null
  . "$secrets"
  for name in LITELLM_MASTER_KEY LITELLM_SALT_KEY DATABASE_URL MCP_GATEWAY_ADMIN_SECRET \
    MCP_GATEWAY_RELAY_SECRET; do
    eval "value=\${$name:-}"
    [ -n "$value" ] || {
      echo "mcp-gateway: $name is not set in $secrets: LiteLLM is not started" >&2
      exit 78
    }
  done
  case $LITELLM_MASTER_KEY in
    sk-????????????????????????????????*) ;;
    *)
      echo "mcp-gateway: LITELLM_MASTER_KEY must be sk- and 32 characters or more" >&2
      exit 78
      ;;
  esac
)
# Without it LiteLLM trusts all public roots, and calls take longer.
if roots=$(python3 /etc/mcp-gateway/trusted_roots.py); then
  export SSL_CERT_FILE="$roots"
fi
# The database is migrated while LiteLLM loads its modules (prisma.sh says why): 6 s of 13.
prisma=/tmp/mcp-gateway-prisma
find_extras='import importlib.util as u; print(u.find_spec("litellm_proxy_extras").submodule_search_locations[0])'
rm -rf "$prisma"
if program=$(command -v prisma) && migrations=$(python3 -c "$find_extras" 2>/dev/null); then
  mkdir -m 700 "$prisma" "$prisma/bin"
  echo "$program" >"$prisma/program"
  # No copy: nothing can be run out of a temporary file system.
  ln -s /etc/mcp-gateway/prisma.sh "$prisma/bin/prisma"
  # Twice apart from this process, which becomes LiteLLM and waits for no child of another's.
  (
    (
      code=0
      # shellcheck source=/dev/null
      . "$secrets"
      export DATABASE_URL
      cd "$migrations" && "$program" migrate deploy >"$prisma/out" 2>"$prisma/err" || code=$?
      echo "$code" >"$prisma/code.new"
      mv "$prisma/code.new" "$prisma/code"
    ) &
  )
  export PATH="$prisma/bin:$PATH"
fi
exec python3 /etc/mcp-gateway/serve.py --config /etc/mcp-gateway/config.yaml --host 0.0.0.0 --port 4000
