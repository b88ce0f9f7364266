# Keeps the secret NAME beside the data it belongs to, in the database's volume, and prints
# the value that holds: the kept one while its rotation word is the same, otherwise the new
# one. Standard input: "<rotation word> <new value>". So keys and the salt key live exactly
# as long as the data volume: `destroy` and `up` give clients their old keys back.
exec docker exec -i "$CONTAINER" sh -euc '
  umask 077
  mkdir -p "$1"
  read -r rotation value
  if [ -f "$1/$2" ]; then
    read -r kept_rotation kept_value <"$1/$2"
    if [ "$kept_rotation" = "$rotation" ]; then
      printf %s "$kept_value"
      exit 0
    fi
  fi
  printf "%s %s\n" "$rotation" "$value" >"$1/.$2.new"
  mv "$1/.$2.new" "$1/$2"
  printf %s "$value"
' keep "$KEYRING" "$NAME"
