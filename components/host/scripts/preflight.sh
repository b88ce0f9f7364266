# Looks at the Docker host without changing anything; one fact a line, fields tab-separated:
# engine/no-docker/no-engine/denied, container, listening, network, image, no-image.
# IMAGES: references to look for. What is not there is asked of its registry.
command -v docker >/dev/null 2>&1 || {
  printf 'no-docker\n'
  exit 0
}
if ! version=$(docker version --format '{{.Server.Version}}' 2>&1); then
  case $version in
    *"permission denied"*) printf 'denied\t%s\n' "$(id -un)" ;;
    *) printf 'no-engine\t%s\n' "$(printf %s "$version" | tail -n 1)" ;;
  esac
  exit 0
fi
printf 'engine\t%s\n' "$version"
docker ps -a --format '{{.Names}}	{{.Label "com.docker.compose.project"}}	{{.State}}	{{.Ports}}' |
  sed 's/^/container\t/'
docker network ls --format '{{.Name}}' | sed 's/^/network\t/'
if command -v ss >/dev/null 2>&1; then
  ss -Hltnp | awk '{ print "listening\t" $4 "\t" $6 }'
fi
for image in $IMAGES; do
  if docker image inspect "$image" >/dev/null 2>&1; then
    printf 'image\t%s\n' "$image"
  elif problem=$(timeout 20 docker manifest inspect --insecure "$image" 2>&1 >/dev/null); then
    printf 'image\t%s\n' "$image"
  else
    printf 'no-image\t%s\t%s\n' "$image" "$(printf %s "$problem" | tail -n 1)"
  fi
done
