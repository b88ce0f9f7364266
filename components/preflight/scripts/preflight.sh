# Looks at the Docker host without changing anything; one fact a line, fields tab-separated:
# clock, machine, memory, no-docker, no-engine, denied, engine, container, network, subnet, route,
# volume, user, listening, disk, directory, path, no-image.
# PATHS: one a line; where symbolic links lead, or nothing for what is not there.
# IMAGES: references to look for; what is not there is asked of its registry. VOLUME: the data
# volume's name. CONFIG, SECRETS: directories.
printf 'clock\t%s\n' "$(date +%s)"
printf 'machine\t%s\t%s\n' "$(uname -m)" "$(id -un)"
awk '/^Mem(Total|Available):/ { printf "memory\t%s\t%d\n", $1, $2 / 1024 }' /proc/meminfo

# The nearest part of a path that is there: free space, and what may be done.
directory() {
  there=$2
  while [ ! -e "$there" ]; do there=$(dirname "$there"); done
  may=no
  [ -d "$there" ] && [ -w "$there" ] && [ -x "$there" ] && may=yes
  printf 'directory\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$there" "$(stat -Lc %a "$there")" "$may"
  disk "$1" "$there"
}
disk() {
  df -Pk "$2" 2>/dev/null | awk -v what="$1" -v path="$2" \
    'NR == 2 { printf "disk\t%s\t%s\t%d\n", what, path, $4 / 1024 }'
}
directory config "$CONFIG"
directory secrets "$SECRETS"

command -v docker >/dev/null 2>&1 || {
  printf 'no-docker\n'
  exit 0
}
if ! containers=$(docker ps -a --format '{{.Names}}	{{.Label "mcp-gateway.files"}}	{{.Ports}}' 2>&1); then
  case $containers in
    *"permission denied"*) printf 'denied\t%s\n' "$(id -un)" ;;
    *) printf 'no-engine\t%s\n' "$(printf %s "$containers" | tail -n 1)" ;;
  esac
  exit 0
fi
printf '%s\n' "$containers" | sed 's/^/container\t/'
engine=$(docker info --format '{{.ServerVersion}}	{{.DockerRootDir}}' 2>/dev/null)
printf 'engine\t%s\n' "$engine"
disk docker "$(printf %s "$engine" | cut -f 2)"
docker network ls --format 'network	{{.Name}}	{{.Label "com.docker.compose.project"}}'
# shellcheck disable=SC2046 # a list of ids
docker network inspect -f 'subnet	{{.Name}}	{{range .IPAM.Config}}{{.Subnet}} {{end}}' $(docker network ls -q) 2>/dev/null
# Where ip is, without a login shell.
PATH=$PATH:/usr/sbin:/sbin ip -4 route 2>/dev/null | awk '
  $1 ~ /^(unreachable|blackhole|prohibit|throw|unicast|local|broadcast)$/ { sub(/^[a-z]+ /, "") }
  $1 != "default" {
    by = ""
    for (at = 2; at < NF; at++) if ($at == "dev") by = $(at + 1)
    printf "route\t%s\t%s\n", $1, by
  }'
docker volume ls --filter "name=^$VOLUME\$" --format 'volume	{{.Name}}	{{.Label "com.docker.compose.project"}}'
docker ps -a --filter "volume=$VOLUME" --format 'user	{{.Names}}	{{.Label "mcp-gateway.files"}}'
if command -v ss >/dev/null 2>&1; then
  ss -Hltnp | awk '{ print "listening\t" $4 "\t" $6 }'
fi
printf '%s\n' "$PATHS" | while IFS= read -r path; do
  [ -z "$path" ] && continue
  [ -e "$path" ] && real=$(readlink -f "$path") || real=
  printf 'path\t%s\t%s\n' "$path" "$real"
done
# shellcheck disable=SC2086 # IMAGES is a list of references
if docker image inspect $IMAGES >/dev/null 2>&1; then
  exit 0
fi
# All at once, and no longer than a person looks on: a registry that has not answered by then is
# asked again by the pull itself.
for image in $IMAGES; do
  docker image inspect "$image" >/dev/null 2>&1 && continue
  {
    problem=$(timeout 4 docker manifest inspect --insecure "$image" 2>&1 >/dev/null)
    case $? in
      0) printf 'pull\t%s\n' "$image" ;;
      124) printf 'pull\t%s\n' "$image" ;;
      *) printf 'no-image\t%s\t%s\n' "$image" "$(printf %s "$problem" | tail -n 1)" ;;
    esac
  } &
done
wait
