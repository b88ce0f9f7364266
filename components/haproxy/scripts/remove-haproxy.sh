# Removes an HAProxy's configurations, and the parent directory if nothing else is in it.
set -eu
rm -rf "${DIRECTORY:?}"
rmdir "$(dirname "$DIRECTORY")" 2>/dev/null || true
