# Prints the environment that ops/env.sh has set, for `eval`.
set -euo pipefail
for name in PATH PULUMI_STACK PULUMI_BACKEND_URL PULUMI_CONFIG_PASSPHRASE_FILE PULUMI_SKIP_UPDATE_CHECK PULUMI_PARALLEL \
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION; do
  [ -z "${!name:-}" ] || printf 'export %s=%q\n' "$name" "${!name}"
done
