#!/usr/bin/env bash
# Builds orrery-lab/debian:13 and orrery-lab/zerotier:standin on the engine of DOCKER_HOST. Run it again after a change of code: it
# rebuilds only what changed.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
repo=$(cd "$here/../.." && pwd)
image=${ORRERY_LAB_STANDIN_IMAGE:-orrery-lab/zerotier:standin}

"$here/base-image.sh"
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
mkdir -p "$context/bin" "$context/code"
cp "$here/zerotier-standin/Dockerfile" "$context/"
cp -p "$here/zerotier-standin/zerotier-one" "$context/bin/"
# In one file, because a short Node process spends most of its time finding and reading modules, and a run of the suites has hundreds of them.
(cd "$repo" && npx esbuild test/support/zerotier-standin/program.ts --bundle --platform=node --target=node20.19 --format=cjs \
  --log-level=error --outfile="$context/code/program.cjs")
# The host's network may be the only one through which a build can fetch Debian packages.
docker build --network host --quiet --build-arg BASE="${ORRERY_LAB_BASE_IMAGE:-orrery-lab/debian:13}" --tag "$image" "$context" >/dev/null
echo "$image made"
