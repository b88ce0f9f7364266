# Keeps the secret NAME beside the data it belongs to, in the database's volume, and prints
# the value that holds: the kept one while its rotation word is the same, otherwise the new
# one. After a rotation with an overlap a second line has the value before and the Unix second
# until which it holds. Standard input: "<rotation word> <overlap seconds> <new value>".
# So keys and the salt key live exactly as long as the data volume: `destroy` and `up` give
# clients their old keys back. A copy in COPIES lives as long as the deployment: a volume that is
# lost, or whose file was edited, gets the same values again.
set -eu
umask 077
read -r wanted
kept=$({
  printf '%s\n' "$wanted"
  [ ! -f "$COPIES/$NAME" ] || cat "$COPIES/$NAME"
} | docker exec -i "$CONTAINER" sh -euc '
  umask 077
  mkdir -p "$1"
  read -r rotation overlap value
  copy=$(cat)
  kept_rotation= kept_value=
  if [ -n "$copy" ]; then
    printf "%s\n" "$copy" >"$1/.$2.new"
    mv "$1/.$2.new" "$1/$2"
  fi
  if [ -f "$1/$2" ]; then
    read -r kept_rotation kept_value <"$1/$2"
    if [ "$kept_rotation" = "$rotation" ]; then
      cat "$1/$2"
      exit 0
    fi
  fi
  {
    printf "%s %s\n" "$rotation" "$value"
    [ -z "$kept_value" ] || [ "$overlap" = 0 ] ||
      printf "%s %s\n" "$kept_value" "$(($(date +%s) + overlap))"
  } >"$1/.$2.new"
  mv "$1/.$2.new" "$1/$2"
  cat "$1/$2"
' keep "$KEYRING" "$NAME")
mkdir -p "$COPIES"
chmod 700 "$COPIES"
printf '%s\n' "$kept" >"$COPIES/.$NAME.new"
mv "$COPIES/.$NAME.new" "$COPIES/$NAME"
printf '%s\n' "$kept" | sed '1s/^[^ ]* //'
