# Removes NAMES from DIRECTORY, and the directory and its parent if nothing else is in them.
set -eu
for name in $NAMES; do
  rm -f "$DIRECTORY/$name"
done
rmdir "$DIRECTORY" 2>/dev/null || true
rmdir "$(dirname "$DIRECTORY")" 2>/dev/null || true
