#!/bin/sh
# The official image's way in. Its SEPARATE_HEALTH_APP=1 (supervisord) is not offered here.
exec litellm "$@"
