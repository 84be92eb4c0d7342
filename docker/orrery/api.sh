#!/bin/sh
# Passwords come as files: a container's environment is readable by anyone who may inspect it, that of a process by whoever has its user.
set -eu
secrets=${ORRERY_COMPOSE_SECRETS:-/secrets}
if [ -z "${DATABASE_URL:-}" ]; then
  DATABASE_URL="postgres://orrery@${ORRERY_POSTGRES_HOST:-postgres}:5432/orrery"
  ORRERY_DATABASE_PASSWORD_FILE="$secrets/postgres.password"
  export DATABASE_URL ORRERY_DATABASE_PASSWORD_FILE
fi
export NATS_URL="${NATS_URL:-nats://nats:4222}"
exec node /opt/orrery/apps/api/dist/program.js
