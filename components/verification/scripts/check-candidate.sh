# Proves the proxy PROXY before the edge sends it anything. Standard input: what candidate.py takes.
set -eu
docker exec -i "$PROXY" python3 /etc/mcp-gateway/candidate.py && exit 0
echo "the new proxy $PROXY gets no traffic; the one before it, if there is one, keeps serving." >&2
exit 1
