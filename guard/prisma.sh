#!/bin/sh
# Stands before Prisma's program while LiteLLM starts. LiteLLM 1.77.3 calls it twice, one call after
# the other and after all of its imports: without arguments, to see whether it is there, and to
# migrate the database. The first is answered at once; the second was begun by entrypoint.sh,
# beside the imports, and is waited for here. If that went wrong it is LiteLLM's own to do.
here=/tmp/mcp-gateway-prisma
case $* in
"") exit 0 ;;
"migrate deploy")
  # Once: whoever asks again has a reason to.
  if mkdir "$here/asked" 2>/dev/null; then
    until [ -f "$here/code" ]; do sleep 0.1; done
    if [ "$(cat "$here/code")" = 0 ]; then
      cat "$here/out"
      exit 0
    fi
  fi
  ;;
esac
exec "$(cat "$here/program")" "$@"
