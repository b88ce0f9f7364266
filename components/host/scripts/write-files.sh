# Writes the files given on standard input into DIRECTORY, each a line
# "name mode uid:gid base64". Replaces a file in one step (rename), so that no reader
# ever sees half of it. Owners other than ourselves need root; without it the Docker
# engine, whose group we are in, changes the owner in a container of IMAGE; the container's
# root has to be allowed to search a directory that nobody but us may.
set -eu
umask 077
mkdir -p "$DIRECTORY"
chmod "$DIRECTORY_MODE" "$DIRECTORY"
# Nothing half-made stays behind when a step fails: it may be a secret. Of this run alone: another one
# may be writing another file into the same directory.
trap 'rm -f "$DIRECTORY"/.*."$$".new' EXIT
while read -r name mode owner content; do
  new=$DIRECTORY/.$name.$$.new
  printf %s "$content" | base64 -d >"$new"
  chmod "$mode" "$new"
  if [ "$(id -u)" = 0 ]; then
    chown "$owner" "$new"
  elif [ "$owner" != "$(id -u):$(id -g)" ]; then
    docker run --rm --network none --user 0:0 --cap-drop ALL --cap-add CHOWN --cap-add DAC_READ_SEARCH \
      --mount "type=bind,source=$DIRECTORY,target=/target" --entrypoint chown \
      "$IMAGE" "$owner" "/target/.$name.$$.new" </dev/null
  fi
  mv -f "$new" "$DIRECTORY/$name"
done
