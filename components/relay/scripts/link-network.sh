# Puts CONTAINER on NETWORK, where it may be already.
set -eu
joined() {
  docker inspect -f '{{range $name, $_ := .NetworkSettings.Networks}}{{println $name}}{{end}}' "$CONTAINER" |
    grep -qxF -- "$NETWORK"
}
joined || docker network connect "$NETWORK" "$CONTAINER"
