#!/usr/bin/env bash
# The images that the product refers to: official ones where their registries answer,
# else stand-ins, built once, pushed to a local registry, listed in .lab/images.json. The images
# of the catalogue's other entries are made when they are asked for (LAB_IMAGES=all), from then on
# always; those that nobody publishes are built also where the registries answer.
set -euo pipefail
# shellcheck source=lab/steps/lib.sh
. "$(dirname "$0")/lib.sh"
reach

json=$cache/images.json
[ "${LAB_IMAGES:-}" != all ] || touch "$cache/images.all"
all=no
[ ! -f "$cache/images.all" ] || all=yes
image() { "$lab/images/build" "$@"; }
mapfile -t names < <(awk -v all="$all" -v official="$official_images" \
  '!/^#/ && ($3 == "" || all == "yes") && (official != "yes" || $2 ~ "^mcp-gateway/") { print $1 }' "$lab/images/list")
if [ "${#names[@]}" = 0 ]; then
  [ "$(cat "$json" 2>/dev/null)" = '{}' ] || echo '{}' >"$json"
  exit
fi

official() { awk -v n="$1" '$1 == n { print $2 }' "$lab/images/list"; }
running() { [ "$(docker inspect --format '{{.State.Running}}' mcp-gateway-lab-registry 2>/dev/null)" = true ]; }

# Nothing to do: made of today's inputs, and everything that the list names is there.
stamp=$(for name in "${names[@]}"; do image tag "$name"; done)
if running && [ -f "$json" ] && [ "$(cat "$cache/images.stamp" 2>/dev/null)" = "$stamp" ]; then
  mapfile -t refs < <(sed -n 's/^.*": "\(.*\)".*$/\1/p' "$json")
  if docker image inspect "${refs[@]}" >/dev/null 2>&1; then exit; fi
fi

start_registry() {
  local ref
  if running; then return; fi
  if docker start mcp-gateway-lab-registry >/dev/null 2>&1; then return; fi
  docker rm -f mcp-gateway-lab-registry >/dev/null 2>&1 || true
  ref=$(image ensure registry)
  say "starting the local registry on $REGISTRY"
  docker run --detach --name mcp-gateway-lab-registry --label mcp-gateway.lab=true --restart unless-stopped \
    --cap-drop ALL --security-opt no-new-privileges --memory 256m \
    --publish "$REGISTRY:5000" --volume mcp-gateway-lab-registry:/var/lib/registry "$ref" >/dev/null ||
    fail "the local registry does not start; is port ${REGISTRY#*:} of the Docker host taken? LAB_REGISTRY=127.0.0.1:PORT takes another"
}

# From the registry when it has the tag (another checkout built it), else built and pushed.
provide() {
  local ref
  ref=$(image tag "$1")
  if docker image inspect "$ref" >/dev/null 2>&1 || ! docker pull --quiet "$ref" >/dev/null 2>&1; then
    image ensure "$1" >/dev/null
    docker push "$ref" >"$cache/log/push-$1.log" 2>&1 || fail "pushing $1 failed: $(tail -n 1 "$cache/log/push-$1.log")"
  fi
}

mkdir -p "$cache/log"
start_registry
jobs=()
for name in "${names[@]}"; do
  provide "$name" &
  jobs+=($!)
done
failed=no
for job in "${jobs[@]}"; do wait "$job" || failed=yes; done
# The build stages have the machine's certificates and settings in them: not to be kept.
# Docker does one such removal at a time: one of another checkout's does the same as this.
pruned=$(docker image prune --force --filter label=mcp-gateway.lab=build 2>&1) ||
  [[ $pruned == *"prune operation is already running"* ]] || { say "docker image prune: $pruned"; exit 1; }
[ "$failed" = no ] || exit 1

{
  separator='{'
  for name in "${names[@]}"; do
    printf '%s\n  "%s": "%s"' "$separator" "$(official "$name")" "$(image digest "$name")"
    separator=,
  done
  printf '\n}\n'
} >"$json.new"
mv "$json.new" "$json"
printf '%s\n' "$stamp" >"$cache/images.stamp"
