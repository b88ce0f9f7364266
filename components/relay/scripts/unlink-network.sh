# Takes CONTAINER off NETWORK, either of which may be gone already.
set -eu
from=$(docker network ls --no-trunc -q --filter "name=^$NETWORK\$")
who=$(docker ps -a --no-trunc -q --filter "name=^/?$CONTAINER\$")
if [ -z "$from" ] || [ -z "$who" ]; then exit 0; fi
docker inspect -f '{{range .NetworkSettings.Networks}}{{println .NetworkID}}{{end}}' "$who" |
  grep -qxF -- "$from" || exit 0
docker network disconnect "$from" "$who"
