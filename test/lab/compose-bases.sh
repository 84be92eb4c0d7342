#!/usr/bin/env bash
# Builds the base images of docker-compose.yml from Debian packages, for places without a registry. Prints the settings with
# which the compose file uses them. Needs DOCKER_HOST and the image orrery-lab/debian:13 (test/lab/base-image.sh).
set -euo pipefail
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
cp "$(dirname "$0")/bases/Dockerfile" "$context/"
cat "${NODE_EXTRA_CA_CERTS:-/dev/null}" >"$context/trusted.crt"
for target in node postgres nats proxy engine; do
  docker build --quiet --network host --target "$target" --tag "orrery-lab/$target:debian" "$context" >&2
done
cat <<'SETTINGS'
export ORRERY_NODE_BASE=orrery-lab/node:debian
export ORRERY_POSTGRES_BASE=orrery-lab/postgres:debian
export ORRERY_NATS_BASE=orrery-lab/nats:debian
export ORRERY_PROXY_BASE=orrery-lab/proxy:debian
export ORRERY_ENGINE_BASE=orrery-lab/engine:debian
SETTINGS
