# Makes the files on standard input, each a line "name base64", the configuration of the HAProxy
# in CONTAINER: HAProxy checks them first, then the link `current` moves to them in one step, then
# the running container reloads. Its old worker finishes what it is at. If anything fails, the
# configuration that was there stays, and is what serves.
# DIRECTORY is mounted as a whole: a single file or a link that is mounted would stay the old one.
set -eu
umask 022
incoming=$DIRECTORY/incoming
mkdir -p "$DIRECTORY"
chmod 755 "$DIRECTORY"
rm -rf "$incoming"
mkdir "$incoming"
while read -r name content; do
  printf %s "$content" | base64 -d >"$incoming/$name"
done
# The Docker host's own addresses on the container's networks: who may use the edge's admin port.
# shellcheck disable=SC2086 # NETWORKS is a list of names
docker network inspect -f '{{range .IPAM.Config}}{{.Gateway}} {{end}}' $NETWORKS |
  tr ' ' '\n' | sed -e '/^$/d' -e 's,/.*,,' >"$incoming/admin.lst"
echo 127.0.0.1 >>"$incoming/admin.lst"
# Authorities by which servers elsewhere are proved: the image's public ones, and private ones.
if [ -n "$ROOTS" ]; then
  if ! docker run --rm --network none --entrypoint cat "$IMAGE" "$ROOTS" >"$incoming/roots.pem" </dev/null; then
    rm -rf "$incoming"
    echo "the image of edge.image has no certificate authorities at $ROOTS, and a connector is at an https:// address." >&2
    exit 1
  fi
  [ ! -e "$incoming/private.pem" ] || cat "$incoming/private.pem" >>"$incoming/roots.pem"
fi

seen=$(docker inspect -f '{{.State.Running}} {{.Image}} {{range .Mounts}}{{.Source}} {{end}}' \
  "$CONTAINER" 2>/dev/null || true)
check() {
  if [ "$seen" = "true $IMAGE $DIRECTORY " ]; then
    docker exec "$CONTAINER" haproxy -c -f "$MOUNTED/incoming/haproxy.cfg" 2>&1
  else
    docker run --rm --network none --user "$OWNER" --cap-drop ALL --read-only \
      --mount "type=bind,source=$DIRECTORY,target=$MOUNTED,readonly" \
      "$IMAGE" haproxy -c -f "$MOUNTED/incoming/haproxy.cfg" 2>&1
  fi
}
if ! said=$(check </dev/null); then
  rm -rf "$incoming"
  printf 'HAProxy refuses the new configuration; the one before it keeps serving.\n%s\n' "$said" >&2
  exit 1
fi

version=$(cat "$incoming/version")
previous=$(readlink "$DIRECTORY/current" || true)
new=$version-$(date +%s)-$$
mv "$incoming" "$DIRECTORY/$new"
point() {
  ln -s "$1" "$DIRECTORY/.current.new"
  mv -T "$DIRECTORY/.current.new" "$DIRECTORY/current"
}
# Not `docker kill`: the engine would take the container for one stopped by hand, and not start
# it again after a reboot.
reload() {
  docker exec "$CONTAINER" sh -c '
    kill -USR2 1
    seen=0
    for _ in $(seq 150); do
      if [ "$(wget -q -O - "$1" 2>/dev/null)" = "$2" ]; then
        # More than once: for a moment both workers answer.
        seen=$((seen + 1))
        [ "$seen" -ge 4 ] && exit 0
      else
        seen=0
      fi
      sleep 0.1
    done
    exit 1' reload "$HEALTH/version" "$1" </dev/null
}
rm -f "$DIRECTORY/.current.new"
point "$new"
case $seen in
  "true "*" $DIRECTORY ")
    if ! reload "$version"; then
      if [ -n "$previous" ]; then
        point "$previous"
        reload "$(cat "$DIRECTORY/$previous/version")" || true
        rm -rf "${DIRECTORY:?}/$new"
      fi
      echo "$CONTAINER did not take the new configuration; the one before it keeps serving." >&2
      docker logs --tail 15 "$CONTAINER" >&2
      exit 1
    fi
    ;;
esac
for old in "$DIRECTORY"/*; do
  case $old in
    "$DIRECTORY/current" | "$DIRECTORY/$new") ;;
    *) rm -rf "$old" ;;
  esac
done
printf %s "$version"
