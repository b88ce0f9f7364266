# Looks back at what was applied and changes nothing; one fact a line, fields tab-separated:
# applied (id, revision, state then), now (id, state), made (container, status), joined (container,
# networks), containers (states),
# ring (kept secret, hash), key, altered, foreign, blocked, row, looked (what could be read).
# APPLIED: the notes. FILES: whose containers. DATABASE, KEYRING: where keys are.
look() {
  for note in "$APPLIED"/*; do
    [ -f "$note" ] || continue
    {
      IFS= read -r revision
      IFS= read -r state
      IFS= read -r directory
      IFS= read -r names
    } <"$note" || continue
    printf 'applied\t%s\t%s\t%s\n' "${note##*/}" "$revision" "$state"
    # shellcheck disable=SC2086 # names have no spaces
    [ -z "$directory" ] || printf 'now\t%s\t%s\n' "${note##*/}" "$(file_state "$directory" $names)"
  done
  ids=$(docker ps -aq --filter "label=mcp-gateway.files=$FILES" 2>/dev/null)
  [ -n "$ids" ] || return 0
  # shellcheck disable=SC2086 # a list of ids
  docker inspect -f '{{.Name}}	{{.State.Status}}' $ids | sed 's,^/,made	,'
  # shellcheck disable=SC2086
  docker inspect -f '{{.Name}}	{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}' $ids |
    sed 's,^/,joined	,'
  # shellcheck disable=SC2086
  printf 'containers\t%s\n' "$(container_state $ids)"
  [ "$(docker inspect -f '{{.State.Running}}' "$DATABASE" 2>/dev/null)" = true ] || return 0
  key_rows "$DATABASE" 2>/dev/null &
  docker exec "$DATABASE" sh -c 'cd "$1" 2>/dev/null && sha256sum -- *; echo end' ring "$KEYRING" 2>/dev/null |
    awk '$1 == "end" { print "looked\tring"; next } { print "ring\t" $2 "\t" $1 }'
  wait
}
