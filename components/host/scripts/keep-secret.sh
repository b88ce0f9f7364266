# Keeps the secret NAME beside the data it belongs to, in the database's volume, and prints
# the value that holds: the kept one while its rotation word is the same, otherwise the new
# one. After a rotation with an overlap a second line has the value before and the Unix second
# until which it holds. Standard input: "<rotation word> <overlap seconds> <new value>".
# So keys and the salt key live exactly as long as the data volume: `destroy` and `up` give
# clients their old keys back.
exec docker exec -i "$CONTAINER" sh -euc '
  umask 077
  mkdir -p "$1"
  read -r rotation overlap value
  kept_rotation= kept_value=
  if [ -f "$1/$2" ]; then
    read -r kept_rotation kept_value <"$1/$2"
    if [ "$kept_rotation" = "$rotation" ]; then
      sed "1s/^[^ ]* //" "$1/$2"
      exit 0
    fi
  fi
  {
    printf "%s %s\n" "$rotation" "$value"
    [ -z "$kept_value" ] || [ "$overlap" = 0 ] ||
      printf "%s %s\n" "$kept_value" "$(($(date +%s) + overlap))"
  } >"$1/.$2.new"
  mv "$1/.$2.new" "$1/$2"
  sed "1s/^[^ ]* //" "$1/$2"
' keep "$KEYRING" "$NAME"
