#!/bin/sh
# Starts dockerd with its socket in a shared folder (a mounted socket file goes stale when dockerd is killed; a folder does not)
# and gives it the images that came as files.
set -eu
rm -f /run/engine/ready /run/engine/docker.pid /run/engine/docker.sock
say() { echo "orrery-engine: $*" >&2; }
docker() { command docker -H unix:///run/engine/docker.sock "$@"; }

effective=$(sed -n 's/^CapEff:[[:space:]]*/0x/p' /proc/self/status)
if [ $((effective >> 21 & 1)) = 0 ]; then
  say 'this container is not privileged, and no Docker engine runs in it. Fix: privileged: true (a rootless Docker does not grant it)'
  exit 78
fi

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

until docker version >/dev/null 2>&1; do
  if ! kill -0 "$dockerd" 2>/dev/null; then
    wait "$dockerd" && code=0 || code=$?
    say "dockerd ended with $code before it answered: the lines above say why. It is started again"
    exit 1
  fi
  sleep 0.3
done

# The file system of the ZeroTier image, under that image's name. One that is here already, from the same file, stays.
if [ -f /packed/zerotier.tar ]; then
  case $ORRERY_ZEROTIER_IMAGE in
    *@*) say "$ORRERY_ZEROTIER_IMAGE names a digest: this engine fetches it from its registry" ;;
    *)
      sum=$(cksum < /packed/zerotier.tar | tr ' ' -)
      [ "$(docker image inspect -f '{{index .Config.Labels "io.orrery.packed"}}' "$ORRERY_ZEROTIER_IMAGE" 2>/dev/null)" = "$sum" ] ||
        docker import --change "LABEL io.orrery.packed=$sum" /packed/zerotier.tar "$ORRERY_ZEROTIER_IMAGE" >/dev/null
      ;;
  esac
fi
for archive in /images/*.tar /images/*.tar.gz; do
  [ -f "$archive" ] && docker load -q -i "$archive"
done
touch /run/engine/ready
wait "$dockerd" && code=0 || code=$?
say "dockerd ended with $code"
exit "$code"
