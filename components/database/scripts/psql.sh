# Runs the SQL of standard input as the superuser, over the container's own socket.
# CONTAINER_ID is there so that a new container has its roles and databases looked at again.
exec docker exec -i "$CONTAINER" psql -qX -U postgres -d postgres -v ON_ERROR_STOP=1 -f -
