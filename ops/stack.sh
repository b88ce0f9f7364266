# Makes the stack named by PULUMI_STACK unless it exists.
set -euo pipefail
if pulumi stack ls --json 2>/dev/null | grep -q "\"name\": \"\(organization/[^\"]*/\)\?$PULUMI_STACK\""; then
  # In a fresh checkout: `down` and `refresh` do not run the program, which writes this.
  if [ ! -d .gateway/ssh ] && grep -qs 'dockerHost: .*ssh://' "Pulumi.$PULUMI_STACK.yaml"; then
    exec node ops/connection.ts
  fi
  exit 0
fi
[ -f "Pulumi.$PULUMI_STACK.yaml" ] || {
  echo "there is no Pulumi.$PULUMI_STACK.yaml; write one like Pulumi.local.yaml or Pulumi.lan.yaml" >&2
  exit 1
}
stack=$PULUMI_STACK
PULUMI_STACK='' pulumi stack init "$stack"
