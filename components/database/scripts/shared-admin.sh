# Does something as the admin of a shared PostgreSQL server: MODE look (only says what stands in
# the way, a line "finding<TAB>sentence<TAB>fix" each), apply (the same as errors; without one,
# runs STATEMENTS) or drop. A throw-away container on the server's network: the admin's password
# is there for that moment and nowhere else.
# Standard input: the admin's password, and on a second line the verifier of the role's.
set -eu
finding() { printf 'finding\t%s\t%s\n' "$1" "$2"; }
talk() {
  # shellcheck disable=SC2086 # no words or several
  docker run --rm -i --pull "$PULL" --network "$NETWORK" --user "$OWNER" --cap-drop ALL --read-only \
    --security-opt no-new-privileges:true $VOLUME_MOUNT --entrypoint sh "$IMAGE" -euc '
      IFS= read -r PGPASSWORD
      IFS= read -r verifier || verifier=
      PGHOST=$1 PGPORT=$2 PGUSER=$3 PGDATABASE=$4 PGCONNECT_TIMEOUT=5
      export PGPASSWORD PGHOST PGPORT PGUSER PGDATABASE PGCONNECT_TIMEOUT
      id=$(sed -n "1s/^[^ ]* //p" "$5/database-id" 2>/dev/null || echo none)
      if [ "$6" = drop ]; then
        # Moved to another server since: what is left here is the copy that was to be kept.
        case $(cat "$5/database-home" 2>/dev/null || true) in
          "" | "shared "*) ;;
          *) exit 0 ;;
        esac
      fi
      ask() { psql -qXAt -F "$(printf "\t")" -v ON_ERROR_STOP=1 -v "id=$id" "$@" -f -; }
      found=$(printf %s "$7" | ask)
      if [ -z "$found" ] && [ -n "$(printf %s "$8" | ask)" ]; then
        found=$(printf %s "$9" | ask -d "${10}")
      fi
      if [ -n "$found" ]; then
        printf "%s\n" "$found" | sed "s/^/finding$(printf "\t")/"
      elif [ "$6" != look ]; then
        # On standard input, not as an argument: the verifier is for this server alone.
        { printf "\\\\set verifier \047%s\047\n" "$verifier"; printf %s "${11}"; } | ask
      fi' admin \
    "$SERVER" "$PORT" "$ADMIN" "$ADMIN_DATABASE" "$KEYRING" \
    "$MODE" "$SERVER_CHECK" "$IS_FOREIGN" "$CONTENT_CHECK" "$NAME" "$STATEMENTS" 2>&1
}
if [ "$MODE" = look ]; then
  # What is missing here has a finding of its own, or is not there yet at the first preview.
  docker network inspect "$NETWORK" >/dev/null 2>&1 || exit 0
  [ "$PULL" = missing ] || docker image inspect "$IMAGE" >/dev/null 2>&1 || exit 0
fi
VOLUME_MOUNT=
if docker volume inspect "$VOLUME" >/dev/null 2>&1; then
  VOLUME_MOUNT="--mount type=volume,source=$VOLUME,target=$MOUNTED,readonly"
fi
if ! said=$(talk); then
  last=$(printf %s "$said" | tail -n 1)
  case $said in
    *"authentication failed"* | *"no pg_hba.conf entry"*)
      said=$(finding "the PostgreSQL server $SERVER refuses the admin $ADMIN: ${last##*FATAL:  }" "$FIX_PASSWORD")
      ;;
    *"could not translate host name"* | *"Connection refused"* | *"timeout expired"* | *"No route"*)
      said=$(finding "no PostgreSQL server answers at $SERVER:$PORT on the network $NETWORK" "$FIX_HOST")
      ;;
    *) said=$(finding "the PostgreSQL server $SERVER: $last" "look at its log") ;;
  esac
fi
case $said in
  finding*)
    if [ "$MODE" = look ]; then
      printf '%s\n' "$said"
    else
      printf '%s\n' "$said" | sed 's/^finding	\(.*\)	\(.*\)$/\1\n     fix: \2/' >&2
      exit 1
    fi
    ;;
  *) printf %s "$said" ;;
esac
