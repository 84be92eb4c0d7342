#!/bin/sh
# Starts dockerd with its socket in a shared folder (a mounted socket file goes stale when dockerd is killed; a folder does not)
# and loads the images that were given as archives.
set -eu
rm -f /run/engine/ready /run/engine/docker.pid /run/engine/docker.sock

# cgroup v2: processes must leave the root group before its controllers can be handed on to containers.
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  mkdir -p /sys/fs/cgroup/init
  xargs -rn1 < /sys/fs/cgroup/cgroup.procs > /sys/fs/cgroup/init/cgroup.procs 2>/dev/null || true
  sed -e 's/ / +/g' -e 's/^/+/' < /sys/fs/cgroup/cgroup.controllers > /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true
fi
[ -e /dev/net/tun ] || { mkdir -p /dev/net && mknod /dev/net/tun c 10 200; }

dockerd --host unix:///run/engine/docker.sock --pidfile /run/engine/docker.pid --data-root /var/lib/docker \
  --bip "${ORRERY_ENGINE_BIP:-10.201.0.1/24}" --default-address-pool "base=${ORRERY_ENGINE_POOL:-10.202.0.0/16},size=24" &
dockerd=$!
trap 'kill "$dockerd"; wait "$dockerd"' TERM INT

until docker -H unix:///run/engine/docker.sock version >/dev/null 2>&1; do
  kill -0 "$dockerd" || exit 1
  sleep 0.3
done
for archive in /images/*.tar /images/*.tar.gz; do
  [ -f "$archive" ] && docker -H unix:///run/engine/docker.sock load -q -i "$archive"
done
touch /run/engine/ready
wait "$dockerd"
