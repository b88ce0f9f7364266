# Makes one key true in LiteLLM. Standard input: the key as admin.py takes it.
exec docker exec -i "$PROXY" python3 /etc/mcp-gateway/admin.py apply
