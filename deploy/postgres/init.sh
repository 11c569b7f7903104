#!/bin/sh
# The postgres image runs this script once, when its data folder is empty. It creates a role and a
# schema for each service.
set -eu
for service in registry survey scoring gateway; do
    variable="$(echo "$service" | tr '[:lower:]' '[:upper:]')_DATABASE_PASSWORD"
    eval "password=\${$variable:?}"
    SERVICE_PASSWORD="$password" psql --no-psqlrc --quiet -v service="$service" \
        -f "${ROLE_SQL:-/patron/role.sql}" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB"
done
